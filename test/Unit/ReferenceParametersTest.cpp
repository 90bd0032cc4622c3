//===- ReferenceParametersTest.cpp - Signatures, parameters, random inputs ----===//

#include "ReferenceTestSupport.h"
#include "weir/Execution/Parameters.h"
#include <cmath>

namespace weir::test {
namespace {

const char *const text = R"(
func.func @Rater(%user: tensor<?x!weir.index<672>> {weir.name = "user"},
                 %words: tensor<?x3x!weir.index<7>> {weir.name = "words"},
                 %image: tensor<?x2x4xf32> {weir.name = "image"}, %scale: tensor<4xf32>)
    -> (tensor<?x50xf32> {weir.name = "rating"}, tensor<4xf32>) {
  %t = weir.param "user_factors.weight" {init = "normal", init_args = array<f64: 0.5, 0.01>}
      : tensor<672x50xf32>
  %m = weir.param "bn.running_mean" {init = "constant", init_args = array<f64: 2.0, 0.0>, buffer}
      : tensor<4xf32>
  %u = weir.param "fc.weight" {init = "uniform", init_args = array<f64: -0.25, 0.25>}
      : tensor<3x4xf32>
  %e = weir.embedding %user, %t
      : (tensor<?x!weir.index<672>>, tensor<672x50xf32>) -> tensor<?x50xf32>
  return %e, %m : tensor<?x50xf32>, tensor<4xf32>
})";

TEST(Signature, ReadsInputsOutputsAndParameters) {
  Signature signature = signatureOf(text);
  EXPECT_EQ(signature.model, "Rater");

  ASSERT_EQ(signature.inputs.size(), 4u);
  EXPECT_EQ(signature.inputs[0].name, "user");
  EXPECT_TRUE(signature.inputs[0].shape.empty());
  EXPECT_TRUE(signature.inputs[0].isIndex);
  EXPECT_EQ(signature.inputs[0].cardinality, 672);
  EXPECT_EQ(signature.inputs[1].shape, (std::vector<int64_t>{3}));
  EXPECT_EQ(signature.inputs[1].cardinality, 7);
  EXPECT_EQ(signature.inputs[2].shape, (std::vector<int64_t>{2, 4}));
  EXPECT_FALSE(signature.inputs[2].isIndex);
  EXPECT_TRUE(signature.inputs[2].batched);
  EXPECT_EQ(signature.inputs[3].name, "input3");
  EXPECT_FALSE(signature.inputs[3].batched);

  ASSERT_EQ(signature.outputs.size(), 2u);
  EXPECT_EQ(signature.outputs[0].name, "rating");
  EXPECT_EQ(signature.outputs[0].shape, (std::vector<int64_t>{50}));
  EXPECT_TRUE(signature.outputs[0].batched);
  EXPECT_EQ(signature.outputs[1].name, "output1");
  EXPECT_FALSE(signature.outputs[1].batched);

  ASSERT_EQ(signature.parameters.size(), 3u);
  EXPECT_EQ(signature.parameters[0].name, "user_factors.weight");
  EXPECT_EQ(signature.parameters[0].shape, (std::vector<int64_t>{672, 50}));
  EXPECT_EQ(signature.parameters[0].init, Init::Normal);
  EXPECT_EQ(signature.parameters[0].initArgs[0], 0.5);
  EXPECT_EQ(signature.parameters[0].initArgs[1], 0.01);
  EXPECT_FALSE(signature.parameters[0].buffer);
  EXPECT_TRUE(signature.parameters[1].buffer);
  EXPECT_EQ(signature.parameters[1].init, Init::Constant);
  EXPECT_EQ(signature.parameters[2].init, Init::Uniform);
}

TEST(Signature, SaysWhereABadIdIs) {
  Signature signature = signatureOf(text);
  EXPECT_EQ(describeBadId(signature.inputs[0], 3, 700),
            "input 'user', example 3: the id 700 is outside 0..671");
  EXPECT_EQ(describeBadId(signature.inputs[1], 7, -2),
            "input 'words', example 2, position 1: the id -2 is outside 0..6");
}

TEST(Parameters, InitializersAreObeyedAndSeeded) {
  Signature signature = signatureOf(text);
  Result<ParameterFile> first = initializeParameters(signature, 42);
  Result<ParameterFile> again = initializeParameters(signature, 42);
  Result<ParameterFile> other = initializeParameters(signature, 43);
  ASSERT_TRUE(first.ok() && again.ok() && other.ok());
  EXPECT_TRUE(checkParameters(signature, *first).ok());

  const Tensor &table = *first->find("user_factors.weight");
  double mean = 0.0, variance = 0.0;
  for (int64_t i = 0; i < table.elements(); ++i)
    mean += table.f32()[i] / static_cast<double>(table.elements());
  for (int64_t i = 0; i < table.elements(); ++i)
    variance += std::pow(table.f32()[i] - mean, 2) / static_cast<double>(table.elements());
  EXPECT_NEAR(mean, 0.5, 5e-4);
  EXPECT_NEAR(std::sqrt(variance), 0.01, 5e-4);

  for (int64_t i = 0; i < 4; ++i)
    EXPECT_EQ(first->find("bn.running_mean")->f32()[i], 2.0f);
  const Tensor &weight = *first->find("fc.weight");
  for (int64_t i = 0; i < weight.elements(); ++i)
    EXPECT_LE(std::fabs(weight.f32()[i]), 0.25f);

  EXPECT_EQ(table.f32()[17], again->find("user_factors.weight")->f32()[17]);
  EXPECT_NE(table.f32()[17], other->find("user_factors.weight")->f32()[17]);
}

void add(ParameterFile &file, const std::string &name, std::vector<int64_t> shape,
         DType dtype = DType::F32) {
  Result<Tensor> tensor = Tensor::zeros(dtype, std::move(shape));
  ASSERT_TRUE(tensor.ok());
  ASSERT_TRUE(file.add(name, std::move(*tensor)).ok());
}

TEST(Parameters, EveryMismatchIsListed) {
  ParameterFile file;
  add(file, "user_factor.weight", {672, 50});
  add(file, "bn.running_mean", {5});
  add(file, "fc.weight", {3, 4}, DType::I64);
  add(file, "head.bias", {9});
  add(file, "bn.num_batches_tracked", {}, DType::I64);
  Result<void> checked = checkParameters(signatureOf(text), file);
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().message,
            "the parameters don't fit model 'Rater':\n"
            "  'user_factors.weight' [672, 50] is missing; is it the file's "
            "'user_factor.weight' [672, 50]?\n"
            "  'bn.running_mean' is [5], the model needs [4]\n"
            "  'fc.weight' holds integers, the model needs floating-point numbers\n"
            "  'user_factor.weight' [672, 50] is not a parameter of the model\n"
            "  'head.bias' [9] is not a parameter of the model");
}

TEST(Parameters, ATensorOfTheOnlyRightShapeIsSuggested) {
  ParameterFile file;
  add(file, "u", {672, 50});
  add(file, "bn.running_mean", {4});
  add(file, "fc.weight", {3, 4});
  Result<void> checked = checkParameters(signatureOf(text), file);
  ASSERT_FALSE(checked.ok());
  EXPECT_NE(checked.error().message.find("is it the file's 'u' [672, 50]?"), std::string::npos)
      << checked.error().message;
}

TEST(RandomInputs, CoverTheirRangeAndFollowTheSeed) {
  Signature signature = signatureOf(text);
  auto inputs = makeRandomInputs(signature, 64, 7);
  auto again = makeRandomInputs(signature, 64, 7);
  auto other = makeRandomInputs(signature, 64, 8);
  ASSERT_TRUE(inputs.ok() && again.ok() && other.ok());
  ASSERT_EQ(inputs->size(), 4u);
  const Tensor &words = (*inputs)[1];
  ASSERT_EQ(words.dtype, DType::I64);
  ASSERT_EQ(words.shape, (std::vector<int64_t>{64, 3}));
  std::vector<int> seen(7, 0);
  for (int64_t i = 0; i < words.elements(); ++i) {
    ASSERT_GE(words.i64()[i], 0);
    ASSERT_LT(words.i64()[i], 7);
    ++seen[words.i64()[i]];
  }
  for (int count : seen)
    EXPECT_GT(count, 0);
  EXPECT_EQ(words.i64()[0], 0);
  EXPECT_EQ(words.i64()[words.elements() - 1], 6);

  const Tensor &image = (*inputs)[2];
  ASSERT_EQ(image.shape, (std::vector<int64_t>{64, 2, 4}));
  double low = 0.0, high = 0.0;
  for (int64_t i = 0; i < image.elements(); ++i) {
    low = std::min<double>(low, image.f32()[i]);
    high = std::max<double>(high, image.f32()[i]);
  }
  EXPECT_LT(low, -1.5);
  EXPECT_GT(high, 1.5);
  EXPECT_EQ((*inputs)[3].shape, (std::vector<int64_t>{4}));
  EXPECT_EQ(image.f32()[5], (*again)[2].f32()[5]);
  EXPECT_NE(image.f32()[5], (*other)[2].f32()[5]);
}

} // namespace
} // namespace weir::test
