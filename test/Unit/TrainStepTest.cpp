//===- TrainStepTest.cpp - steps of training against PyTorch's -----------------------===//
//
// From the golden weights, three steps on the 256 golden examples as one batch, by SGD
// with momentum and by AdamW: the losses before each step and the parameters after the
// last are PyTorch's. Skipped, saying so, where ../shared/golden is absent.
//
//===----------------------------------------------------------------------===//

#include "weir/Training/TrainStep.h"
#include "weir/Data/Npy.h"
#include "weir/Execution/Compiler.h"
#include "weir/Frontend/Training.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace weir;

namespace {

const std::string source = WEIR_SOURCE_DIR;
const std::string golden = source + "/../shared/golden/";

struct GoldenTraining {
  std::string model, optimizer, steps;
  std::vector<std::string> inputs;
};

std::vector<double> expectedLosses(const std::string &path) {
  auto text = llvm::MemoryBuffer::getFile(path);
  auto json = llvm::json::parse((*text)->getBuffer());
  std::vector<double> losses;
  for (const llvm::json::Value &loss : *json->getAsObject()->getArray("losses_before_each_step"))
    losses.push_back(*loss.getAsNumber());
  return losses;
}

// Three steps; with threads, the same bits.
void expectPyTorchsSteps(const GoldenTraining &training) {
  std::string folder = golden + training.model;
  if (!llvm::sys::fs::exists(folder))
    GTEST_SKIP() << "no golden data at " << folder;
  auto weights = readParameters(folder + "/weights.safetensors");
  ASSERT_TRUE(weights.ok()) << weights.error().message;
  ParameterShapes shapes;
  for (const NamedTensor &entry : *weights)
    shapes[entry.name].assign(entry.tensor.shape.begin(), entry.tensor.shape.end());

  std::unique_ptr<mlir::MLIRContext> context = createContext();
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  ModelOptions options;
  options.parameterShapes = &shapes;
  TrainingOverrides overrides;
  overrides.statements = {training.optimizer, "schedule constant()"};
  std::optional<Training> loaded = loadTraining(source + "/examples/" + training.model + ".weir",
                                                sources, *context, options, overrides, diagnostics);
  ASSERT_TRUE(loaded) << diagnostics.str();
  auto step = TrainStep::compile(*loaded->module, TrainStepOptions(), CompileOptions());
  ASSERT_TRUE(step.ok()) << step.error().message;
  ASSERT_TRUE((*step)->initialize(0).ok());
  ASSERT_TRUE((*step)->load(*weights).ok());

  std::vector<Tensor> tensors;
  for (const std::string &name : training.inputs) {
    auto tensor = readNpy(folder + "/" + name + ".npy");
    ASSERT_TRUE(tensor.ok()) << tensor.error().message;
    auto batch = asBatch(std::move(*tensor), (*step)->signature().inputs[tensors.size()].shape);
    ASSERT_TRUE(batch.ok()) << batch.error().message;
    tensors.push_back(std::move(*batch));
  }
  std::vector<const Tensor *> inputs;
  for (const Tensor &tensor : tensors)
    inputs.push_back(&tensor);
  std::vector<double> losses = expectedLosses(folder + "/steps/" + training.steps + ".json");
  for (int64_t i = 0; i < 3; ++i) {
    auto sums = (*step)->run(inputs, loaded->plan.evaluateHypers(i + 1, 3), 0, i, 256);
    ASSERT_TRUE(sums.ok()) << sums.error().message;
    EXPECT_NEAR((*sums)[0] / 256, losses[i], 1e-5) << "before step " << i + 1;
  }
  ASSERT_TRUE((*step)->catchUp().ok());
  auto expected = readParameters(folder + "/steps/" + training.steps + ".safetensors");
  ASSERT_TRUE(expected.ok()) << expected.error().message;
  for (const NamedTensor &entry : *expected) {
    const Tensor *found = (*step)->find(entry.name);
    ASSERT_TRUE(found) << entry.name;
    const float *want = static_cast<const float *>(entry.tensor.data());
    const float *have = static_cast<const float *>(found->data());
    int64_t bad = 0;
    double worst = 0;
    for (int64_t i = 0; i < entry.tensor.elements(); ++i) {
      double difference = std::fabs(double(have[i]) - want[i]);
      bad += !(difference <= 1e-6 + 1e-4 * std::fabs(want[i]));
      worst = std::max(worst, difference);
    }
    EXPECT_EQ(bad, 0) << entry.name << ": " << bad << " elements differ, at most by " << worst;
  }
}

} // namespace

TEST(TrainStep, collabDotBySgd) {
  expectPyTorchsSteps({"collab_dot",
                       "optimizer sgd(lr: 0.05, momentum: 0.9, weight_decay: 0.01)",
                       "sgd_momentum",
                       {"user", "movie", "rating"}});
}

TEST(TrainStep, collabDotByAdamW) {
  expectPyTorchsSteps({"collab_dot",
                       "optimizer adamw(lr: 1e-3, weight_decay: 0.1)",
                       "adamw",
                       {"user", "movie", "rating"}});
}

TEST(TrainStep, fashionBySgd) {
  expectPyTorchsSteps({"fashion_stride2",
                       "optimizer sgd(lr: 0.05, momentum: 0.9, weight_decay: 0.01)",
                       "sgd_momentum",
                       {"image", "label"}});
}

TEST(TrainStep, fashionByAdamW) {
  expectPyTorchsSteps({"fashion_stride2",
                       "optimizer adamw(lr: 1e-3, weight_decay: 0.1)",
                       "adamw",
                       {"image", "label"}});
}
