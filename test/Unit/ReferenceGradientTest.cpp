//===- ReferenceGradientTest.cpp - The ops of gradients, by hand --------------===//
//
// Numbers that a person can check. That gradients built of these ops are right is
// tested against finite differences; here it is what each op alone means.
//
//===----------------------------------------------------------------------===//

#include "ReferenceTestSupport.h"

#include "weir/Runtime/Random.h"

namespace weir::test {
namespace {

TEST(ReferenceGradient, GreaterAndSelect) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  expectTensor(evaluate("%x: tensor<?x4xf32>, %y: tensor<f32>",
                        "%r = weir.greater %x, %y : (tensor<?x4xf32>, tensor<f32>) -> "
                        "tensor<?x4xf32>",
                        "tensor<?x4xf32>", {{{1, 4}, {1, 2, 3, nan}}, {{}, {2}}}, 1),
               {1, 4}, {0, 0, 1, 0});
  // The condition is a column, the alternative a single number.
  expectTensor(evaluate("%c: tensor<?x2x1xf32>, %x: tensor<3xf32>, %y: tensor<f32>",
                        "%r = weir.select %c, %x, %y : (tensor<?x2x1xf32>, tensor<3xf32>, "
                        "tensor<f32>) -> tensor<?x2x3xf32>",
                        "tensor<?x2x3xf32>", {{{1, 2, 1}, {-0.5, 0}}, {{3}, {1, 2, 3}}, {{}, {9}}},
                        1),
               {1, 2, 3}, {1, 2, 3, 9, 9, 9});
  // What isn't taken has no influence.
  expectTensor(evaluate("%c: tensor<?xf32>, %x: tensor<?xf32>, %y: tensor<f32>",
                        "%r = weir.select %c, %x, %y : (tensor<?xf32>, tensor<?xf32>, "
                        "tensor<f32>) -> tensor<?xf32>",
                        "tensor<?xf32>", {{{2}, {0, 1}}, {{2}, {nan, 5}}, {{}, {7}}}, 2),
               {2}, {7, 5});
}

TEST(ReferenceGradient, OverTheBatch) {
  RefTensor x = {{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 12}};
  expectTensor(evaluate("%x: tensor<?x2x2xf32>",
                        "%r = weir.batch_sum %x : (tensor<?x2x2xf32>) -> tensor<2x2xf32>",
                        "tensor<2x2xf32>", {x}, 2),
               {2, 2}, {6, 8, 10, 16});
  expectTensor(evaluate("%x: tensor<?x2x2xf32>",
                        "%r = weir.batch_size %x : (tensor<?x2x2xf32>) -> tensor<f32>",
                        "tensor<f32>", {x}, 2),
               {}, {2});
  // Channel 0 of axis 1: 1, 3, 5, 7; channel 1: 2, 4, 6, 12.
  expectTensor(evaluate("%x: tensor<?x2x2xf32>",
                        "%r = weir.batch_mean %x {axis = 1 : i64} : (tensor<?x2x2xf32>) -> "
                        "tensor<2xf32>",
                        "tensor<2xf32>", {x}, 2),
               {2}, {4, 6});
  expectTensor(evaluate("%x: tensor<?x2x2xf32>",
                        "%r = weir.batch_variance %x {axis = 1 : i64} : (tensor<?x2x2xf32>) -> "
                        "tensor<2xf32>",
                        "tensor<2xf32>", {x}, 2),
               {2}, {5, 14});
}

TEST(ReferenceGradient, Shapes) {
  expectTensor(evaluate("%x: tensor<?x2x1xf32>",
                        "%r = weir.broadcast %x : (tensor<?x2x1xf32>) -> tensor<?x2x2x3xf32>",
                        "tensor<?x2x2x3xf32>", {{{1, 2, 1}, {1, 2}}}, 1),
               {1, 2, 2, 3}, {1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2});
  expectTensor(evaluate("%x: tensor<2xf32>, %b: tensor<?xf32>",
                        "%r = weir.broadcast %x batch %b : (tensor<2xf32>, tensor<?xf32>) -> "
                        "tensor<?x2xf32>",
                        "tensor<?x2xf32>", {{{2}, {1, 2}}, counted({3})}, 3),
               {3, 2}, {1, 2, 1, 2, 1, 2});
  expectTensor(evaluate("%x: tensor<?x2x2xf32>",
                        "%r = weir.dilate %x {factors = array<i64: 2, 3>} : (tensor<?x2x2xf32>) "
                        "-> tensor<?x3x4xf32>",
                        "tensor<?x3x4xf32>", {{{1, 2, 2}, {1, 2, 3, 4}}}, 1),
               {1, 3, 4}, {1, 0, 0, 2, 0, 0, 0, 0, 3, 0, 0, 4});
  expectTensor(evaluate("%x: tensor<?x2x3xf32>",
                        "%r = weir.reverse %x {axes = array<i64: 1>} : (tensor<?x2x3xf32>) -> "
                        "tensor<?x2x3xf32>",
                        "tensor<?x2x3xf32>", {counted({1, 2, 3})}, 1),
               {1, 2, 3}, {3, 2, 1, 6, 5, 4});
}

TEST(ReferenceGradient, Weights) {
  // Two examples with two rows each.
  expectTensor(evaluate("%x: tensor<?x2x2xf32>, %g: tensor<?x2x1xf32>",
                        "%r = weir.product_weight_gradient %x, %g : (tensor<?x2x2xf32>, "
                        "tensor<?x2x1xf32>) -> tensor<2x1xf32>",
                        "tensor<2x1xf32>",
                        {{{2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}}, {{2, 2, 1}, {1, 10, 100, 1000}}},
                        2),
               {2, 1}, {7531, 8642});
  // A kernel of 1x2 with stride 2 and a column of padding on the left: columns (-1, 0), (1, 2).
  expectTensor(evaluate("%x: tensor<?x1x1x3xf32>, %g: tensor<?x1x1x2xf32>",
                        "%r = weir.conv2d_weight_gradient %x, %g {kernel = array<i64: 1, 2>, "
                        "strides = array<i64: 1, 2>, pad_low = array<i64: 0, 1>, pad_high = "
                        "array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x1x1x3xf32>, "
                        "tensor<?x1x1x2xf32>) -> tensor<1x1x1x2xf32>",
                        "tensor<1x1x1x2xf32>", {counted({1, 1, 1, 3}), {{1, 1, 1, 2}, {10, 100}}},
                        1),
               {1, 1, 1, 2}, {200, 310});
  // Ids 2, 0, 2: row 1 is named by none.
  expectTensor(evaluate("%i: tensor<?x!weir.index<3>>, %g: tensor<?x2xf32>",
                        "%r = weir.embedding_gradient %i, %g : (tensor<?x!weir.index<3>>, "
                        "tensor<?x2xf32>) -> tensor<3x2xf32>",
                        "tensor<3x2xf32>", {{{3}, {2, 0, 2}}, {{3, 2}, {1, 2, 3, 4, 5, 6}}}, 3),
               {3, 2}, {3, 4, 0, 0, 6, 8});
  // Once each, in the order in which they come up: 2, 0; they are first, second, first.
  std::string unique = "%u, %p = weir.unique %i : (tensor<?x!weir.index<3>>) -> "
                       "(tensor<?x!weir.index<3>>, tensor<?x!weir.index<3>>)\n";
  expectTensor(evaluate("%i: tensor<?x!weir.index<3>>, %t: tensor<3x1xf32>",
                        unique + "%r = weir.embedding %u, %t : (tensor<?x!weir.index<3>>, "
                                 "tensor<3x1xf32>) -> tensor<?x1xf32>",
                        "tensor<?x1xf32>", {{{3}, {2, 0, 2}}, {{3, 1}, {10, 20, 30}}}, 3),
               {2, 1}, {30, 10});
  expectTensor(evaluate("%i: tensor<?x!weir.index<3>>, %x: tensor<?x1xf32>",
                        unique + "%r = weir.segment_sum %p, %x segments %u : "
                                 "(tensor<?x!weir.index<3>>, tensor<?x1xf32>, "
                                 "tensor<?x!weir.index<3>>) -> tensor<?x1xf32>",
                        "tensor<?x1xf32>", {{{3}, {2, 0, 2}}, {{3, 1}, {1, 10, 100}}}, 3),
               {2, 1}, {101, 10});
  expectTensor(evaluate("%i: tensor<?x!weir.index<3>>, %x: tensor<?x2xf32>",
                        "%r = weir.gather_rows %i, %x : (tensor<?x!weir.index<3>>, "
                        "tensor<?x2xf32>) -> tensor<?x2xf32>",
                        "tensor<?x2xf32>", {{{3}, {2, 0, 2}}, {{3, 2}, {1, 2, 3, 4, 5, 6}}}, 3),
               {3, 2}, {5, 6, 1, 2, 5, 6});
}

RefTensor poolGradient(const std::vector<double> &image) {
  return evaluate("%x: tensor<?x1x1x5xf32>, %g: tensor<?x1x1x2xf32>",
                  "%r = weir.max_pool2d_gradient %x, %g {kernel = array<i64: 1, 3>, strides = "
                  "array<i64: 1, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : "
                  "(tensor<?x1x1x5xf32>, tensor<?x1x1x2xf32>) -> tensor<?x1x1x5xf32>",
                  "tensor<?x1x1x5xf32>", {{{1, 1, 1, 5}, image}, {{1, 1, 1, 2}, {10, 100}}}, 1);
}

TEST(ReferenceGradient, MaxPooling) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  expectTensor(poolGradient({1, 3, 2, 5, 4}), {1, 1, 1, 5}, {0, 10, 0, 100, 0});
  // Element 2 is the largest of both windows.
  expectTensor(poolGradient({1, 3, 9, 5, 4}), {1, 1, 1, 5}, {0, 0, 110, 0, 0});
  // The first of equals; a NaN is larger, and the first of several.
  expectTensor(poolGradient({7, 7, 7, 7, 7}), {1, 1, 1, 5}, {10, 0, 100, 0, 0});
  expectTensor(poolGradient({9, nan, 1, nan, nan}), {1, 1, 1, 5}, {0, 10, 0, 100, 0});
}

TEST(ReferenceGradient, DropoutMask) {
  const char *body = "%r = weir.dropout_mask %k, %x {probability = 0.25 : f64, layer = 3 : i64} : "
                     "(tensor<2x!weir.index<1024>>, tensor<?x50xf32>) -> tensor<?x50xf32>";
  auto mask = [&](double seed, double step, int64_t batch) {
    return evaluate("%k: tensor<2x!weir.index<1024>>, %x: tensor<?x50xf32>", body,
                    "tensor<?x50xf32>", {{{2}, {seed, step}}, counted({batch, 50})}, batch);
  };
  RefTensor first = mask(7, 5, 40);
  size_t kept = 0;
  for (size_t i = 0; i < first.data.size(); ++i) {
    // Number i of the stream of step and layer.
    bool drops = uniform(7, 5 + (uint64_t{3} << 32), i) < 0.25f;
    EXPECT_EQ(first.data[i], drops ? 0.0 : static_cast<double>(1.0f / 0.75f));
    kept += !drops;
  }
  // 2000 draws, deviation 19.
  EXPECT_NEAR(static_cast<double>(kept), 1500.0, 80.0);
  // The same for fewer examples, another for another seed or step.
  RefTensor shorter = mask(7, 5, 4);
  first.data.resize(shorter.data.size());
  EXPECT_EQ(shorter.data, first.data);
  EXPECT_NE(mask(8, 5, 4).data, first.data);
  EXPECT_NE(mask(7, 6, 4).data, first.data);
}

} // namespace
} // namespace weir::test
