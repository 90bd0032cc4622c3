//===- SummarizePlan.cpp - A training plan to be read by people -----------===//

#include "Elaborator.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

/// The text at `range` in one line, without comments.
static std::string sourceText(SMRange range) {
  const char *start = range.Start.getPointer();
  SmallVector<StringRef> lines;
  StringRef(start, range.End.getPointer() - start).split(lines, '\n');
  std::string text;
  for (StringRef line : lines) {
    line = line.split("//").first.trim();
    StringRef before(text);
    bool isJoined = before.empty() || before.ends_with("(") || before.ends_with("[") ||
                    line.empty() || line.starts_with(")") || line.starts_with("]");
    text += (isJoined ? "" : " ") + line.str();
  }
  return text;
}

static std::string numberText(double number) {
  std::string text;
  raw_string_ostream(text) << format("%g", number);
  return text;
}

static std::string valueText(const Value &value) {
  switch (value.kind) {
  case Value::Kind::Size:
    return std::to_string(value.size);
  case Value::Kind::Bool:
    return value.truth ? "true" : "false";
  default:
    return numberText(value.asDouble());
  }
}

std::string Elaborator::describeRule(StringRef name, const RuleArguments &arguments) {
  std::vector<std::string> texts;
  for (const auto &[parameter, value] : arguments)
    texts.push_back((parameter->name.text + ": " + valueText(value)).str());
  return (name + "(" + join(texts, ", ") + ")").str();
}

static std::string dataText(const TrainingPlan::DataBinding &binding) {
  std::string text = binding.name + " from ";
  if (!binding.text.empty())
    return text + "text " + binding.text;
  text += "\"" + join(binding.columns, "\", \"") + "\"";
  return binding.standardize ? text + " standardize" : text;
}

void Elaborator::summarize(ArrayRef<const Statement *> statements) {
  auto add = [&](StatementKind kind, const Twine &text) {
    plan.summary.push_back({spelling(kind).str(), text.str()});
  };
  for (const Port &target : targets)
    add(StatementKind::Target,
        target.name.text + ": " + describe(Value::ofTensor(target.value, target.name.range)));
  for (const TrainingPlan::DataBinding &binding : plan.data)
    add(StatementKind::Data, dataText(binding));
  for (StatementKind kind : {StatementKind::Loss, StatementKind::Metric})
    for (const Statement *statement : statements)
      if (statement->kind == kind)
        add(kind, (statement->name.text.empty() ? "" : statement->name.text + " = ") +
                      sourceText(statement->value->range));
  add(StatementKind::Optimizer, optimizerText);
  add(StatementKind::Schedule, scheduleText);
  add(StatementKind::Epochs, Twine(plan.epochs));
  add(StatementKind::Batch, Twine(plan.batch));
  if (plan.best)
    add(StatementKind::Best, (plan.best->onValidation ? "valid." : "train.") + plan.best->metric +
                                 (plan.best->largest ? " max" : " min"));
  if (plan.clipNorm)
    add(StatementKind::ClipNorm, numberText(*plan.clipNorm));
  static constexpr StringLiteral policies[] = {"deferred", "dense", "lazy"};
  if (any_of(*body, [](mlir::Operation &op) { return isa<EmbeddingOp, EmbeddingBagOp>(op); }))
    // The length of all gradients together needs whole tables.
    add(StatementKind::Tables,
        plan.clipNorm ? "dense" : policies[static_cast<size_t>(plan.tables)]);
  for (const std::string &pattern : plan.freeze)
    add(StatementKind::Freeze, "\"" + pattern + "\"");
  size_t frozen = 0, learned = 0;
  for (ParamOp param : body->getOps<ParamOp>())
    if (!param.getBuffer())
      ++(param->hasAttr("frozen") ? frozen : learned);
  if (frozen)
    plan.summary.back().text += formatv(" ({0} of {1} parameters)", frozen, frozen + learned).str();
}

} // namespace weir
