//===- ElaborateTraining.cpp - Training blocks ----------------------------===//
//
// The model's function becomes @train: a copy of it is kept for inference, then
// targets, loss and metrics are added to it.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/GlobPattern.h"

#include <cmath>

using namespace llvm;
using namespace weir::ast;

namespace weir {

/// The functions beside the model's.
static constexpr StringRef trainFunction = "train", optimizerFunction = "optimizer";

static bool mayRepeat(StatementKind kind) {
  return kind == StatementKind::Let || kind == StatementKind::Target ||
         kind == StatementKind::Metric || kind == StatementKind::Freeze ||
         kind == StatementKind::Data;
}

void Elaborator::elaborateTraining(const Definition &model, const TrainingRequest &request) {
  StringRef modelName = model.name.text;
  if (modelName == trainFunction || modelName == optimizerFunction) {
    error(model.name.range, "a model that is trained can't be called '" + modelName + "'")
        .fix("choose another name");
    return;
  }
  copyForInference(model);
  inTraining = true;
  size_t errorsBefore = diagnostics.errors();

  std::map<StatementKind, const Statement *> only;
  std::vector<const Statement *> frozen, data;
  auto valueOf = [&](StatementKind kind) -> const Expr * {
    auto it = only.find(kind);
    return it == only.end() ? nullptr : it->second->value;
  };
  for (const Statement *statement : request.statements) {
    auto [first, isNew] = only.try_emplace(statement->kind, statement);
    if (!isNew && !mayRepeat(statement->kind)) {
      error(statement->range, "'" + spelling(statement->kind) + "' is given twice")
          .note(first->second->range, "the first is here");
      continue;
    }
    switch (statement->kind) {
    case StatementKind::Target:
      elaborateInput(*statement);
      break;
    case StatementKind::Let:
      elaborateLet(*statement, /*isLet=*/false, /*warnUnused=*/true);
      break;
    case StatementKind::Metric:
      elaborateMetric(*statement);
      break;
    case StatementKind::Loss:
      elaborateLoss(*statement);
      break;
    case StatementKind::Freeze:
      frozen.push_back(statement);
      break;
    case StatementKind::Data:
      data.push_back(statement);
      break;
    case StatementKind::Tables:
      plan.tables = StringSwitch<TablePolicy>(statement->modifier.text)
                        .Case("dense", TablePolicy::Dense)
                        .Case("lazy", TablePolicy::Lazy)
                        .Default(TablePolicy::Deferred);
      break;
    default:
      break;
    }
  }
  auto size = [&](StatementKind kind, int64_t &result) {
    const Expr *expr = valueOf(kind);
    std::optional<int64_t> value;
    if (!expr || !(value = evaluateSize(expr, "'" + spelling(kind) + "'")))
      return;
    result = *value;
    if (*value < 1 || *value > maxSize)
      error(expr->range, "'" + spelling(kind) + "' is at least 1 and at most " + Twine(maxSize) +
                             ", this is " + Twine(*value));
  };
  size(StatementKind::Epochs, plan.epochs);
  size(StatementKind::Batch, plan.batch);
  if (const Expr *expr = valueOf(StatementKind::ClipNorm)) {
    Value value = evaluate(expr);
    if (value.isNumber() && value.asDouble() > 0)
      plan.clipNorm = value.asDouble();
    else if (!value.isPoison())
      error(expr->range, "'clip_norm' is a number above 0, this is " + describe(value));
  }
  if (plan.clipNorm && plan.tables == TablePolicy::Lazy)
    error(only[StatementKind::Tables]->range,
          "`clip_norm` needs the gradients of whole tables, so none can be lazy")
        .note(only[StatementKind::ClipNorm]->range, "the norm is clipped here")
        .fix("leave one of the two out");
  if (auto it = only.find(StatementKind::Best); it != only.end())
    elaborateBest(*it->second);
  freeze(frozen, request.range);
  // A target that failed isn't among the targets.
  if (diagnostics.errors() == errorsBefore)
    elaborateData(data);

  if (!valueOf(StatementKind::Loss) && diagnostics.errors() == errorsBefore)
    error(request.range, "the training of '" + modelName + "' has no loss")
        .fix("say what is to become small: `loss mse(" +
             (outputs.empty() ? StringRef("y") : outputs.front().name.text) + ", target)`");
  if (const auto *call = dyn_cast_if_present<CallExpr>(valueOf(StatementKind::Optimizer)))
    elaborateRules(*call, dyn_cast_if_present<CallExpr>(valueOf(StatementKind::Schedule)),
                   request.overrides);
  else if (diagnostics.errors() == errorsBefore)
    error(request.range, "the training of '" + modelName + "' has no optimizer")
        .fix("choose one: `optimizer adamw(lr: 1e-3)`");
  if (diagnostics.errors() != errorsBefore)
    return;

  SmallVector<Port> arguments(inputs), results{lossResult};
  append_range(arguments, targets);
  append_range(results, metricResults);
  finishFunction(body, model.closingBrace, arguments, results);
  auto function = cast<mlir::func::FuncOp>(body->getParentOp());
  for (auto [i, target] : enumerate(targets)) {
    function.setArgAttr(inputs.size() + i, "weir.target", builder.getUnitAttr());
    plan.targets.push_back(target.name.text.str());
  }
  summarize(request.statements);
}

void Elaborator::copyForInference(const Definition &model) {
  auto train = cast<mlir::func::FuncOp>(body->getParentOp());
  mlir::IRMapping mapping;
  auto inference = cast<mlir::func::FuncOp>(train->clone(mapping));
  builder.setInsertionPoint(train);
  builder.insert(inference);
  SmallVector<Port> results(outputs);
  for (Port &result : results)
    result.value = mapping.lookup(result.value);
  finishFunction(&inference.getBody().front(), model.closingBrace, inputs, results);
  train.setName(trainFunction);
  builder.setInsertionPointToEnd(body);
}

//===----------------------------------------------------------------------===//
// Loss and metrics
//===----------------------------------------------------------------------===//

bool Elaborator::checkPerExample(const Value &value, SMRange range, const Twine &what) {
  if (value.isPoison())
    return false;
  if (!value.isTensor() || value.isIds() || !value.shape().empty()) {
    Diagnostic &message =
        error(range, what + " is one number per example (f32), this is " + describe(value));
    if (value.isTensor() && !value.isIds())
      message.note(value.origin, "the shape " + describe(value) + " comes from here")
          .fix("take the `mean` or the `sum` of it");
    return false;
  }
  if (isBatched(value.tensor.getType()))
    return true;
  error(range, what + " doesn't depend on any input or target");
  return false;
}

void Elaborator::elaborateLoss(const Statement &statement) {
  Value value = evaluate(statement.value);
  if (!checkPerExample(value, statement.value->range, "the loss"))
    return;
  lossResult = {{"loss", statement.range}, value.tensor};
}

Value Elaborator::epochNumber(TrainingPlan::Metric::Kind kind, ArrayRef<Value> values, Call &call) {
  if (!metric) {
    call.error(call.expr.range, "'" + call.builtin.name +
                                    "' looks at all examples of an epoch; only a metric can use it")
        .fix("a loss is given for each example; its mean is taken anyway");
    return Value::poison();
  }
  for (const Value &value : values)
    if (!checkPerExample(value, call.expr.range, "what '" + call.builtin.name + "' gets"))
      return Value::poison();
  // The loss is the first result.
  unsigned result = metricResults.size() + 1;
  for (const Value &value : values)
    metricResults.push_back({{"", call.expr.range}, value.tensor});
  metric->inputs.push_back({kind, result});
  return Value::ofNode(Value::Kind::Float, program->input(metric->inputs.size() - 1));
}

/// A metric without a name is called as what computes it.
static StringRef nameOfMetric(const Statement &statement) {
  if (!statement.name.text.empty())
    return statement.name.text;
  if (const auto *call = dyn_cast<CallExpr>(statement.value))
    return call->callee.text;
  if (const auto *pipeline = dyn_cast<PipelineExpr>(statement.value))
    return pipeline->stages.empty() ? "" : pipeline->stages.back()->callee.text;
  return "";
}

void Elaborator::elaborateMetric(const Statement &statement) {
  StringRef name = nameOfMetric(statement);
  if (name.empty()) {
    error(statement.range, "this metric has no name").fix("write `metric NAME = ...`");
    return;
  }
  if (name == "loss" ||
      any_of(plan.metrics, [&](const auto &other) { return other.name == name; })) {
    error(statement.range, name == "loss" ? "the loss is a metric already; this is another one"
                                          : "there are two metrics called '" + name.str() + "'")
        .fix("give this one a name of its own: `metric NAME = ...`");
    return;
  }
  plan.metrics.emplace_back();
  metric = &plan.metrics.back();
  metric->name = name.str();
  program = &metric->program;
  size_t firstResult = metricResults.size();

  Value value = evaluate(statement.value);
  SMRange range = statement.value->range;
  if (value.isNumber() && value.isVarying()) {
    metric->node = *value.node;
  } else if (value.isNumber()) {
    error(range, "a metric depends on the examples, this is " + describe(value));
  } else if (checkPerExample(value, range, "a metric")) {
    metric->inputs.push_back(
        {TrainingPlan::Metric::Kind::Mean, static_cast<unsigned>(metricResults.size() + 1)});
    metricResults.push_back({{"", statement.range}, value.tensor});
    metric->node = program->input(metric->inputs.size() - 1);
  }

  bool several = metricResults.size() - firstResult > 1;
  for (size_t i = firstResult; i < metricResults.size(); ++i) {
    Twine suffix = "." + Twine(i - firstResult);
    metricResults[i].name.text =
        builder.getStringAttr(several ? (name + suffix).str() : name.str()).getValue();
  }
  metric = nullptr;
  program = nullptr;
}

void Elaborator::elaborateBest(const Statement &statement) {
  std::vector<StringRef> names{"loss"};
  for (const TrainingPlan::Metric &metric : plan.metrics)
    names.push_back(metric.name);
  StringRef name = statement.name.text;
  if (!is_contained(names, name)) {
    Diagnostic &message = error(statement.name.range, "there is no metric called '" + name + "'");
    if (StringRef near = nearestWord(name, names); !near.empty())
      message.fix("did you mean '" + near + "'?");
    else
      message.fix("the metrics are: " + join(names, ", ") + "; add one with `metric " + name +
                  " = ...`");
    return;
  }
  plan.best = {statement.data.text == "valid", name.str(), statement.direction.text == "max"};
}

//===----------------------------------------------------------------------===//
// Frozen parameters
//===----------------------------------------------------------------------===//

void Elaborator::freeze(ArrayRef<const Statement *> statements, SMRange training) {
  StringSet<> frozen;
  for (const Statement *statement : statements) {
    const auto *pattern = dyn_cast<StringExpr>(statement->value);
    if (!pattern)
      continue;
    Expected<GlobPattern> glob = GlobPattern::create(pattern->value);
    if (!glob) {
      error(pattern->range, "this is not a pattern: " + toString(glob.takeError()))
          .fix("`*` stands for any text, `?` for one character: `freeze \"user_factors.*\"`");
      continue;
    }
    std::vector<StringRef> names;
    bool found = false;
    for (const auto &[name, shape] : parameterList) {
      names.push_back(name);
      if (!glob->match(name))
        continue;
      found = true;
      frozen.insert(name);
    }
    plan.freeze.push_back(pattern->value.str());
    if (found)
      continue;
    Diagnostic &message = error(pattern->range, "no parameter is called '" + pattern->value + "'");
    if (StringRef near = nearestWord(pattern->value, names); !near.empty())
      message.fix("did you mean '" + near + "'?");
    else
      message.fix("`*` stands for any text; `weir check` lists the parameters");
  }
  bool learns = false;
  for (ParamOp param : body->getOps<ParamOp>()) {
    if (frozen.contains(param.getName()))
      param->setAttr("frozen", builder.getUnitAttr());
    else
      learns |= !param.getBuffer();
  }
  if (!learns && !frozen.empty())
    error(statements.front()->range, "all parameters are frozen: there is nothing to learn");
  else if (!learns)
    error(training, "the model has no parameters: there is nothing to learn");
}

} // namespace weir
