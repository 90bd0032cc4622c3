//===- CompileArguments.h - How a command wants its model compiled ------------===//
#ifndef WEIR_TOOLS_WEIR_COMPILEARGUMENTS_H
#define WEIR_TOOLS_WEIR_COMPILEARGUMENTS_H

#include "Command.h"

#include "weir/Execution/Compiler.h"

namespace weir {

/// --conv and --without, which every command that compiles has, and the target of
/// what is compiled for elsewhere.
struct CompileArguments {
  std::string conv = "auto";
  std::vector<std::string> without;
  std::string weightsAs = "f32";
  int64_t forBatch = 0; // 0 if not said
  std::string triple, cpu, features;
  bool cached = false, noCache = false, tune = false;

  void declare(CommandLine &line);
  /// --weights-as and --for-batch, for commands that run a model that is trained already.
  /// `absent` says what the latter is else.
  void declareInference(CommandLine &line, std::string_view absent = "1 if absent");
  void declareTarget(CommandLine &line);
  /// --no-cache: for commands that run a model rather than study how it is compiled.
  void declareCache(CommandLine &line);
  /// --tune, for commands that can run what they compile: it measures for --for-batch
  /// examples on threads as `threads` says. Without declareCache() also --no-cache.
  void declareTune(CommandLine &line, std::string_view threads);

  /// The options that these arguments mean; for the host if no target was declared
  /// or given.
  Result<CompileOptions> options() const;
  /// Where --tune keeps what it measured; empty for nowhere.
  std::string keptDirectory() const;
};

/// "frontend 1.2 ms, rewrite ..., together ...", a line per stage.
std::string describeTimes(const StageTimes &times);

} // namespace weir

#endif
