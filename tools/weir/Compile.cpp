//===- Compile.cpp - weir compile: every stage can be seen, and shipped -------===//

#include "ModelSource.h"

#include "weir/Frontend/Frontend.h"
#include "weir/Runtime/File.h"

#include "llvm/Support/raw_ostream.h"

namespace weir {

static int write(const std::string &path, std::string_view bytes) {
  if (path.empty())
    return writeResult(bytes);
  if (Result<void> written = writeFile(path, bytes); !written)
    return userError(written.error());
  return kDone;
}

static int emitSyntax(const ModelArguments &source, const std::string &output) {
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  std::unique_ptr<ast::SourceFile> file = loadSyntax(source.path, sources, diagnostics);
  diagnostics.render(llvm::errs());
  if (!file)
    return kUserError;
  std::string text;
  llvm::raw_string_ostream os(text);
  ast::print(*file, sources, os);
  return write(output, text);
}

int compileCommand(const Arguments &arguments) {
  ModelArguments source;
  std::string emit = "lib", output;
  CommandLine line("compile", "Compiles a model, as far as asked.", "", "");
  source.declare(line);
  source.declareWeights(line);
  line.choice("--emit", {"ast", "weir"}, emit, "what to write");
  line.text("-o", "FILE", output, "where to; text goes to standard output without it");
  if (auto exit = parseOrExit(line, arguments))
    return *exit;
  if (emit == "ast")
    return emitSyntax(source, output);
  auto model = loadModel(source, ContextUse::Look);
  if (!model)
    return kUserError;
  std::string text;
  llvm::raw_string_ostream os(text);
  model->module->print(os, mlir::OpPrintingFlags().printNameLocAsPrefix());
  os << '\n';
  return write(output, text);
}

} // namespace weir
