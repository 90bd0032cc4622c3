//===- ElaborateRules.cpp - Optimizers and schedules ----------------------===//
//
// Both are evaluated once, with the step as a number that isn't known yet. A
// schedule computes nothing but such numbers; an optimizer becomes a function of
// one element, to which they are arguments.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Casting.h"

using namespace llvm;
using namespace weir::ast;

namespace weir {

//===----------------------------------------------------------------------===//
// Calls of rules
//===----------------------------------------------------------------------===//

const Definition *Elaborator::findRule(DefinitionKind kind, const CallExpr &call) {
  std::vector<StringRef> names;
  for (const SourceFile *source : {&file, &prelude})
    for (const Definition *definition : source->definitions) {
      if (definition->kind != kind)
        continue;
      if (definition->name.text == call.callee.text)
        return definition;
      names.push_back(definition->name.text);
    }
  sort(names);
  StringRef name = call.callee.text;
  Diagnostic &message =
      error(call.callee.range, "there is no " + spelling(kind) + " called '" + name + "'");
  if (StringRef near = nearestWord(name, names); !near.empty())
    message.fix("did you mean '" + near + "'?");
  else
    message.fix("there are: " + join(names, ", "));
  return nullptr;
}

bool Elaborator::bindRule(const Definition &rule, const CallExpr &call,
                          const StringMap<Binding> &overrides, RuleArguments &arguments) {
  std::vector<ParameterSpec> specs;
  std::vector<StringRef> names;
  for (const Parameter &parameter : rule.parameters) {
    if (parameter.kind == ParameterKind::Tensor)
      continue;
    arguments.push_back({&parameter, Value::absent()});
    names.push_back(parameter.name.text);
    specs.push_back(specOf(parameter));
    specs.back().optional |= overrides.contains(parameter.name.text);
  }
  std::vector<Value> values;
  std::vector<SMRange> ranges;
  bool ok = bindArguments(specs, signatureOf(rule), call, nullptr, values, ranges);
  for (const auto &entry : overrides) {
    auto name = find(names, entry.first());
    if (name == names.end()) {
      Diagnostic &message =
          error(call.callee.range, spelling(rule.kind) + " '" + rule.name.text +
                                       "' has no parameter '" + entry.first() + "' to set");
      if (StringRef near = nearestWord(entry.first(), names); !near.empty())
        message.fix("did you mean '" + near + "'?");
      else if (!names.empty())
        message.fix("its parameters are: " + join(names, ", "));
      ok = false;
      continue;
    }
    size_t index = name - names.begin();
    values[index] = valueOf(entry.second);
    ParameterKind kind = arguments[index].first->kind;
    if (!suits(kind, values[index])) {
      error(call.callee.range, "'" + entry.first() + "' is a " + spelling(kind) + ", but " +
                                   describe(values[index]) + " was given for it");
      ok = false;
    }
  }
  if (!ok)
    return false;

  // Defaults see the parameters before them.
  RuleFrame inside(*this, rule, call);
  for (size_t i = 0; i < values.size(); ++i) {
    const Parameter &parameter = *arguments[i].first;
    ok &= bindDefault(parameter, values[i]);
    define(parameter.name, values[i], /*isLet=*/false, /*warnUnused=*/false);
    arguments[i].second = std::move(values[i]);
  }
  return ok;
}

Elaborator::RuleFrame::RuleFrame(Elaborator &elaborator, const Definition &rule,
                                 const CallExpr &call)
    : elaborator(elaborator), call(call), firstNew(elaborator.diagnostics.size()) {
  frame.definition = &rule;
  frame.prefix = rule.name.text.str() + ".";
  frame.callSite = call.range;
  frame.caller = elaborator.frame;
  frame.scopes.emplace_back();
  elaborator.frame = &frame;
}

Elaborator::RuleFrame::~RuleFrame() {
  elaborator.frame = frame.caller;
  elaborator.showUse(firstNew, *frame.definition, call.range);
}

void Elaborator::defineSteps() {
  define({"step", {}}, Value::ofNode(Value::Kind::Float, program->input(0)), false, false);
  define({"steps", {}}, Value::ofNode(Value::Kind::Float, program->input(1)), false, false);
}

void Elaborator::elaborateRules(const CallExpr &optimizerCall, const CallExpr *scheduleCall,
                                const TrainingOverrides *overrides) {
  static const TrainingOverrides none;
  if (!overrides)
    overrides = &none;
  const Definition *rule = findRule(DefinitionKind::Optimizer, optimizerCall);
  const Definition *schedule =
      scheduleCall ? findRule(DefinitionKind::Schedule, *scheduleCall) : nullptr;
  RuleArguments arguments, scheduleArguments;
  if (!rule || !bindRule(*rule, optimizerCall, overrides->optimizerArguments, arguments) ||
      (scheduleCall && !schedule) ||
      (schedule &&
       !bindRule(*schedule, *scheduleCall, overrides->scheduleArguments, scheduleArguments)))
    return;
  if (!schedule && !overrides->scheduleArguments.empty())
    error(optimizerCall.range,
          "there is no schedule to set '" + overrides->scheduleArguments.begin()->first() + "' of")
        .fix("choose one: `schedule one_cycle()`");

  plan.optimizer = rule->name.text.str();
  plan.schedule = schedule ? schedule->name.text.str() : "constant";
  optimizerText = describeRule(plan.optimizer, arguments);
  scheduleText = schedule ? describeRule(plan.schedule, scheduleArguments) : plan.schedule;
  program = &plan.program;
  // The learning rate is an argument of the compiled step even if no schedule
  // changes it.
  std::vector<const Parameter *> shown;
  for (auto &[parameter, value] : arguments)
    if (parameter->name.text == "lr" && value.isNumber()) {
      value = Value::ofNode(Value::Kind::Float, program->constant(value.asDouble()));
      shown.push_back(parameter);
    }
  if (schedule)
    runSchedule(*schedule, *scheduleCall, scheduleArguments, arguments);
  append_range(shown, setBySchedule);
  for (auto &[parameter, value] : arguments)
    if (value.isVarying() && is_contained(shown, parameter)) {
      plan.scheduled.push_back(parameter->name.text.str());
      plan.scheduledNodes.push_back(*value.node);
    }
  runOptimizer(*rule, optimizerCall, arguments);
  program = nullptr;
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

void Elaborator::runSchedule(const Definition &schedule, const CallExpr &call,
                             const RuleArguments &arguments, RuleArguments &optimizerArguments) {
  RuleFrame inside(*this, schedule, call);
  defineSteps();
  for (const auto &[parameter, value] : arguments)
    define(parameter->name, value, /*isLet=*/false, /*warnUnused=*/false);
  // A schedule sees the numbers of its optimizer, its own first.
  for (const auto &[parameter, value] : optimizerArguments)
    if (!lookup(parameter->name.text))
      define(parameter->name, value, /*isLet=*/false, /*warnUnused=*/false);
  scheduled = &optimizerArguments;
  elaborate(schedule.body, nullptr);
  scheduled = nullptr;
}

void Elaborator::updateScheduled(const Statement &statement) {
  Value value = evaluate(statement.value);
  if (value.isPoison())
    return;
  if (!value.isNumber()) {
    error(statement.value->range, "a schedule sets numbers, this is " + describe(value));
    return;
  }
  StringRef name = statement.name.text;
  auto find = [&](StringRef wanted) {
    return find_if(*scheduled, [&](const auto &entry) { return entry.first->name.text == wanted; });
  };
  auto found = find(name);
  // What others call the momentum is Adam's first decay.
  if (found == scheduled->end() && name == "momentum")
    found = find("beta1");
  if (found == scheduled->end()) {
    if (name != "momentum")
      error(statement.name.range,
            "the optimizer '" + plan.optimizer + "' has no parameter '" + name + "' to set");
    return;
  }
  const Parameter *parameter = found->first;
  if (parameter->kind != ParameterKind::Float) {
    error(statement.name.range,
          "'" + name + "' is a " + spelling(parameter->kind) + "; a schedule sets floats");
    return;
  }
  found->second = value.isSize() ? Value::ofFloat(value.asDouble()) : value;
  if (!is_contained(setBySchedule, parameter))
    setBySchedule.push_back(parameter);
  if (Variable *variable = lookup(parameter->name.text))
    variable->value = found->second;
}

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

void Elaborator::runOptimizer(const Definition &definition, const CallExpr &call,
                              const RuleArguments &arguments) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  auto train = cast<mlir::func::FuncOp>(body->getParentOp());
  builder.setInsertionPointAfter(train);
  auto type = makeTensorType(false, {}, builder.getF32Type());
  mlir::Location location = locationOf(call.range);
  auto function = mlir::func::FuncOp::create(builder, location, "optimizer",
                                             builder.getFunctionType({type, type}, {}));
  Rule rule;
  rule.block = function.addEntryBlock();
  builder.setInsertionPointToEnd(rule.block);
  optimizer = &rule;

  size_t errorsBefore = diagnostics.errors();
  {
    RuleFrame inside(*this, definition, call);
    defineSteps();
    const Parameter *value = nullptr;
    for (const Parameter &parameter : definition.parameters) {
      if (parameter.kind != ParameterKind::Tensor)
        continue;
      unsigned position = rule.ports.size();
      rule.ports.push_back({parameter.name, rule.block->getArgument(position)});
      define(parameter.name, Value::ofTensor(rule.ports.back().value, parameter.range),
             /*isLet=*/false, /*warnUnused=*/false);
      if (!value)
        value = &parameter;
    }
    for (const auto &[parameter, argument] : arguments)
      define(parameter->name, argument, /*isLet=*/false, /*warnUnused=*/false);
    elaborate(definition.body, nullptr);
    if (!rule.updates.contains(value->name.text) && diagnostics.errors() == errorsBefore)
      error(definition.closingBrace,
            "optimizer '" + definition.name.text + "' never updates '" + value->name.text + "'")
          .fix("end it with `update " + value->name.text + " = ...`");
    for (const auto &state : rule.states)
      if (!rule.updates.contains(state.name.text) && !state.value.use_empty())
        error(state.name.range, "the state '" + state.name.text + "' is never updated");
    if (diagnostics.errors() == errorsBefore)
      finishOptimizer(definition.closingBrace);
  }
  optimizer = nullptr;
}

void Elaborator::elaborateState(const Statement &statement) {
  if (frame->scopes.size() > 1) {
    error(statement.range, "a state can't stand in a loop");
    return;
  }
  Value initial = evaluate(statement.value);
  if (!initial.isPoison() && (!initial.isNumber() || initial.isVarying())) {
    error(statement.value->range,
          "a state starts as a number that never changes, this is " + describe(initial));
    initial = Value::poison();
  }
  auto type = makeTensorType(false, {}, builder.getF32Type());
  mlir::Value value = optimizer->block->insertArgument(
      2 + optimizer->states.size(), type, locationOf(statement.name.range, statement.name.text));
  optimizer->states.push_back({statement.name, value});
  optimizer->initials.push_back(initial.isNumber() ? initial.asDouble() : 0);
  define(statement.name, Value::ofTensor(value, statement.range), /*isLet=*/false,
         /*warnUnused=*/false);
}

void Elaborator::elaborateUpdate(const Statement &statement) {
  if (scheduled)
    return updateScheduled(statement);
  Value value = evaluate(statement.value);
  StringRef name = statement.name.text;
  auto isCalled = [&](const Port &port) { return port.name.text == name; };
  if (!isCalled(optimizer->ports.front()) && none_of(optimizer->states, isCalled)) {
    Diagnostic &message =
        error(statement.name.range, "'" + name + "' is neither the parameter nor a state");
    if (lookup(name))
      message.fix("only '" + optimizer->ports.front().name.text +
                  "' and what `state` defines can be updated");
    else
      message.fix("write `let " + name + " = ...`, or define it first: `state " + name + " = 0.0`");
    return;
  }
  if (value.isPoison())
    return;
  if (!value.isNumber() && !(value.isTensor() && value.shape().empty())) {
    error(statement.value->range, "an element is updated by a number, this is " + describe(value));
    return;
  }
  mlir::Value tensor = asTensor(value, statement.value->range);
  optimizer->updates[name] = tensor;
  // What follows sees the new value.
  lookup(name)->value = Value::ofTensor(tensor, statement.range);
}

mlir::Value Elaborator::hyperArgument(ScalarProgram::Node node) {
  for (const auto &[known, argument] : optimizer->hypers)
    if (known == node)
      return argument;
  auto type = makeTensorType(false, {}, builder.getF32Type());
  mlir::Value argument = optimizer->block->addArgument(type, builder.getUnknownLoc());
  optimizer->hypers.push_back({node, argument});
  return argument;
}

/// The name that the optimizer gives to what varies: a parameter's or a let's.
std::string Elaborator::nameOfHyper(ScalarProgram::Node node, unsigned position) const {
  const char *first = nullptr;
  std::string name = "hyper" + std::to_string(position);
  for (const auto &entry : frame->scopes.front()) {
    const char *start = entry.second.definedAt.Start.getPointer();
    if (entry.second.value.node == node && (!first || start < first)) {
      first = start;
      name = entry.first().str();
    }
  }
  return name;
}

void Elaborator::finishOptimizer(SMRange end) {
  Rule &rule = *optimizer;
  SmallVector<Port> states, results;
  // A state that nothing reads, as the velocity without momentum, is left out,
  // and with it what only it needed.
  auto collect = [&] {
    results = {{rule.ports[0].name, rule.updates[rule.ports[0].name.text]}};
    for (const Port &state : states)
      results.push_back({state.name, rule.updates[state.name.text]});
  };
  auto isResult = [&](mlir::Value value) {
    return any_of(results, [&](const Port &result) { return result.value == value; });
  };
  states = rule.states;
  for (bool changed = true; changed;) {
    changed = false;
    collect();
    for (mlir::Operation &op : make_early_inc_range(reverse(*rule.block)))
      if (op.use_empty() && none_of(op.getResults(), isResult))
        op.erase();
    for (size_t i = 0; i < states.size(); ++i)
      if (states[i].value.use_empty() && !isResult(states[i].value)) {
        states.erase(states.begin() + i);
        changed = true;
        break;
      }
  }

  SmallVector<Port> arguments(rule.ports);
  append_range(arguments, states);
  for (auto [i, state] : enumerate(rule.states))
    if (is_contained(map_range(states, [](const Port &port) { return port.value; }), state.value))
      plan.states.push_back({state.name.text.str(), rule.initials[i]});
  for (const auto &[node, argument] : rule.hypers) {
    if (argument.use_empty() && !isResult(argument))
      continue;
    std::string name = nameOfHyper(node, plan.hypers.size());
    arguments.push_back({{builder.getStringAttr(name).getValue(), {}}, argument});
    plan.hypers.push_back(name);
    plan.hyperNodes.push_back(node);
  }
  for (unsigned i = rule.block->getNumArguments(); i-- > 0;)
    if (none_of(arguments,
                [&](const Port &port) { return port.value == rule.block->getArgument(i); }))
      rule.block->eraseArgument(i);
  finishFunction(rule.block, end, arguments, results);
  auto function = cast<mlir::func::FuncOp>(rule.block->getParentOp());
  for (auto [i, state] : enumerate(plan.states))
    function.setArgAttr(2 + i, "weir.state", builder.getF64FloatAttr(state.initial));
  for (size_t i = 0; i < plan.hypers.size(); ++i)
    function.setArgAttr(2 + plan.states.size() + i, "weir.hyper", builder.getUnitAttr());
}

} // namespace weir
