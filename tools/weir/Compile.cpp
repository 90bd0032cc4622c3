//===- Compile.cpp - weir compile: every stage can be seen, and shipped -------===//

#include "CompileArguments.h"
#include "LinkLibrary.h"
#include "ModelSource.h"
#include "OutputFiles.h"
#include "Tune.h"

#include "weir/Execution/Aot.h"
#include "weir/Frontend/Frontend.h"
#include "weir/Runtime/File.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

namespace weir {

namespace {

struct EmitArguments {
  ModelArguments source;
  CompileArguments compile;
  std::string emit = "lib", output, header, name;
  bool embed = false;

  bool isBinary() const { return emit == "obj" || emit == "lib"; }
  /// Whether --target-cpu is a list.
  bool hasLevels() const { return compile.cpu.find(',') != std::string::npos; }
  Result<void> check() const;
};

} // namespace

// What doesn't go together, found before anything is read.
Result<void> EmitArguments::check() const {
  if (isBinary() && output.empty())
    return fail("--emit={} needs -o FILE", emit);
  if (!header.empty() && !isBinary())
    return fail("--header goes with --emit=obj and --emit=lib, not with --emit={}", emit);
  if (embed && !isBinary())
    return fail("--embed-weights goes with --emit=obj and --emit=lib, not with --emit={}", emit);
  if (embed && source.weights.empty())
    return fail("--embed-weights needs --weights FILE");
  if (hasLevels() && !isBinary())
    return fail("--target-cpu with several processors goes with --emit=obj and --emit=lib, not "
                "with --emit={}",
                emit);
  if (hasLevels() && !(compile.triple.empty() && compile.features.empty()))
    return fail("--target-cpu with several processors says everything: it goes with neither "
                "--target-triple nor --target-features");
  if (compile.tune && hasLevels())
    return fail("--tune measures on this machine, so it goes with one processor, --target-cpu "
                "native or none, not with {}",
                compile.cpu);
  if (compile.tune && (emit == "ast" || emit == "weir"))
    return fail("--tune says how a model is computed, which --emit={} doesn't show; "
                "--emit=rewritten and what follows do",
                emit);
  if (!name.empty() && !isCIdentifier(name))
    return fail("--name {}: C functions' names start with it, so it may hold only letters, digits "
                "and _, and not begin with a digit",
                inQuotes(name));
  std::vector<std::string> read = {source.path};
  if (!source.weights.empty())
    read.push_back(source.weights);
  return checkOutputs(std::vector<OutputFile>{{"-o", output}, {"--header", header}}, read);
}

// "CollabDot" as a C library would call it: "collab_dot".
static std::string snakeCase(llvm::StringRef name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    bool begins =
        llvm::isUpper(name[i]) && i > 0 &&
        (!llvm::isUpper(name[i - 1]) || (i + 1 < name.size() && llvm::isLower(name[i + 1])));
    if (begins && out.back() != '_')
      out += '_';
    out += llvm::toLower(name[i]);
  }
  return out;
}

static int write(const std::string &path, std::string_view bytes) {
  if (path.empty())
    return writeResult(bytes);
  if (Result<void> written = writeFile(path, bytes); !written)
    return userError(written.error());
  return kDone;
}

//===----------------------------------------------------------------------===//
// Stages as text
//===----------------------------------------------------------------------===//

static int emitSyntax(const EmitArguments &arguments) {
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  std::unique_ptr<ast::SourceFile> file = loadSyntax(arguments.source.path, sources, diagnostics);
  diagnostics.render(llvm::errs());
  if (!file)
    return kUserError;
  std::string text;
  llvm::raw_string_ostream os(text);
  ast::print(*file, sources, os);
  return write(arguments.output, text);
}

static int emitModule(LoadedModel &model, const EmitArguments &arguments,
                      std::optional<Stage> stage, const CompileOptions &options) {
  if (stage)
    if (llvm::Error error = lowerTo(*model.module, *stage, options))
      return bug(std::move(error));
  std::string text;
  llvm::raw_string_ostream os(text);
  // In the dialect a value is called after its layer; further down most values are
  // addresses and constants, and the name of a layer would mislead.
  mlir::OpPrintingFlags flags;
  if (!stage || *stage == Stage::Rewritten)
    flags.printNameLocAsPrefix();
  model.module->print(os, flags);
  os << '\n';
  return write(arguments.output, text);
}

static int emitLLVM(LoadedModel &model, const EmitArguments &arguments,
                    const CompileOptions &options) {
  if (llvm::Error error = lowerTo(*model.module, Stage::LLVMDialect, options))
    return bug(std::move(error));
  llvm::LLVMContext context;
  auto ir = translateToLLVM(*model.module, context, options);
  if (!ir)
    return bug(ir.takeError());
  if (arguments.emit == "asm") {
    auto assembly = emitMachineCode(**ir, options.target, /*assembly=*/true);
    if (!assembly)
      return bug(assembly.takeError());
    return write(arguments.output, {assembly->data(), assembly->size()});
  }
  std::string text;
  llvm::raw_string_ostream os(text);
  (*ir)->print(os, nullptr);
  return write(arguments.output, text);
}

//===----------------------------------------------------------------------===//
// Objects and libraries
//===----------------------------------------------------------------------===//

static int emitBinary(LoadedModel &model, const EmitArguments &arguments,
                      const CompileOptions &options, std::vector<CpuTarget> levels) {
  bool library = arguments.emit == "lib";
  llvm::Triple host(llvm::sys::getProcessTriple()), target(options.target.triple);
  if (library && (host.getArch() != target.getArch() || host.getOS() != target.getOS()))
    return userError(fail("--emit=lib links for this machine only; for {} write an object with "
                          "--emit=obj and link it there",
                          options.target.triple));
  AotOptions aot;
  aot.compile = options;
  aot.levels = std::move(levels);
  aot.name = options.prefix;
  aot.embedWeights = arguments.embed ? &model.parameters : nullptr;
  Result<AotResult> result = compileAheadOfTime(*model.module, aot);
  if (!result)
    return bug(result.error());
  std::string_view object(result->object.data(), result->object.size());
  if (library) {
    if (Result<void> linked = linkLibrary(object, arguments.output); !linked)
      return userError(linked.error());
  } else if (int code = write(arguments.output, object)) {
    return code;
  }
  return arguments.header.empty() ? int(kDone) : write(arguments.header, result->header);
}

static int compile(const EmitArguments &arguments) {
  if (Result<void> good = arguments.check(); !good)
    return userError(good.error());
  if (arguments.emit == "ast")
    return emitSyntax(arguments);
  std::vector<CpuTarget> levels;
  CompileArguments compileArguments = arguments.compile;
  if (arguments.hasLevels()) {
    Result<std::vector<CpuTarget>> parsed = parseLevels(arguments.compile.cpu);
    if (!parsed)
      return userError(inside("--target-cpu", parsed.takeError()));
    levels = std::move(*parsed);
    compileArguments.cpu = levels.front().cpu;
  }
  Result<CompileOptions> options = compileArguments.options();
  if (!options)
    return userError(options.error());
  auto model = loadModel(arguments.source,
                         arguments.emit == "weir" ? ContextUse::Look : ContextUse::Compile);
  if (!model)
    return kUserError;
  if (compileArguments.tune)
    if (auto exit = tuneModel(*model, arguments.source, compileArguments, *options, /*threads=*/1))
      return *exit;
  options->prefix = arguments.name.empty() ? snakeCase(model->signature.model) : arguments.name;
  if (arguments.isBinary())
    return emitBinary(*model, arguments, *options, std::move(levels));
  if (arguments.emit == "llvm" || arguments.emit == "asm")
    return emitLLVM(*model, arguments, *options);
  std::optional<Stage> stage;
  if (arguments.emit == "rewritten")
    stage = Stage::Rewritten;
  else if (arguments.emit == "linalg")
    stage = Stage::Linalg;
  else if (arguments.emit == "vector")
    stage = Stage::Vector;
  return emitModule(*model, arguments, stage, *options);
}

int compileCommand(const Arguments &arguments) {
  EmitArguments emit;
  CommandLine line(
      "compile", "Compiles a model to a library, an object file, or any stage on the way.",
      "Stages, in order: ast, the parsed text; weir, one operation per layer; rewritten, after\n"
      "the rewrites; linalg, loop nests on tensors; vector, loops over buffers and vectors;\n"
      "llvm, LLVM's language; asm, assembly; obj, an object file; lib, a shared library.\n"
      "Objects need nothing but libc and libm. The header says how to call them.",
      "  weir compile examples/fashion_pool.weir --emit=weir\n"
      "  weir compile examples/fashion_stride2.weir -o libfashion.so --header fashion.h \\\n"
      "      --weights examples/fashion_stride2/weights.safetensors --embed-weights\n"
      "  weir compile examples/lenet.weir --emit=asm --target-cpu x86-64-v3 -o lenet.s");
  emit.source.declare(line);
  emit.source.declareWeights(line);
  line.choice("--emit",
              {"ast", "weir", "rewritten", "linalg", "vector", "llvm", "asm", "obj", "lib"},
              emit.emit, "what to write; lib if absent");
  line.text("-o", "FILE", emit.output, "where to; text goes to standard output without it");
  line.text("--header", "FILE.h", emit.header, "write the C header of the object or library");
  line.text("--name", "PREFIX", emit.name,
            "what the C functions' names start with; from the model's name\nif absent");
  line.flag("--embed-weights", emit.embed, "put the packed weights into the object");
  emit.compile.declareTarget(line);
  emit.compile.declare(line);
  emit.compile.declareInference(line);
  emit.compile.declareTune(line, "1 if absent, on one thread");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  return compile(emit);
}

} // namespace weir
