//===- FrontendTrainingTest.cpp - Training blocks -------------------------===//
//
// What a training block becomes, and what its losses and metrics compute.
//
//===----------------------------------------------------------------------===//

#include "FrontendTrainingSupport.h"

namespace weir::test {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

std::string argumentNames(mlir::func::FuncOp function) {
  std::string names;
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    names += function.getArgAttrOfType<mlir::StringAttr>(i, "weir.name").str() +
             (function.getArgAttr(i, "weir.target")  ? "(target) "
              : function.getArgAttr(i, "weir.state") ? "(state) "
              : function.getArgAttr(i, "weir.hyper") ? "(hyper) "
                                                     : " ");
  return names;
}

std::string resultNames(mlir::func::FuncOp function) {
  std::string names;
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    names += function.getResultAttrOfType<mlir::StringAttr>(i, "weir.name").str() + " ";
  return names;
}

const std::string sgd = "  optimizer sgd(lr: 0.1)\n";
const std::string minimal = "  target t: f32[2]\n  loss mse(y, t)\n" + sgd;

//===----------------------------------------------------------------------===//
// The functions and the plan
//===----------------------------------------------------------------------===//

TEST(Training, MakesThreeFunctions) {
  LoadedTraining loaded(trainingWith("  target t: f32[2]\n"
                                     "  target label: index<n>\n"
                                     "  loss mse(y, t)\n"
                                     "  metric rmse(y, t)\n"
                                     "  metric hits = sum(one_hot(label))\n"
                                     "  metric spread = average(sum(y)) / average(sum(t))\n"
                                     "  optimizer adamw(lr: 0.5)\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(argumentNames(loaded.function("M")), "x ");
  EXPECT_EQ(resultNames(loaded.function("M")), "y ");
  EXPECT_EQ(argumentNames(loaded.function("train")), "x t(target) label(target) ");
  EXPECT_EQ(resultNames(loaded.function("train")), "loss rmse hits spread.0 spread.1 ");
  for (mlir::Type type : loaded.function("train").getResultTypes())
    EXPECT_EQ(type, makeTensorType(true, {}, mlir::Float32Type::get(&loaded.context)));
  EXPECT_EQ(argumentNames(loaded.function("optimizer")),
            "p g m(state) v(state) keep(hyper) length(hyper) scale(hyper) ");
  EXPECT_EQ(resultNames(loaded.function("optimizer")), "p m v ");
  EXPECT_EQ((*loaded.training->module->getOps<mlir::func::FuncOp>().begin()).getName(), "M");
  EXPECT_EQ(loaded.plan().targets, (Names{"t", "label"}));
  EXPECT_EQ(loaded.plan().hypers, (Names{"keep", "length", "scale"}));
}

TEST(Training, HasDefaults) {
  LoadedTraining loaded(trainingWith(minimal));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.plan().epochs, 1);
  EXPECT_EQ(loaded.plan().batch, 64);
  EXPECT_EQ(loaded.plan().schedule, "constant");
  EXPECT_FALSE(loaded.plan().clipNorm);
  EXPECT_FALSE(loaded.plan().best);
  EXPECT_TRUE(loaded.plan().metrics.empty());
}

TEST(Training, SaysItAll) {
  LoadedTraining loaded(trainingWith("  target t: f32[2]\n"
                                     "  let error = y - t\n"
                                     "  loss mean(error * error)\n"
                                     "  metric mae(y, t)\n"
                                     "  optimizer sgd(lr: 0.1, momentum: 0.9)\n"
                                     "  schedule cosine(low: 0.1)\n"
                                     "  epochs n\n"
                                     "  batch 2 * n\n"
                                     "  best train.mae min\n"
                                     "  clip_norm 1\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  const TrainingPlan &plan = loaded.plan();
  EXPECT_EQ(plan.epochs, 3);
  EXPECT_EQ(plan.batch, 6);
  EXPECT_EQ(plan.optimizer, "sgd");
  EXPECT_EQ(plan.schedule, "cosine");
  EXPECT_EQ(plan.clipNorm, 1.0);
  ASSERT_TRUE(plan.best);
  EXPECT_EQ(plan.best->metric, "mae");
  EXPECT_FALSE(plan.best->onValidation);
  EXPECT_FALSE(plan.best->largest);
}

// The model's layers keep their training form: that is another pass's business.
TEST(Training, KeepsDropoutAndNorm) {
  LoadedTraining loaded("model M() {\n  input x: f32[4]\n"
                        "  output y = x |> batch_norm |> dropout(0.3) |> linear(1)\n}\n"
                        "training M { target t: f32 loss mse(y, t) optimizer adam() }\n");
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_FALSE(loaded.function("train").getOps<DropoutOp>().empty());
  EXPECT_FALSE(loaded.function("train").getOps<BatchNormOp>().empty());
}

TEST(Training, FreezesByPattern) {
  const char *text = "model M() {\n  input x: f32[4]\n"
                     "  let stem = x |> linear(4) |> batch_norm\n"
                     "  output y = linear(stem, 1, name: head)\n}\n"
                     "training M {\n  target t: f32\n  loss mse(y, t)\n  optimizer adam()\n"
                     "  freeze \"stem.*\"\n  freeze \"head.bias\"\n}\n";
  LoadedTraining loaded(text);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  Names frozen;
  for (ParamOp param : loaded.function("train").getOps<ParamOp>())
    if (param->hasAttr("frozen"))
      frozen.push_back(param.getName().str());
  EXPECT_EQ(frozen, (Names{"stem.0.weight", "stem.0.bias", "stem.1.weight", "stem.1.bias",
                           "stem.1.running_mean", "stem.1.running_var", "head.bias"}));
}

TEST(Overrides, ReplaceStatementsOfTheirKind) {
  TrainingOverrides overrides;
  overrides.statements = {"epochs 7; metric l1(y, t)", "optimizer adagrad()", "freeze \"w\""};
  overrides.optimizerArguments = {{"lr", 2.0}, {"eps", int64_t(1)}};
  LoadedTraining all(trainingWith(minimal), overrides);
  EXPECT_FALSE(all.ok());
  EXPECT_NE(all.messages().find("from outside:1:1: error: all parameters are frozen"),
            std::string::npos)
      << all.messages();

  overrides.statements.pop_back();
  LoadedTraining loaded(trainingWith(minimal + "  epochs 2\n  batch 5\n  metric mae(y, t)\n"),
                        overrides);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.plan().epochs, 7);
  EXPECT_EQ(loaded.plan().batch, 5);
  EXPECT_EQ(loaded.plan().optimizer, "adagrad");
  ASSERT_EQ(loaded.plan().metrics.size(), 1u);
  EXPECT_EQ(loaded.plan().metrics[0].name, "l1");
  EXPECT_EQ(loaded.plan().evaluateHypers(1, 10), (Numbers{2.0}));
}

TEST(Overrides, CanBeTheWholeTraining) {
  TrainingOverrides overrides;
  overrides.statements = {"target t: f32 loss mse(y, t) optimizer sgd()"};
  overrides.optimizerArguments = {{"lr", 0.25}};
  LoadedTraining loaded("model M() {\n  input x: f32[4]\n  output y = linear(x, 1)\n}\n",
                        overrides);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.plan().scheduled, (Names{"lr"}));
  EXPECT_EQ(loaded.plan().evaluateScheduled(1, 1), (Numbers{0.25}));
}

// A training's mistakes are found whenever the model is read.
TEST(Training, IsCheckedWithItsModel) {
  EXPECT_TRUE(Loaded(trainingWith(minimal)).ok());
  Loaded wrong(trainingWith("  loss mse(y, t)\n" + sgd));
  EXPECT_FALSE(wrong.ok());
  EXPECT_NE(wrong.messages().find("7:15: error: 't' is not defined"), std::string::npos)
      << wrong.messages();
  Loaded right(trainingWith(minimal));
  EXPECT_EQ(right.ops<mlir::func::FuncOp>().size(), 1u);
}

//===----------------------------------------------------------------------===//
// Losses and metrics
//===----------------------------------------------------------------------===//

/// `expr` of x and t, for each example; t's type is given.
Numbers lossOf(const std::string &xType, const std::string &tType, const std::string &expr,
               const RefTensor &x, const RefTensor &t) {
  LoadedTraining loaded("model M() {\n  input a: " + xType +
                        "\n  param w: f32 = ones()\n  output x = a * w\n}\n" +
                        "training M {\n  target t: " + tType + "\n  loss " + expr +
                        "\n  optimizer sgd(lr: 1.0)\n}\n");
  EXPECT_TRUE(loaded.ok()) << loaded.messages();
  if (!loaded.ok())
    return {};
  RefParameters parameters = {{"w", {{}, {1.0}}}};
  std::vector<RefTensor> results = loaded.run("train", {x, t}, x.shape[0], parameters);
  return results.empty() ? Numbers() : results[0].data;
}

void expectNear(const Numbers &found, const Numbers &expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-6 * std::max(1.0, std::fabs(expected[i])))
        << "number " << i;
}

TEST(Losses, OfNumbers) {
  RefTensor x{{2, 2}, {1, 2, -1, 4}}, t{{2, 2}, {0.5, 2, 1, 1}};
  auto loss = [&](const std::string &expr) { return lossOf("f32[2]", "f32[2]", expr, x, t); };
  expectNear(loss("mse(x, t)"), {0.125, 6.5});
  expectNear(loss("l1(x, t)"), {0.25, 2.5});
  // 0.5 * 0.25 / 2; (2 - 0.5 + 3 - 0.5) / 2
  expectNear(loss("huber(x, t)"), {0.0625, 2.0});
  // delta 2: (0.5 * 4 + 2 * (3 - 1)) / 2
  expectNear(loss("huber(x, t, delta: 2)"), {0.0625, 3.0});
}

TEST(Losses, OfYesOrNo) {
  RefTensor x{{3}, {0.0, 2.0, -100.0}}, t{{3}, {1, 0, 1}};
  auto loss = [&](const std::string &expr) { return lossOf("f32", "f32", expr, x, t); };
  expectNear(loss("binary_cross_entropy(x, t)"), {std::log(2.0), 2.1269280110429727, 100.0});
  expectNear(loss("binary_cross_entropy(x, t, positive: 3)"),
             {3 * std::log(2.0), 2.1269280110429727, 300.0});
  // The targets become 0.9 and 0.1: 2.1269... - 0.1 * 2; 0.9 * 100.
  expectNear(loss("binary_cross_entropy(x, t, smoothing: 0.2)"),
             {std::log(2.0), 1.9269280110429727, 90.0});
  expectNear(loss("binary_accuracy(x, t)"), {0, 0, 0});
  expectNear(lossOf("f32", "f32", "binary_accuracy(x, t)", {{3}, {1, -1, 0.5}}, {{3}, {1, 0, 0}}),
             {1, 1, 0});
}

// log(e + e^2 + e^3) = 3.4076059644443806; the logits are 1, 2, 3.
TEST(Losses, OfClasses) {
  RefTensor x{{2, 3}, {1, 2, 3, 1, 2, 3}}, t{{2}, {2, 0}};
  const double all = 3.4076059644443806;
  auto loss = [&](const std::string &expr) { return lossOf("f32[3]", "index<3>", expr, x, t); };
  expectNear(loss("cross_entropy(x, t)"), {all - 3, all - 1});
  expectNear(loss("cross_entropy(x, t, weights: (2.0, 1.0, 0.5))"),
             {0.5 * (all - 3), 2 * (all - 1)});
  // The mean over the classes is all - 2.
  expectNear(loss("cross_entropy(x, t, smoothing: 0.3)"),
             {0.7 * (all - 3) + 0.3 * (all - 2), 0.7 * (all - 1) + 0.3 * (all - 2)});
  double weighted = (2 * (all - 1) + (all - 2) + 0.5 * (all - 3)) / 3;
  expectNear(loss("cross_entropy(x, t, weights: (2, 1, 0.5), smoothing: 0.3)"),
             {0.7 * 0.5 * (all - 3) + 0.3 * weighted, 0.7 * 2 * (all - 1) + 0.3 * weighted});
  // Several positions per example are averaged.
  RefTensor rows{{1, 2, 3}, {1, 2, 3, 1, 2, 3}}, ids{{1, 2}, {2, 0}};
  expectNear(lossOf("f32[2, 3]", "index<3>[2]", "cross_entropy(x, t)", rows, ids), {all - 2});
}

TEST(Metrics, CountHits) {
  RefTensor x{{4, 3}, {1, 5, 3, 1, 5, 3, 7, 7, 0, std::nan(""), 1, 2}}, t{{4}, {1, 2, 0, 2}};
  auto metric = [&](const std::string &expr) { return lossOf("f32[3]", "index<3>", expr, x, t); };
  expectNear(metric("accuracy(x, t)"), {1, 0, 0, 0});
  expectNear(metric("top_k(x, t, k: 2)"), {1, 1, 1, 0});
}

TEST(Metrics, AreMadeOfAverages) {
  LoadedTraining loaded(trainingWith(minimal + "  metric rmse(y, t)\n  metric r2(y, t)\n"
                                               "  metric auc(sum(y), t[0])\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  const auto &metrics = loaded.plan().metrics;
  ASSERT_EQ(metrics.size(), 3u);
  EXPECT_EQ(metrics[0].evaluate({6.25}), 2.5);
  // 1 - 2 / (5 - 1 * 1)
  EXPECT_EQ(metrics[1].inputs.size(), 3u);
  EXPECT_EQ(metrics[1].evaluate({1, 2, 5}), 0.5);
  ASSERT_EQ(metrics[2].inputs.size(), 1u);
  EXPECT_EQ(metrics[2].inputs[0].kind, TrainingPlan::Metric::Kind::Auc);
  EXPECT_EQ(metrics[2].inputs[0].result, 5u);
  EXPECT_EQ(metrics[2].evaluate({0.75}), 0.75);
  EXPECT_EQ(resultNames(loaded.function("train")), "loss rmse r2.0 r2.1 r2.2 auc.0 auc.1 ");
}

} // namespace
} // namespace weir::test
