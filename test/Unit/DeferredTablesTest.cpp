//===- DeferredTablesTest.cpp - deferred updates of tables are the dense ones ----------===//
//
// The same steps on the same batches, with the tables' updates deferred and dense: all
// parameters and states are equal to the last bit, whatever the optimizer, after the
// tables were brought up to date in the middle, or saved and loaded, and with threads.
// Ids are skewed: some come up several times in a batch, some never.
//
//===----------------------------------------------------------------------===//

#include "weir/Autodiff/Passes.h"
#include "weir/Execution/Compiler.h"
#include "weir/Frontend/Training.h"
#include "weir/Reference/Interpreter.h"
#include "weir/Runtime/Random.h"
#include "weir/Training/TrainStep.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

using namespace weir;

namespace {

constexpr int64_t batch = 24, steps = 12;
constexpr int64_t users = 40, items = 90;

// Rows of 50, of 530 and of 35 numbers, which examples share, two of them by the same ids, a bag,
// one look-up of several ids, and rows of 1 and 3, which are always updated as a whole.
const char *modelText = R"(
optimizer lion(p, g, lr: float = 1e-4, beta1: float = 0.9, beta2: float = 0.99,
               weight_decay: float = 0.1) {
  state m = 0.5
  let mean = beta1 * m + (1 - beta1) * g
  update p = p * (1 - lr * weight_decay) - lr * ((mean > 0) - (mean < 0))
  update m = beta2 * m + (1 - beta2) * g
}
model M() {
  input user: index<40>
  input item: index<90>
  input seen: index<90>[3]
  let a = embedding(user, 50)
  let b = embedding(item, 530)
  let c = embedding(seen, 19) |> flatten
  let d = embedding(seen, 33, bag: mean)
  let e = embedding(user, 1)
  let f = embedding(item, 3)
  let g = embedding(user, 35)
  output y = concat(a, b, c, d, e, f, g) |> linear(33) |> relu |> linear(1)
}
training M {
  target t: f32
  loss mse(y, t)
  optimizer sgd(lr: 0.1)
  schedule one_cycle()
}
)";

struct Model {
  llvm::SourceMgr sources;
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  std::optional<Training> training;
  std::unique_ptr<TrainStep> step;
};

// A model by this optimizer; without a training block after a failure that the test reports.
std::unique_ptr<Model> load(const std::string &optimizer, const std::string &schedule) {
  auto model = std::make_unique<Model>();
  llvm::SmallString<128> path;
  int file;
  if (llvm::sys::fs::createTemporaryFile("deferred", "weir", file, path))
    return model;
  llvm::raw_fd_ostream(file, /*shouldClose=*/true) << modelText;
  Diagnostics diagnostics(&model->sources);
  TrainingOverrides overrides;
  overrides.statements = {optimizer, schedule};
  model->training = loadTraining(path.str().str(), model->sources, *model->context, ModelOptions(),
                                 overrides, diagnostics);
  llvm::sys::fs::remove(path);
  EXPECT_TRUE(model->training) << diagnostics.str();
  return model;
}

// Its step; null after a failure that the test reports.
std::unique_ptr<Model> compile(const std::string &optimizer, TablePolicy tables,
                               const std::string &schedule = "schedule one_cycle()") {
  std::unique_ptr<Model> model = load(optimizer, schedule);
  if (!model->training)
    return nullptr;
  TrainStepOptions options;
  options.tables = tables;
  options.deferredElements = 0;
  CompileOptions compile;
  compile.parallelWork = 0; // threads share everything that can be shared
  auto step = TrainStep::compile(*model->training->module, options, compile);
  EXPECT_TRUE(step.ok()) << step.error().message;
  if (!step.ok())
    return nullptr;
  model->step = std::move(*step);
  EXPECT_TRUE(model->step->initialize(7).ok());
  return model;
}

// Batch `number`: small ids often, large ones hardly ever, 0 in each.
std::vector<Tensor> makeBatch(int64_t number) {
  std::vector<Tensor> tensors;
  for (auto [width, count] : {std::pair<int64_t, int64_t>{1, users}, {1, items}, {3, items}}) {
    std::vector<int64_t> shape = {batch};
    if (width > 1)
      shape.push_back(width);
    auto ids = Tensor::uninitialized(DType::I64, shape);
    for (int64_t i = 0; i < batch * width; ++i) {
      double u = uniform(3, number * 10 + tensors.size(), i);
      ids->i64()[i] = i == 5 ? 0 : static_cast<int64_t>(count * u * u * u * u);
    }
    tensors.push_back(std::move(*ids));
  }
  auto target = Tensor::uninitialized(DType::F32, {batch});
  for (int64_t i = 0; i < batch; ++i)
    target->f32()[i] = static_cast<float>(uniform(4, number, i)) * 3;
  tensors.push_back(std::move(*target));
  return tensors;
}

void runStep(Model &model, int64_t number, ThreadPool *pool = nullptr) {
  std::vector<Tensor> tensors = makeBatch(number);
  std::vector<const Tensor *> inputs;
  for (const Tensor &tensor : tensors)
    inputs.push_back(&tensor);
  auto sums = model.step->run(inputs, model.training->plan.evaluateHypers(number, steps), 0, number,
                              batch, pool);
  ASSERT_TRUE(sums.ok()) << sums.error().message;
}

// How many numbers of parameters and states differ.
int64_t differences(const Model &a, const Model &b) {
  int64_t count = 0;
  for (const Signature::Parameter &parameter : a.step->signature().parameters) {
    const Tensor *one = a.step->find(parameter.name), *other = b.step->find(parameter.name);
    for (int64_t i = 0; i < one->elements(); ++i)
      count += std::memcmp(static_cast<const float *>(one->data()) + i,
                           static_cast<const float *>(other->data()) + i, sizeof(float)) != 0;
  }
  return count;
}

class DeferredTables : public testing::TestWithParam<const char *> {};

} // namespace

TEST_P(DeferredTables, areDenseTablesToTheLastBit) {
  auto dense = compile(GetParam(), TablePolicy::Dense);
  auto deferred = compile(GetParam(), TablePolicy::Deferred);
  auto threaded = compile(GetParam(), TablePolicy::Deferred);
  ASSERT_TRUE(dense && deferred && threaded);
  auto pool = ThreadPool::create(2);
  ASSERT_TRUE(pool.ok());
  for (int64_t number = 1; number <= steps; ++number) {
    runStep(*dense, number);
    runStep(*deferred, number);
    runStep(*threaded, number, pool->get());
    // Rows wait: without this the comparison would prove nothing.
    if (number == 5)
      EXPECT_GT(differences(*dense, *deferred), 0);
    EXPECT_EQ(deferred->step->stepsDeferred(), number <= 6 ? number : number - 6);
    EXPECT_EQ(dense->step->stepsDeferred(), 0);
    if (number == 6) {
      ASSERT_TRUE(deferred->step->catchUp().ok());
      EXPECT_EQ(deferred->step->stepsDeferred(), 0);
      EXPECT_EQ(differences(*dense, *deferred), 0) << "in the middle";
    }
  }
  ASSERT_TRUE(deferred->step->catchUp().ok());
  ASSERT_TRUE(threaded->step->catchUp(pool->get()).ok());
  EXPECT_EQ(differences(*dense, *deferred), 0);
  EXPECT_EQ(differences(*dense, *threaded), 0);
}

TEST_P(DeferredTables, areTheSameAfterALoad) {
  auto dense = compile(GetParam(), TablePolicy::Dense);
  auto first = compile(GetParam(), TablePolicy::Deferred);
  auto second = compile(GetParam(), TablePolicy::Deferred);
  ASSERT_TRUE(dense && first && second);
  for (int64_t number = 1; number <= steps; ++number)
    runStep(*dense, number);
  for (int64_t number = 1; number <= 7; ++number)
    runStep(*first, number);
  ASSERT_TRUE(first->step->catchUp().ok());
  ParameterFile saved;
  for (const Signature::Parameter &parameter : first->step->signature().parameters) {
    auto copy = first->step->find(parameter.name)->clone();
    ASSERT_TRUE(copy.ok());
    ASSERT_TRUE(saved.add(parameter.name, std::move(*copy)).ok());
  }
  // Steps that are forgotten.
  runStep(*second, 1);
  ASSERT_TRUE(second->step->load(saved).ok());
  for (int64_t number = 8; number <= steps; ++number)
    runStep(*second, number);
  ASSERT_TRUE(second->step->catchUp().ok());
  EXPECT_EQ(differences(*dense, *second), 0);
}

// A step of sgd with a rate of 1 takes a parameter's gradient off: it is that of the reference,
// which multiplies the rows of users and items for every example. The compiled step multiplies
// each row once, and has so many rows only. With a batch of one example, and of one user.
TEST(SharedRows, haveTheReferencesGradients) {
  for (int64_t count : {batch, int64_t{1}, int64_t{13}}) {
    auto model = compile("optimizer sgd(lr: 1.0)", TablePolicy::Dense, "schedule constant()");
    ASSERT_TRUE(model);
    auto original = load("optimizer sgd(lr: 1.0)", "schedule constant()");
    ASSERT_TRUE(original->training);
    for (auto function :
         llvm::make_early_inc_range(original->training->module->getOps<mlir::func::FuncOp>()))
      if (function.getName() != "train")
        function.erase();
    mlir::PassManager manager(original->context.get());
    manager.addNestedPass<mlir::func::FuncOp>(createTrainingFormPass());
    manager.addNestedPass<mlir::func::FuncOp>(createDifferentiatePass());
    ASSERT_TRUE(succeeded(manager.run(*original->training->module)));
    ParameterFile before;
    for (const Signature::Parameter &parameter : model->step->signature().parameters)
      ASSERT_TRUE(before.add(parameter.name, *model->step->find(parameter.name)->clone()).ok());
    std::vector<Tensor> tensors = makeBatch(count);
    std::vector<const Tensor *> inputs;
    std::vector<RefTensor> references;
    for (Tensor &tensor : tensors) {
      tensor.shape[0] = count;
      inputs.push_back(&tensor);
      references.push_back(toReference(tensor));
    }
    auto expected = interpret(*original->training->module, toReference(before), references, count);
    ASSERT_TRUE(static_cast<bool>(expected)) << llvm::toString(expected.takeError());
    Signature signature = readSignature(*original->training->module);
    auto sums =
        model->step->run(inputs, model->training->plan.evaluateHypers(1, steps), 0, 1, count);
    ASSERT_TRUE(sums.ok()) << sums.error().message;
    for (size_t i = 0; i < expected->size(); ++i) {
      std::string name = signature.outputs[i].name;
      if (!name.ends_with(".grad"))
        continue;
      name.resize(name.size() - 5);
      const Tensor *now = model->step->find(name);
      ASSERT_TRUE(now) << name;
      const std::vector<double> &gradient = (*expected)[i].data;
      double scale = 1e-3, worst = 0;
      for (double value : gradient)
        scale = std::max(scale, std::fabs(value));
      const Tensor *old = before.find(name);
      for (size_t j = 0; j < gradient.size(); ++j)
        worst =
            std::max(worst, std::fabs(double(static_cast<const float *>(old->data())[j]) -
                                      static_cast<const float *>(now->data())[j] - gradient[j]));
      EXPECT_LE(worst, 3e-5 * scale + 1e-6) << name << " with " << count << " examples";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, DeferredTables,
    testing::Values("optimizer sgd(lr: 0.1)", "optimizer sgd(lr: 0.1, momentum: 0.9)",
                    "optimizer sgd(lr: 0.1, momentum: 0.9, weight_decay: 0.01, nesterov: true)",
                    "optimizer adam(lr: 0.01, weight_decay: 0.01)",
                    "optimizer adamw(lr: 0.01, weight_decay: 0.1)",
                    "optimizer adagrad(lr: 0.1, lr_decay: 0.01, weight_decay: 0.01)",
                    "optimizer lion(lr: 0.01)"));

// The same model where rows that a batch doesn't read miss its step.
TEST(LazyTables, leaveRowsAlone) {
  auto dense = compile("optimizer adamw(lr: 0.01, weight_decay: 0.1)", TablePolicy::Dense);
  auto lazy = compile("optimizer adamw(lr: 0.01, weight_decay: 0.1)", TablePolicy::Lazy);
  ASSERT_TRUE(dense && lazy);
  auto before = lazy->step->find("b.weight")->clone();
  ASSERT_TRUE(before.ok());
  std::vector<bool> read(items);
  for (int64_t number = 1; number <= 3; ++number) {
    std::vector<Tensor> tensors = makeBatch(number);
    for (int64_t i = 0; i < batch; ++i)
      read[tensors[1].i64()[i]] = true;
    runStep(*dense, number);
    runStep(*lazy, number);
    // Every row that is read has missed nothing before the first step.
    if (number == 1)
      for (int64_t row = 0; row < items; ++row) {
        const float *denseRow = static_cast<const float *>(dense->step->find("b.weight")->data());
        const float *lazyRow = static_cast<const float *>(lazy->step->find("b.weight")->data());
        if (read[row])
          EXPECT_EQ(std::memcmp(denseRow + row * 530, lazyRow + row * 530, 530 * 4), 0) << row;
      }
  }
  ASSERT_TRUE(lazy->step->catchUp().ok());
  const float *now = static_cast<const float *>(lazy->step->find("b.weight")->data());
  int64_t unread = 0;
  for (int64_t row = 0; row < items; ++row) {
    bool same = std::memcmp(now + row * 530, before->f32() + row * 530, 530 * 4) == 0;
    EXPECT_EQ(same, !read[row]) << row;
    unread += !read[row];
  }
  EXPECT_GT(unread, 10);
}
