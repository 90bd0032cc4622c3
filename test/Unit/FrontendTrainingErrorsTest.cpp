//===- FrontendTrainingErrorsTest.cpp - What people get wrong in training -===//
//
// Each case is a text and pieces of the message that it must get.
//
//===----------------------------------------------------------------------===//

#include "FrontendTrainingSupport.h"

namespace weir::test {
namespace {

struct Case {
  const char *name;
  std::string text;
  std::vector<std::string> expected;
  TrainingOverrides overrides = {};
};

void PrintTo(const Case &test, std::ostream *os) { *os << test.name; }

class TrainingErrors : public testing::TestWithParam<Case> {};

TEST_P(TrainingErrors, SayWhatAndWhere) {
  LoadedTraining loaded(GetParam().text, GetParam().overrides);
  EXPECT_FALSE(loaded.ok());
  for (const std::string &expected : GetParam().expected)
    EXPECT_NE(loaded.messages().find(expected), std::string::npos) << "no '" << expected << "' in\n"
                                                                   << loaded.messages();
  EXPECT_EQ(loaded.messages().find("mistake in Weir"), std::string::npos) << loaded.messages();
}

const std::string target = "  target t: f32[2]\n";
const std::string loss = target + "  loss mse(y, t)\n";
const std::string good = loss + "  optimizer sgd(lr: 0.1)\n";

std::string optimizer(const std::string &body, const std::string &parameters = "p, g, lr: float") {
  return trainingWith(loss + "  optimizer mine(lr: 1.0)\n",
                      "optimizer mine(" + parameters + ") {\n" + body + "\n}\n");
}
std::string schedule(const std::string &body) {
  return trainingWith(good + "  schedule mine\n", "schedule mine() {\n" + body + "\n}\n");
}

TrainingOverrides argument(const char *name, Binding value) {
  TrainingOverrides overrides;
  overrides.optimizerArguments[name] = value;
  return overrides;
}

const Case cases[] = {
    // The block.
    {"NoTraining",
     "model M() {\n  input x: f32[2]\n  output y = x\n}\n",
     {"1:1: error: nothing says how 'M' is to be trained", "write `training M {"}},
    {"OfAnotherModel",
     trainingWith(good) + "training Modle { loss y }\n",
     {"there is no model 'Modle' to train in this file", "a training block has the name"}},
    {"Twice", trainingWith(good) + "training M { loss y }\n", {"two training blocks for 'M'"}},
    {"NoName", "training { }\n", {"1:10: error: expected the name of the training, found '{'"}},
    {"NotClosed",
     "training M {\n  epochs 3\n" + trainingWith("").substr(0, 0) +
         "model M() {\n  input x: f32[2]\n  output y = x\n}\n",
     {"expected '}' to close training 'M', found 'model'"}},
    {"NoLoss",
     trainingWith(target + "  optimizer sgd(lr: 0.1)\n"),
     {"6:1: error: the training of 'M' has no loss", "`loss mse(y, target)`"}},
    {"NoOptimizer",
     trainingWith(loss),
     {"6:1: error: the training of 'M' has no optimizer", "`optimizer adamw(lr: 1e-3)`"}},
    {"LossTwice", trainingWith(good + "  loss mse(t, y)\n"), {"'loss' is given twice", "note"}},
    {"UnknownStatement",
     trainingWith(good + "  epoch 3\n"),
     {"10:3: error: expected a statement (target, let, loss, ", "did you mean 'epochs'?"}},
    {"Colon", trainingWith(good + "  epochs: 3\n"), {"10:9: error: expected a value, found ':'"}},
    {"InputInTraining", trainingWith(good + "  input z: f32\n"), {"found 'input'"}},
    {"ReservedModelName",
     "model train() {\n  input x: f32[2]\n  output y = x\n}\ntraining train { }\n",
     {"a model that is trained can't be called 'train'"}},
    {"TargetOfTakenName",
     trainingWith("  target y: f32[2]\n  loss mse(y, y)\n"),
     {"7:10: error: 'y' is already defined", "the first definition is here"}},
    // Losses and metrics.
    {"LossOfTensor",
     trainingWith(target + "  loss y - t\n  optimizer sgd(lr: 0.1)\n"),
     {"8:8: error: the loss is one number per example (f32), this is f32[2]",
      "take the `mean` or the `sum` of it"}},
    {"LossOfNumber",
     trainingWith("  loss 3.0\n  optimizer sgd(lr: 0.1)\n"),
     {"the loss is one number per example (f32), this is the float 3"}},
    {"LossOfParameters",
     trainingWith("  loss sum(w)\n  optimizer sgd(lr: 0.1)\n"),
     {"the loss doesn't depend on any input or target"}},
    {"LossByAverage",
     trainingWith(target + "  loss rmse(y, t)\n  optimizer sgd(lr: 0.1)\n"),
     {"8:8: error: 'average' looks at all examples of an epoch; only a metric can use it",
      "in the definition of 'rmse'"}},
    {"ParameterInLoss",
     trainingWith(target + "  loss mse(linear(y, 2), t)\n  optimizer sgd(lr: 0.1)\n"),
     {"the training of a model can't hold parameters", "move this layer into the model"}},
    {"ShapesOfLoss",
     trainingWith("  target t: f32[3]\n  loss mse(y, t)\n  optimizer sgd(lr: 0.1)\n"),
     {"8:8: error: the shapes f32[2] and f32[3] of '-' don't fit together",
      "7:13: note: the right one, f32[3], comes from here"}},
    {"MetricWithoutName",
     trainingWith(good + "  metric y[0] - t[0]\n"),
     {"this metric has no name", "write `metric NAME = ...`"}},
    {"MetricTwice",
     trainingWith(good + "  metric mae(y, t)\n  metric mae(t, y)\n"),
     {"there are two metrics called 'mae'"}},
    {"MetricLoss", trainingWith(good + "  metric loss = mae(y, t)\n"), {"the loss is a metric"}},
    {"MetricOfNothing",
     trainingWith(good + "  metric half = 0.5\n"),
     {"a metric depends on the examples, this is the float 0.5"}},
    {"AverageWithTensor",
     trainingWith(good + "  metric odd = average(mse(y, t)) * sum(y)\n"),
     {"an average over the examples is known only when all of them have been seen"}},
    {"BestOfUnknown",
     trainingWith(good + "  metric mae(y, t)\n  best valid.mse min\n"),
     {"11:14: error: there is no metric called 'mse'", "did you mean 'mae'?"}},
    {"BestWithoutDirection",
     trainingWith(good + "  best valid.loss\n"),
     {"expected `max` or `min`", "write `best valid.loss min`"}},
    {"BestOfTest",
     trainingWith(good + "  best test.loss min\n"),
     {"expected `valid` or `train`, found 'test'"}},
    // Numbers.
    {"NoEpochs", trainingWith(good + "  epochs 0\n"), {"'epochs' is at least 1", "this is 0"}},
    {"HalfABatch",
     trainingWith(good + "  batch 0.5\n"),
     {"'batch' is a size (a whole number), this is the float 0.5"}},
    {"ClipToNothing", trainingWith(good + "  clip_norm 0\n"), {"'clip_norm' is a number above 0"}},
    {"FreezeNothing",
     trainingWith(good + "  freeze \"v\"\n"),
     {"10:10: error: no parameter is called 'v'", "did you mean 'w'?"}},
    {"FreezeAll", trainingWith(good + "  freeze \"*\"\n"), {"all parameters are frozen"}},
    {"FreezeName",
     trainingWith(good + "  freeze w\n"),
     {"expected a pattern of names, found 'w'", "write `freeze \"user_factors.*\"`"}},
    {"NothingToLearn",
     "model M() {\n  input x: f32[2]\n  output y = x\n}\n"
     "training M { target t: f32[2] loss mse(y, t) optimizer adam() }\n",
     {"5:1: error: the model has no parameters: there is nothing to learn"}},
    {"LetOfString",
     trainingWith("  let a = \"s\"\n" + good),
     {"7:11: error: a string can only be a name"}},
    // Calls of optimizers and schedules.
    {"UnknownOptimizer",
     trainingWith(loss + "  optimizer adamW(lr: 0.1)\n"),
     {"9:13: error: there is no optimizer called 'adamW'", "did you mean 'adamw'?"}},
    {"UnknownSchedule",
     trainingWith(good + "  schedule linear()\n"),
     {"there is no schedule called 'linear'", "constant, cosine, one_cycle"}},
    {"OptimizerNeedsRate",
     trainingWith(loss + "  optimizer sgd()\n"),
     {"'sgd' needs the argument 'lr'", "it is called as sgd(lr: float, momentum: float = 0.0"}},
    {"OptimizerArgument",
     trainingWith(loss + "  optimizer sgd(lr: 0.1, moment: 0.9)\n"),
     {"'sgd' has no argument 'moment'", "did you mean 'momentum'?"}},
    {"OptimizerOfTensor",
     trainingWith(loss + "  optimizer sgd(lr: y)\n"),
     {"the argument 'lr' of 'sgd' is a number, this is f32[2]"}},
    {"UnknownOverride",
     trainingWith(good),
     {"optimizer 'sgd' has no parameter 'beta1' to set", "its parameters are: lr, momentum"},
     argument("beta1", 0.5)},
    {"OverrideOfKind",
     trainingWith(good),
     {"'nesterov' is a bool, but the float 0.5 was given for it"},
     argument("nesterov", 0.5)},
    {"BadOverride",
     trainingWith(good),
     {"from outside:1:7: error: expected a value, the statement ends"},
     {{"epochs"}, {}, {}}},
    // Definitions of optimizers and schedules.
    {"OptimizerWithoutTensors",
     optimizer("  update p = 1.0", "lr: float"),
     {"expected the names of the parameter and of its gradient first"}},
    {"OptimizerWithOneTensor",
     optimizer("  update p = 1.0", "p"),
     {"needs names for the parameter and for its gradient"}},
    {"OptimizerWithoutUpdate",
     optimizer("  let q = p"),
     {"optimizer 'mine' never updates 'p'", "in this use of optimizer 'mine'"}},
    {"UpdateOfUnknown",
     optimizer("  update p = p\n  update m = g"),
     {"3:10: error: 'm' is neither the parameter nor a state", "`state m = 0.0`"}},
    {"StateNeverUpdated",
     optimizer("  state m = 0.0\n  update p = p - m"),
     {"2:9: error: the state 'm' is never updated"}},
    {"StateOfTensor",
     optimizer("  state m = g\n  update p = p - m"),
     {"a state starts as a number that never changes, this is f32"}},
    {"StateOfStep",
     optimizer("  state m = step\n  update p = p - m"),
     {"this is a number that changes while the model is trained"}},
    {"NotElementwise",
     optimizer("  update p = p - lr * g / sum(g)"),
     {"2:27: error: an optimizer works on each element alone; 'sum' can't be used in it"}},
    {"ChoiceByStep",
     optimizer("  update p = if step < 10 then p else g"),
     {"2:17: error: this condition changes while the model is trained", "not between f32 and f32"}},
    {"SizeByStep",
     optimizer("  for i in 0..step {\n    update p = p - g\n  }"),
     {"the end of the range is a size (a whole number), this is a number that changes"}},
    {"StatementInOptimizer",
     optimizer("  output p = g"),
     {"expected a statement (let, for, state, update), found 'output'"}},
    {"StepTaken",
     optimizer("  update p = g", "p, g, lr: float, step: size = 1"),
     {"'step' is there"}},
    // Data.
    {"DataOfUnknown",
     trainingWith(good + "  data tt from a, b\n"),
     {"10:8: error: there is no input or target called 'tt'", "did you mean 't'?"}},
    {"DataOfOutput",
     trainingWith(good + "  data logits from a, b\n"),
     {"there is no input or target called 'logits'", "there are: x, t"}},
    {"DataTwice",
     trainingWith(good + "  data t from a, b\n  data t from b, a\n"),
     {"11:8: error: 't' gets its values twice", "10:3: note: the first are these"}},
    {"DataWithoutFrom",
     trainingWith(good + "  data t a, b\n"),
     {"10:10: error: expected `from` and the columns of 't', found 'a'", "data user from"}},
    {"DataWithoutColumns",
     trainingWith(good + "  data t from\n  epochs 3 3\n"),
     {"expected ',' and another column"}},
    {"DataColumnMissing",
     trainingWith(good + "  data t from a,\n"),
     {"10:17: error: expected the name of a column, found '}'"}},
    {"DataColumnEmpty",
     trainingWith(good + "  data t from a, \"\"\n"),
     {"10:18: error: the name of a column is empty"}},
    {"DataWithSigns",
     trainingWith(good + "  data t from hours-per-week, b\n"),
     {"10:20: error: expected ',' and another column, `standardize`, or the next statement, found "
      "'-'",
      "stands between quotes"}},
    {"DataWithoutComma",
     trainingWith(good + "  data t from hours week, b\n"),
     {"10:21: error: expected ',' and another column, `standardize`, or the next statement, found "
      "'week'",
      "write a ',' before 'week', or the whole name between quotes"}},
    {"DataStandardise",
     trainingWith(good + "  data x from a, b standardise\n"),
     {"10:20: error: expected ',' and another column", "did you mean 'standardize'?"}},
    {"DataColumnTwice",
     trainingWith(good + "  data x from a, \"a\"\n"),
     {"10:18: error: column 'a' is given twice", "10:15: note: the first is here"}},
    {"DataOfOtherSize",
     trainingWith(good + "  data x from a, b, c\n"),
     {"10:8: error: 'x' is f32[2] and takes 2 columns, 3 are given"}},
    {"DataOfOneNumber",
     trainingWith(good + "  target label: index<n>\n  metric m = sum(one_hot(label))\n"
                         "  data label from a, b\n"),
     {"'label' is index<3> and takes 1 column, 2 are given"}},
    {"StandardizedTarget",
     trainingWith(good + "  data t from a, b standardize\n"),
     {"10:20: error: 't' is a target, which is predicted as it is given", "leave `standardize`"}},
    {"StandardizedIds",
     "model M() {\n  input i: index<3>\n  output y = embedding(i, 2)\n}\n"
     "training M {\n  data i from a standardize\n" +
         good + "}\n",
     {"6:17: error: 'i' takes ids (index<3>); only numbers can be standardized"}},
    {"TextOfLetters",
     trainingWith(good + "  data x from text letters\n"),
     {"10:20: error: expected `words` or `characters`, found 'letters'", "from text words"}},
    {"TextOfNumbers",
     trainingWith(good + "  data x from text words\n"),
     {"10:8: error: a text fills an input of ids, 'x' is f32[2]", "input words: index<2000>[3]"}},
    {"TextAndColumns",
     trainingWith(good + "  data x from text words\n  data t from a, b\n"),
     {"11:3: error: the training reads a text, which has no columns to read 't' from"}},
    {"TextOfOtherTarget",
     "model M() {\n  input i: index<3>\n  output y = embedding(i, 2)\n}\n"
     "training M {\n  data i from text words\n" +
         good + "}\n",
     {"6:8: error: the word that follows in the text is the target, but 't' is f32[2]"}},
    {"TextOfFewerIds",
     "model M() {\n  input i: index<3>\n  output y = embedding(i, 4)\n}\n"
     "training M {\n  data i from text characters\n  target t: index<4>\n"
     "  loss cross_entropy(y, t)\n  optimizer adam()\n}\n",
     {"the character that follows in the text is the target, but 't' is index<4>"}},
    {"TextWithoutTarget",
     "model M() {\n  input i: index<3>\n  output y = embedding(i, 1)\n}\n"
     "training M {\n  data i from text words\n  loss sum(y)\n  optimizer adam()\n}\n",
     {"is the target, but there is none", "write `target next: index<...>`"}},
    {"TextAndOtherInput",
     "model M() {\n  input i: index<3>\n  input j: f32\n  output y = embedding(i, 3) + j\n}\n"
     "training M {\n  data i from text words\n  target t: index<3>\n"
     "  loss cross_entropy(y, t)\n  optimizer adam()\n}\n",
     {"7:8: error: a text fills one input, but the model has also 'j'"}},
    {"TablesOfUnknown",
     trainingWith(good + "  tables lasy\n"),
     {"10:10: error: expected `deferred`, `dense` or `lazy`, found 'lasy'",
      "did you mean 'lazy'?"}},
    {"TablesOfNothing",
     trainingWith(good + "  tables\n"),
     {"10:9: error: expected `deferred`, `dense` or `lazy`, found '}'", "write `tables lazy`"}},
    {"LazyAndClipped",
     trainingWith(good + "  tables lazy\n  clip_norm 1\n"),
     {"10:3: error: `clip_norm` needs the gradients of whole tables, so none can be lazy",
      "11:3: note: the norm is clipped here"}},
    {"TablesTwice",
     trainingWith(good + "  tables lazy\n  tables dense\n"),
     {"11:3: error: 'tables' is given twice", "10:3: note: the first is here"}},
    {"StateInSchedule",
     schedule("  state a = 1.0"),
     {"a schedule keeps nothing from step to step"}},
    {"ScheduleOfUnknown",
     schedule("  update rate = 0.1"),
     {"the optimizer 'sgd' has no parameter 'rate' to set"}},
    {"ScheduleOfBool",
     schedule("  update nesterov = 1.0"),
     {"'nesterov' is a bool; a schedule sets floats"}},
    {"TensorInSchedule",
     trainingWith(good + "  schedule mine\n", "schedule mine(x) {\n  update lr = 0.1\n}\n"),
     {"the parameter 'x' needs a type", "write `x: float`"}},
};

INSTANTIATE_TEST_SUITE_P(All, TrainingErrors, testing::ValuesIn(cases),
                         [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace weir::test
