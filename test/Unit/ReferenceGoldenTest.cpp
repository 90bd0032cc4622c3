//===- ReferenceGoldenTest.cpp - The examples against PyTorch's outputs -------===//
//
// Six models of examples/, with weights that PyTorch trained, by the reference
// interpreter. Skipped where the golden files aren't beside the checkout.
//
//===----------------------------------------------------------------------===//

#include "weir/Data/Npy.h"
#include "weir/Execution/Parameters.h"
#include "weir/Frontend/Frontend.h"
#include "weir/Reference/Interpreter.h"
#include "weir/Runtime/File.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/SourceMgr.h"
#include <cmath>
#include <gtest/gtest.h>

namespace weir::test {
namespace {

class ReferenceGolden : public testing::TestWithParam<const char *> {};

// The first examples of a tensor.
RefTensor firstExamples(const RefTensor &tensor, int64_t count) {
  int64_t size = tensor.data.size() / tensor.shape[0];
  RefTensor result{tensor.shape, {tensor.data.begin(), tensor.data.begin() + count * size}};
  result.shape[0] = count;
  return result;
}

TEST_P(ReferenceGolden, GivesPyTorchsOutputs) {
  std::string name = GetParam();
  std::string folder = WEIR_SOURCE_DIR "/../shared/golden/" + name + "/";
  if (!isRegularFile(folder + "weights.safetensors"))
    GTEST_SKIP() << folder << " isn't there";

  Result<ParameterFile> file = readParameters(folder + "weights.safetensors");
  ASSERT_TRUE(file.ok());
  ParameterShapes shapes;
  for (const NamedTensor &parameter : *file)
    shapes[parameter.name] = {parameter.tensor.shape.begin(), parameter.tensor.shape.end()};

  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  ModelOptions options;
  options.parameterShapes = &shapes;
  mlir::OwningOpRef<mlir::ModuleOp> module = loadModel(
      WEIR_SOURCE_DIR "/examples/" + name + ".weir", sources, context, options, diagnostics);
  ASSERT_TRUE(module) << diagnostics.str();

  Signature signature = readSignature(*module);
  Result<void> fits = checkParameters(signature, *file);
  ASSERT_TRUE(fits.ok()) << fits.error().message;
  std::vector<RefTensor> inputs;
  for (const Signature::Input &spec : signature.inputs) {
    Result<Tensor> array = readNpy(folder + spec.name + ".npy");
    ASSERT_TRUE(array.ok()) << array.error().message;
    Result<Tensor> input = asBatch(std::move(*array), spec.shape);
    ASSERT_TRUE(input.ok()) << input.error().message;
    inputs.push_back(toReference(*input));
  }
  Result<Tensor> expected = readNpy(folder + "expected_" + signature.outputs[0].name + ".npy");
  ASSERT_TRUE(expected.ok()) << expected.error().message;

  RefParameters parameters = toReference(*file);
  for (int64_t batch : {1, 7, 64, 256}) {
    std::vector<RefTensor> some;
    for (const RefTensor &input : inputs)
      some.push_back(firstExamples(input, batch));
    auto outputs = interpret(*module, parameters, some, batch);
    ASSERT_TRUE(bool(outputs)) << llvm::toString(outputs.takeError());
    int64_t elements = expected->elements() / expected->shape[0] * batch;
    ASSERT_EQ(static_cast<int64_t>((*outputs)[0].data.size()), elements);
    int64_t wrong = 0;
    double worst = 0.0;
    for (int64_t i = 0; i < elements; ++i) {
      double wanted = expected->f32()[i];
      double error = std::fabs((*outputs)[0].data[i] - wanted);
      worst = std::max(worst, error);
      wrong += !(error <= 1e-5 + 1e-4 * std::fabs(wanted));
    }
    EXPECT_EQ(wrong, 0) << "of " << elements << " at batch " << batch << "; largest error "
                        << worst;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, ReferenceGolden,
                         testing::Values("collab_dot", "collab_nn", "tabular_adult", "next_word",
                                         "fashion_stride2", "fashion_pool"),
                         [](const auto &info) { return std::string(info.param); });

} // namespace
} // namespace weir::test
