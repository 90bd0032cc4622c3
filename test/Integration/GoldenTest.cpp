//===- GoldenTest.cpp - The examples against PyTorch's outputs, by JIT --------===//
//
// Six models of examples/ with weights that PyTorch trained, on 256 real inputs each.
// Skipped where the golden files aren't beside the checkout. (The reference interpreter
// and ahead-of-time objects have tests of their own on the same files.)
//
//===----------------------------------------------------------------------===//

#include "weir/Data/Npy.h"
#include "weir/Execution/Jit.h"
#include "weir/Execution/Parameters.h"
#include "weir/Frontend/Frontend.h"
#include "weir/Runtime/File.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"
#include <cmath>
#include <cstring>
#include <gtest/gtest.h>

namespace weir::test {
namespace {

constexpr int64_t kExamples = 256;

class Golden : public testing::TestWithParam<const char *> {
protected:
  std::string name = GetParam();
  std::string folder = WEIR_SOURCE_DIR "/../shared/golden/" + name + "/";
  std::unique_ptr<JitModel> model;
  std::vector<Tensor> inputs;
  Tensor expected;

  virtual CompileOptions options() const { return {}; }

  void SetUp() override {
    if (!isRegularFile(folder + "weights.safetensors"))
      GTEST_SKIP() << folder << " isn't there";
    Result<ParameterFile> file = readParameters(folder + "weights.safetensors");
    ASSERT_TRUE(file.ok());
    ParameterShapes shapes;
    for (const NamedTensor &parameter : *file)
      shapes[parameter.name] = {parameter.tensor.shape.begin(), parameter.tensor.shape.end()};
    std::unique_ptr<mlir::MLIRContext> context = createContext();
    llvm::SourceMgr sources;
    Diagnostics diagnostics(&sources);
    ModelOptions modelOptions;
    modelOptions.parameterShapes = &shapes;
    mlir::OwningOpRef<mlir::ModuleOp> module =
        loadModel(WEIR_SOURCE_DIR "/examples/" + name + ".weir", sources, *context, modelOptions,
                  diagnostics);
    ASSERT_TRUE(module) << diagnostics.str();
    auto compiled = JitModel::compile(*module, options());
    ASSERT_TRUE(compiled.ok()) << compiled.error().message;
    model = std::move(*compiled);
    Result<void> fits = checkParameters(model->signature(), *file);
    ASSERT_TRUE(fits.ok()) << fits.error().message;
    Result<void> prepared = model->prepare(*file);
    ASSERT_TRUE(prepared.ok()) << prepared.error().message;

    for (const Signature::Input &spec : model->signature().inputs) {
      Result<Tensor> input = readNpy(folder + spec.name + ".npy");
      if (input.ok())
        input = asBatch(std::move(*input), spec.shape);
      ASSERT_TRUE(input.ok()) << input.error().message;
      ASSERT_EQ(input->shape[0], kExamples);
      inputs.push_back(std::move(*input));
    }
    Result<Tensor> output =
        readNpy(folder + "expected_" + model->signature().outputs[0].name + ".npy");
    ASSERT_TRUE(output.ok()) << output.error().message;
    expected = std::move(*output);
  }

  // All examples in pieces of `batch`.
  std::vector<float> runAll(int64_t batch, ThreadPool *pool) {
    std::vector<float> all;
    for (int64_t begin = 0; begin < kExamples; begin += batch) {
      int64_t count = std::min(batch, kExamples - begin);
      std::vector<Tensor> piece;
      for (const Tensor &input : inputs) {
        std::vector<int64_t> shape = input.shape;
        shape[0] = count;
        piece.push_back(std::move(*Tensor::uninitialized(input.dtype, shape)));
        int64_t bytes = input.byteCount() / kExamples;
        std::memcpy(piece.back().data(), input.bytes().data() + begin * bytes, count * bytes);
      }
      Result<std::vector<Tensor>> outputs = model->run(piece, count, pool);
      EXPECT_TRUE(outputs.ok());
      if (!outputs.ok())
        return all;
      const Tensor &output = outputs->front();
      all.insert(all.end(), output.f32(), output.f32() + output.elements());
    }
    return all;
  }
};

TEST_P(Golden, JitGivesPyTorchsOutputs) {
  std::unique_ptr<ThreadPool> pool = std::move(*ThreadPool::create(2));
  for (int64_t batch : {1, 7, 64, 256}) {
    std::vector<float> one = runAll(batch, nullptr), two = runAll(batch, pool.get());
    ASSERT_EQ(static_cast<int64_t>(one.size()), expected.elements());
    ASSERT_EQ(one.size(), two.size());
    EXPECT_EQ(std::memcmp(one.data(), two.data(), one.size() * sizeof(float)), 0)
        << "one and two threads differ at batch " << batch;
    int64_t wrong = 0;
    double worst = 0.0;
    for (size_t i = 0; i < one.size(); ++i) {
      double wanted = expected.f32()[i];
      double error = std::fabs(one[i] - wanted);
      worst = std::max(worst, error);
      wrong += !(error <= 1e-5 + 1e-4 * std::fabs(wanted));
    }
    EXPECT_EQ(wrong, 0) << "of " << one.size() << " at batch " << batch << "; largest error "
                        << worst;
  }
}

TEST_P(Golden, BitsDontDependOnHowTheBatchIsCut) {
  std::vector<float> whole = runAll(256, nullptr);
  for (int64_t batch : {1, 7, 64}) {
    std::vector<float> pieces = runAll(batch, nullptr);
    ASSERT_EQ(pieces.size(), whole.size());
    EXPECT_EQ(std::memcmp(pieces.data(), whole.data(), whole.size() * sizeof(float)), 0)
        << "pieces of " << batch;
  }
}

// With a cache so small that weights of every layer that can have them are bf16.
class GoldenHalved : public Golden {
protected:
  CompileOptions options() const override {
    CompileOptions options;
    options.weights = WeightFormat::BF16;
    options.target.cacheBytes = 1024;
    return options;
  }
};

TEST_P(GoldenHalved, OutputsAreNearPyTorchs) {
  std::vector<float> outputs = runAll(64, nullptr);
  ASSERT_EQ(static_cast<int64_t>(outputs.size()), expected.elements());
  double worst = 0, largest = 0;
  for (size_t i = 0; i < outputs.size(); ++i) {
    double wanted = expected.f32()[i];
    worst = std::max(worst, std::fabs(outputs[i] - wanted));
    largest = std::max(largest, std::fabs(wanted));
  }
  EXPECT_LE(worst, 0x1p-9 * largest);
  EXPECT_GE(worst, 0x1p-16 * largest) << "nothing was rounded";
}

INSTANTIATE_TEST_SUITE_P(Models, GoldenHalved, testing::Values("tabular_adult", "next_word"),
                         [](const auto &info) { return std::string(info.param); });

INSTANTIATE_TEST_SUITE_P(Models, Golden,
                         testing::Values("collab_dot", "collab_nn", "tabular_adult", "next_word",
                                         "fashion_stride2", "fashion_pool"),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
} // namespace weir::test
