//===- TuneFile.cpp - What was measured, as text ------------------------------===//

#include "Tune.h"

#include "weir/Dialect/IR/WeirDialect.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

namespace weir {

llvm::json::Value asJson(const Tuning &tuning) {
  llvm::json::Array shapes;
  for (const TunedShape &shape : tuning.shapes) {
    llvm::json::Array candidates;
    for (const TunedShape::Candidate &candidate : shape.candidates)
      candidates.push_back(llvm::json::Object{
          {"name", candidate.name}, {"seconds", candidate.seconds}, {"cost", candidate.cost}});
    shapes.push_back(llvm::json::Object{{"kind", shape.kind},
                                        {"shape", shape.shape},
                                        {"layers", llvm::json::Array(shape.layers)},
                                        {"candidates", std::move(candidates)},
                                        {"taken", int64_t(shape.taken)}});
  }
  std::string choices;
  llvm::raw_string_ostream(choices) << tuning.choices;
  return llvm::json::Object{{"choices", choices},
                            {"default_seconds", tuning.defaultSeconds},
                            {"seconds", tuning.seconds},
                            {"variants", tuning.variants},
                            {"shapes", std::move(shapes)}};
}

std::string writeTuning(const Tuning &tuning) {
  std::string out;
  llvm::raw_string_ostream(out) << asJson(tuning);
  return out;
}

static std::optional<TunedShape::Candidate> readCandidate(const llvm::json::Value &value) {
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return std::nullopt;
  auto name = object->getString("name");
  auto seconds = object->getNumber("seconds"), cost = object->getNumber("cost");
  if (!name || !seconds || !cost)
    return std::nullopt;
  return TunedShape::Candidate{name->str(), *seconds, *cost};
}

static std::optional<TunedShape> readShape(const llvm::json::Value &value) {
  const llvm::json::Object *object = value.getAsObject();
  if (!object)
    return std::nullopt;
  auto kind = object->getString("kind"), text = object->getString("shape");
  auto taken = object->getInteger("taken");
  const llvm::json::Array *layers = object->getArray("layers");
  const llvm::json::Array *candidates = object->getArray("candidates");
  if (!kind || !text || !taken || !layers || !candidates || *taken < 0 ||
      size_t(*taken) >= candidates->size())
    return std::nullopt;
  TunedShape shape{kind->str(), text->str(), {}, {}, size_t(*taken)};
  for (const llvm::json::Value &layer : *layers) {
    auto name = layer.getAsString();
    if (!name)
      return std::nullopt;
    shape.layers.push_back(name->str());
  }
  for (const llvm::json::Value &entry : *candidates) {
    auto candidate = readCandidate(entry);
    if (!candidate)
      return std::nullopt;
    shape.candidates.push_back(std::move(*candidate));
  }
  return shape;
}

std::optional<Tuning> readTuning(std::string_view text, mlir::MLIRContext &context) {
  auto value = llvm::json::parse(llvm::StringRef(text));
  if (!value)
    return llvm::consumeError(value.takeError()), std::nullopt;
  const llvm::json::Object *object = value->getAsObject();
  if (!object)
    return std::nullopt;
  auto choices = object->getString("choices");
  auto byDefault = object->getNumber("default_seconds"), seconds = object->getNumber("seconds");
  auto variants = object->getInteger("variants");
  const llvm::json::Array *shapes = object->getArray("shapes");
  if (!choices || !byDefault || !seconds || !variants || !shapes)
    return std::nullopt;
  Tuning tuning;
  tuning.defaultSeconds = *byDefault;
  tuning.seconds = *seconds;
  tuning.variants = *variants;
  // What a damaged text makes the parser say is no concern of the user's.
  mlir::ScopedDiagnosticHandler silence(&context,
                                        [](mlir::Diagnostic &) { return mlir::success(); });
  tuning.choices =
      llvm::dyn_cast_or_null<mlir::ArrayAttr>(mlir::parseAttribute(*choices, &context));
  if (!tuning.choices ||
      !llvm::all_of(tuning.choices, llvm::IsaPred<FormChoiceAttr, ProductChoiceAttr>))
    return std::nullopt;
  for (const llvm::json::Value &entry : *shapes) {
    auto shape = readShape(entry);
    if (!shape)
      return std::nullopt;
    tuning.shapes.push_back(std::move(*shape));
  }
  return tuning;
}

} // namespace weir
