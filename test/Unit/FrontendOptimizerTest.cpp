//===- FrontendOptimizerTest.cpp - Optimizers and schedules ---------------===//
//
// The prelude's rules against loops that follow PyTorch's documentation.
//
//===----------------------------------------------------------------------===//

#include "FrontendTrainingSupport.h"

namespace weir::test {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

std::string rule(const std::string &optimizer, const std::string &schedule = "") {
  return trainingWith("  target t: f32[2]\n  loss mse(y, t)\n  optimizer " + optimizer +
                      (schedule.empty() ? "" : "\n  schedule " + schedule));
}

//===----------------------------------------------------------------------===//
// Optimizers
//===----------------------------------------------------------------------===//

constexpr int64_t count = 7;
/// The gradient before step 1, 2, ...
double gradientAt(int64_t step) { return std::cos(1.7 * step) + 0.3; }

/// The parameter after each of `count` steps from 0.8 on.
Numbers walk(const std::string &optimizer, const std::string &before = "") {
  LoadedTraining loaded(trainingWith(
      "  target t: f32[2]\n  loss mse(y, t)\n  optimizer " + optimizer + "\n", before));
  EXPECT_TRUE(loaded.ok()) << loaded.messages();
  if (!loaded.ok())
    return {};
  double value = 0.8;
  Numbers states, path;
  for (const TrainingPlan::State &state : loaded.plan().states)
    states.push_back(state.initial);
  for (int64_t step = 1; step <= count; ++step) {
    std::vector<RefTensor> inputs = {{{}, {value}}, {{}, {gradientAt(step)}}};
    for (double state : states)
      inputs.push_back({{}, {state}});
    for (double hyper : loaded.plan().evaluateHypers(step, count))
      inputs.push_back({{}, {hyper}});
    std::vector<RefTensor> results = loaded.run("optimizer", inputs, 0);
    EXPECT_EQ(results.size(), 1 + states.size());
    if (results.empty())
      return {};
    value = results[0].data[0];
    for (size_t i = 0; i < states.size(); ++i)
      states[i] = results[1 + i].data[0];
    path.push_back(value);
  }
  return path;
}

// Constants in the functions are f32.
void expectNear(const Numbers &found, const Numbers &expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 1e-6) << "step " << i + 1;
}

struct Sgd {
  double lr, momentum = 0, dampening = 0, decay = 0;
  bool nesterov = false;
};

// https://pytorch.org/docs/stable/generated/torch.optim.SGD.html
Numbers walkSgd(const Sgd &o) {
  double p = 0.8, buffer = 0;
  Numbers path;
  for (int64_t step = 1; step <= count; ++step) {
    double g = gradientAt(step) + o.decay * p;
    if (o.momentum != 0) {
      buffer = step == 1 ? g : o.momentum * buffer + (1 - o.dampening) * g;
      g = o.nesterov ? g + o.momentum * buffer : buffer;
    }
    p -= o.lr * g;
    path.push_back(p);
  }
  return path;
}

TEST(Sgd, IsPyTorchs) {
  expectNear(walk("sgd(lr: 0.1)"), walkSgd({.lr = 0.1}));
  expectNear(walk("sgd(0.1, weight_decay: 0.3)"), walkSgd({.lr = 0.1, .decay = 0.3}));
  expectNear(walk("sgd(0.1, momentum: 0.9)"), walkSgd({.lr = 0.1, .momentum = 0.9}));
  expectNear(walk("sgd(0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true)"),
             walkSgd({.lr = 0.1, .momentum = 0.9, .decay = 0.01, .nesterov = true}));
  expectNear(walk("sgd(0.1, momentum: 0.9, dampening: 0.4)"),
             walkSgd({.lr = 0.1, .momentum = 0.9, .dampening = 0.4}));
}

// https://pytorch.org/docs/stable/generated/torch.optim.Adam.html and AdamW.html
Numbers walkAdam(double lr, double beta1, double beta2, double eps, double decay, bool decoupled) {
  double p = 0.8, m = 0, v = 0;
  Numbers path;
  for (int64_t step = 1; step <= count; ++step) {
    double g = gradientAt(step);
    if (decoupled)
      p -= lr * decay * p;
    else
      g += decay * p;
    m = beta1 * m + (1 - beta1) * g;
    v = beta2 * v + (1 - beta2) * g * g;
    double meanHat = m / (1 - std::pow(beta1, step)), varHat = v / (1 - std::pow(beta2, step));
    p -= lr * meanHat / (std::sqrt(varHat) + eps);
    path.push_back(p);
  }
  return path;
}

TEST(Adam, IsPyTorchs) {
  expectNear(walk("adam()"), walkAdam(1e-3, 0.9, 0.999, 1e-8, 0, false));
  expectNear(walk("adam(0.1, beta1: 0.8, beta2: 0.95, eps: 1e-2, weight_decay: 0.2)"),
             walkAdam(0.1, 0.8, 0.95, 1e-2, 0.2, false));
  expectNear(walk("adamw()"), walkAdam(1e-3, 0.9, 0.999, 1e-8, 0.01, true));
  expectNear(walk("adamw(0.1, beta1: 0.8, beta2: 0.95, eps: 1e-2, weight_decay: 0.2)"),
             walkAdam(0.1, 0.8, 0.95, 1e-2, 0.2, true));
  // The two differ: a test that took one for the other would fail.
  EXPECT_GT(std::fabs(walk("adam(0.1, weight_decay: 0.2)").back() -
                      walk("adamw(0.1, weight_decay: 0.2)").back()),
            1e-3);
}

// https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
TEST(Adagrad, IsPyTorchs) {
  double p = 0.8, total = 0.1;
  Numbers path;
  for (int64_t step = 1; step <= count; ++step) {
    double g = gradientAt(step) + 0.2 * p;
    total += g * g;
    p -= 0.5 / (1 + (step - 1) * 0.3) * g / (std::sqrt(total) + 1e-10);
    path.push_back(p);
  }
  expectNear(walk("adagrad(0.5, lr_decay: 0.3, weight_decay: 0.2, initial: 0.1)"), path);
}

TEST(Optimizer, KeepsOnlyWhatItReads) {
  LoadedTraining plain(rule("sgd(lr: 0.1)"));
  ASSERT_TRUE(plain.ok()) << plain.messages();
  EXPECT_TRUE(plain.plan().states.empty());
  EXPECT_EQ(plain.plan().hypers, (Names{"lr"}));
  LoadedTraining heavy(rule("sgd(lr: 0.1, momentum: 0.9)"));
  ASSERT_TRUE(heavy.ok()) << heavy.messages();
  ASSERT_EQ(heavy.plan().states.size(), 1u);
  EXPECT_EQ(heavy.plan().states[0].name, "velocity");
  // A schedule that moves the momentum makes it count.
  LoadedTraining cycled(rule("sgd(lr: 0.1)", "one_cycle()"));
  ASSERT_TRUE(cycled.ok()) << cycled.messages();
  EXPECT_EQ(cycled.plan().states.size(), 1u);
  EXPECT_EQ(cycled.plan().hypers, (Names{"momentum", "lr"}));
}

TEST(Optimizer, CanBeWrittenByTheUser) {
  // Later statements see what was updated before.
  const char *lion = "block shrink(x, by: float) { return x * by }\n"
                     "optimizer halved(w, slope, lr: float, offset: size = 2) {\n"
                     "  state old = 4.0\n"
                     "  state unused = 1.0\n"
                     "  update old = shrink(old, by: 1 / (step + offset)) + slope\n"
                     "  update w = w - lr * old\n"
                     "}\n";
  double p = 0.8, old = 4;
  Numbers path;
  for (int64_t step = 1; step <= count; ++step) {
    old = old / (step + 2) + gradientAt(step);
    p -= 0.25 * old;
    path.push_back(p);
  }
  expectNear(walk("halved(lr: 0.25)", lion), path);
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

/// What the schedule sets in each of the steps.
std::vector<Numbers> schedule(const std::string &optimizer, const std::string &schedule,
                              int64_t steps, const Names &names) {
  LoadedTraining loaded(rule(optimizer, schedule));
  EXPECT_TRUE(loaded.ok()) << loaded.messages();
  std::vector<Numbers> rows;
  if (!loaded.ok())
    return rows;
  EXPECT_EQ(loaded.plan().scheduled, names);
  for (int64_t step = 1; step <= steps; ++step)
    rows.push_back(loaded.plan().evaluateScheduled(step, steps));
  return rows;
}

// https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html
std::pair<double, double> oneCycle(int64_t done, int64_t steps, double peak) {
  auto anneal = [](double start, double end, double part) {
    return end + (start - end) / 2.0 * (std::cos(M_PI * part) + 1);
  };
  double initial = peak / 25, least = initial / 1e4;
  double top = 0.3 * steps - 1, end = steps - 1;
  if (done <= top)
    return {anneal(initial, peak, done / top), anneal(0.95, 0.85, done / top)};
  double part = (done - top) / (end - top);
  return {anneal(peak, least, part), anneal(0.85, 0.95, part)};
}

TEST(Schedule, OneCycleIsPyTorchs) {
  for (int64_t steps : {2, 7, 100, 1565}) {
    std::vector<Numbers> rows = schedule("adamw(lr: 6e-3)", "one_cycle()", steps, {"lr", "beta1"});
    ASSERT_EQ(rows.size(), static_cast<size_t>(steps));
    for (int64_t i = 0; i < steps; ++i) {
      auto [lr, beta1] = oneCycle(i, steps, 6e-3);
      EXPECT_NEAR(rows[i][0], lr, 1e-15) << i << " of " << steps;
      EXPECT_NEAR(rows[i][1], beta1, 1e-13) << i << " of " << steps;
    }
  }
  // Numbers that need no formula: the start, the top, the end.
  std::vector<Numbers> rows = schedule("sgd(lr: 1.0)", "one_cycle()", 100, {"lr", "momentum"});
  EXPECT_NEAR(rows[0][0], 0.04, 1e-12);
  EXPECT_NEAR(rows[29][0], 1.0, 1e-12);
  EXPECT_NEAR(rows[29][1], 0.85, 1e-12);
  EXPECT_NEAR(rows[99][0], 4e-6, 1e-12);
  EXPECT_NEAR(rows[99][1], 0.95, 1e-12);
  // An optimizer without momentum has its rate cycled alone.
  schedule("adagrad(lr: 1.0)", "one_cycle()", 10, {"lr"});
}

TEST(Schedule, HypersFollowIt) {
  LoadedTraining loaded(rule("adamw(lr: 6e-3, weight_decay: 0.1)", "one_cycle()"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.plan().hypers, (Names{"keep", "beta1", "hyper2", "length", "scale"}));
  for (int64_t step : {1, 30, 31, 100}) {
    auto [lr, beta1] = oneCycle(step - 1, 100, 6e-3);
    Numbers expected = {1 - 0.1 * lr, beta1, 1 - beta1, lr / (1 - std::pow(beta1, step)),
                        1 / std::sqrt(1 - std::pow(0.999, step))};
    Numbers found = loaded.plan().evaluateHypers(step, 100);
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i)
      EXPECT_NEAR(found[i], expected[i], 1e-12) << loaded.plan().hypers[i];
  }
}

TEST(Schedule, OthersOfThePrelude) {
  auto rates = [](const std::string &text, int64_t steps) {
    Numbers result;
    for (const Numbers &row : schedule("sgd(lr: 2.0)", text, steps, {"lr"}))
      result.push_back(row[0]);
    return result;
  };
  expectNear(rates("constant", 3), {2, 2, 2});
  expectNear(rates("warmup(part: 0.5)", 6), {2 / 3.0, 4 / 3.0, 2, 2, 2, 2});
  // CosineAnnealingLR(T_max=4): cos of 0, 1/4, 2/4, 3/4 of pi.
  expectNear(rates("cosine()", 4), {2, 1 + std::sqrt(0.5), 1, 1 - std::sqrt(0.5)});
  expectNear(rates("cosine(low: 0.5)", 2), {2, 1.5});
  expectNear(rates("cosine(warmup: 0.5)", 4), {1, 2, 2, 1});
  expectNear(rates("range_test(low: 1e-2, high: 1.0)", 3), {0.01, 0.1, 1});
}

TEST(Schedule, CanBeWrittenByTheUser) {
  LoadedTraining loaded(
      trainingWith("  target t: f32[2]\n  loss mse(y, t)\n"
                   "  optimizer sgd(lr: 8.0)\n  schedule stairs(every: 2)\n",
                   "schedule stairs(every: size) {\n"
                   "  for i in 0..3 {\n"
                   "    update lr = if step > every * (i + 1) then lr / 2 else lr\n"
                   "  }\n}\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  Numbers rates;
  for (int64_t step = 1; step <= 9; ++step)
    rates.push_back(loaded.plan().evaluateScheduled(step, 9).front());
  EXPECT_EQ(rates, (Numbers{8, 8, 4, 4, 2, 2, 1, 1, 1}));
}

TEST(Prelude, OptimizersAndSchedulesAreKnown) {
  EXPECT_EQ(preludeOptimizers(), (Names{"adagrad", "adam", "adamw", "sgd"}));
  EXPECT_EQ(preludeSchedules(), (Names{"constant", "cosine", "one_cycle", "range_test", "warmup"}));
}

} // namespace
} // namespace weir::test
