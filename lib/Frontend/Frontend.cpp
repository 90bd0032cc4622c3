//===- Frontend.cpp - From a .weir file to the weir dialect ---------------===//

#include "weir/Frontend/Frontend.h"

#include "CheckStructure.h"
#include "Elaborator.h"
#include "InferSizes.h"
#include "weir/Frontend/Parser.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;

namespace weir {

std::optional<Binding> parseBinding(StringRef text) {
  text = text.trim();
  int64_t size;
  double number;
  if (text == "true" || text == "false")
    return Binding(text == "true");
  if (!text.getAsInteger(10, size))
    return Binding(size);
  if (!text.empty() && (isDigit(text.front()) || text.front() == '-' || text.front() == '.') &&
      !text.getAsDouble(number))
    return Binding(number);
  return std::nullopt;
}

/// Hands the text to the source manager and parses it.
static std::unique_ptr<ast::SourceFile> parseBuffer(std::unique_ptr<MemoryBuffer> buffer,
                                                    SourceMgr &sources, Diagnostics &diagnostics) {
  StringRef text = buffer->getBuffer();
  sources.AddNewSourceBuffer(std::move(buffer), SMLoc());
  if (!checkIsText(text, diagnostics))
    return nullptr;
  unsigned before = diagnostics.errors();
  std::unique_ptr<ast::SourceFile> file = parse(text, diagnostics);
  if (diagnostics.errors() == before)
    checkStructure(*file, diagnostics);
  return diagnostics.errors() == before ? std::move(file) : nullptr;
}

std::unique_ptr<ast::SourceFile> loadSyntax(StringRef path, SourceMgr &sources,
                                            Diagnostics &diagnostics) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false);
  if (!buffer) {
    diagnostics.error({}, "can't read '" + path + "': " + buffer.getError().message());
    return nullptr;
  }
  return parseBuffer(std::move(*buffer), sources, diagnostics);
}

/// The model to build: the one that was asked for, or the only one.
static const ast::Definition *selectModel(const ast::SourceFile &file, StringRef wanted,
                                          StringRef fileName, Diagnostics &diagnostics) {
  std::vector<StringRef> names;
  const ast::Definition *found = nullptr;
  for (const ast::Definition *definition : file.definitions) {
    if (!definition->isModel)
      continue;
    names.push_back(definition->name.text);
    if (wanted.empty() || wanted == definition->name.text)
      found = definition;
  }
  if (names.empty()) {
    diagnostics.error({}, "there is no model in '" + fileName + "'")
        .fix("a model is written `model Name() { input x: f32[3]  output y = relu(x) }`");
    return nullptr;
  }
  if (wanted.empty() && names.size() > 1) {
    diagnostics.error({}, "there are several models in '" + fileName + "': " + join(names, ", "))
        .fix("choose one with `--model " + names.front() + "`");
    return nullptr;
  }
  if (!found)
    diagnostics.error({}, "there is no model '" + wanted + "' in '" + fileName + "', but " +
                              join(names, ", "));
  return found;
}

static mlir::OwningOpRef<mlir::ModuleOp> build(const ast::SourceFile &file, StringRef fileName,
                                               SourceMgr &sources, mlir::MLIRContext &context,
                                               const ModelOptions &options,
                                               Diagnostics &diagnostics) {
  const ast::Definition *model = selectModel(file, options.modelName, fileName, diagnostics);
  if (!model)
    return nullptr;
  context.loadDialect<WeirDialect, mlir::func::FuncDialect>();
  std::unique_ptr<ast::SourceFile> prelude =
      parseBuffer(MemoryBuffer::getMemBuffer(preludeText(), "prelude.weir"), sources, diagnostics);
  if (!prelude)
    return nullptr;

  StringMap<Binding> bindings = options.bindings;
  if (options.parameterShapes) {
    auto probe = [&](const StringMap<Binding> &trial) -> std::optional<ParameterShapes> {
      Diagnostics quiet;
      Elaborator elaborator(context, sources, quiet, file, *prelude);
      if (!elaborator.run(*model, trial))
        return std::nullopt;
      ParameterShapes shapes;
      for (const auto &[name, shape] : elaborator.parameters())
        shapes[name] = shape;
      return shapes;
    };
    inferSizes(*model, *options.parameterShapes, probe, bindings);
  }
  Elaborator elaborator(context, sources, diagnostics, file, *prelude);
  return elaborator.run(*model, bindings);
}

mlir::OwningOpRef<mlir::ModuleOp> loadModel(StringRef path, SourceMgr &sources,
                                            mlir::MLIRContext &context, const ModelOptions &options,
                                            Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file = loadSyntax(path, sources, diagnostics);
  return file ? build(*file, path, sources, context, options, diagnostics) : nullptr;
}

mlir::OwningOpRef<mlir::ModuleOp> loadModelFromText(StringRef text, StringRef name,
                                                    SourceMgr &sources, mlir::MLIRContext &context,
                                                    const ModelOptions &options,
                                                    Diagnostics &diagnostics) {
  std::unique_ptr<ast::SourceFile> file =
      parseBuffer(MemoryBuffer::getMemBufferCopy(text, name), sources, diagnostics);
  return file ? build(*file, name, sources, context, options, diagnostics) : nullptr;
}

} // namespace weir
