//===- AutodiffTest.cpp - Reverse rules against finite differences ------------===//
//
// Every rule but the element-wise ones and those of embeddings, over odd shapes. Maxima are drawn
// so that no two elements are close.
//
//===----------------------------------------------------------------------===//

#include "AutodiffTestSupport.h"

#include "weir/Runtime/Result.h"
#include <cmath>

namespace weir::test {
namespace {

std::string join(const std::vector<int64_t> &list) {
  return fmt::format("array<i64: {}>", fmt::join(list, ", "));
}

//===----------------------------------------------------------------------===//
// Reduce
//===----------------------------------------------------------------------===//

TEST(Autodiff, Reductions) {
  for (const char *op : {"sum", "mean", "max"}) {
    SCOPED_TRACE(op);
    auto body = [&](const char *attributes, const char *types) {
      return fmt::format("%r = weir.{} %x0 {{{}}} : {}", op, attributes, types);
    };
    expectGradients({{{{3, 4, 2}}},
                     body("axes = array<i64: 0, 2>", "(tensor<?x3x4x2xf32>) -> tensor<?x4xf32>"),
                     {4}});
    expectGradients(
        {{{{3, 4, 2}}},
         body("axes = array<i64: 1>, keep_dims", "(tensor<?x3x4x2xf32>) -> tensor<?x3x1x2xf32>"),
         {3, 1, 2}});
    expectGradients(
        {{{{5}}}, body("axes = array<i64: 0>", "(tensor<?x5xf32>) -> tensor<?xf32>"), {}});
    expectGradients({{{{2, 5}, false}},
                     body("axes = array<i64: 1>", "(tensor<2x5xf32>) -> tensor<2xf32>"),
                     {2},
                     false});
  }
}

TEST(Autodiff, Softmax) {
  for (const char *op : {"softmax", "log_softmax"})
    for (int axis : {0, 1}) {
      SCOPED_TRACE(op);
      expectGradients(
          {{{{3, 4}}},
           fmt::format("%r = weir.{} %x0 {{axis = {} : i64}} : tensor<?x3x4xf32>", op, axis),
           {3, 4}});
    }
}

TEST(Autodiff, OverTheBatch) {
  expectGradients({{{{3, 2}}},
                   "%e = weir.exp %x0 : tensor<?x3x2xf32>\n"
                   "%r = weir.batch_sum %e : (tensor<?x3x2xf32>) -> tensor<3x2xf32>",
                   {3, 2},
                   false});
  expectGradients({{{{3, 2}}},
                   "%n = weir.batch_size %x0 : (tensor<?x3x2xf32>) -> tensor<f32>\n"
                   "%r = weir.mul %x0, %n : (tensor<?x3x2xf32>, tensor<f32>) -> tensor<?x3x2xf32>",
                   {3, 2}});
  for (const char *op : {"batch_mean", "batch_variance"})
    for (int axis : {0, 1}) {
      SCOPED_TRACE(op);
      expectGradients({{{{3, 4}}},
                       fmt::format("%r = weir.{} %x0 {{axis = {} : i64}} : (tensor<?x3x4xf32>) -> "
                                   "tensor<{}xf32>",
                                   op, axis, axis + 3),
                       {axis + 3},
                       false});
    }
}

//===----------------------------------------------------------------------===//
// Shape
//===----------------------------------------------------------------------===//

TEST(Autodiff, Shapes) {
  expectGradients(
      {{{{3, 4}}}, "%r = weir.reshape %x0 : (tensor<?x3x4xf32>) -> tensor<?x2x6xf32>", {2, 6}});
  expectGradients({{{{2, 3, 4}}},
                   "%r = weir.transpose %x0 {permutation = array<i64: 2, 0, 1>} : "
                   "(tensor<?x2x3x4xf32>) -> tensor<?x4x2x3xf32>",
                   {4, 2, 3}});
  expectGradients({{{{7, 8}}},
                   "%r = weir.slice %x0 {offsets = array<i64: 2, 1>, sizes = array<i64: 3, 2>, "
                   "strides = array<i64: 2, 3>} : (tensor<?x7x8xf32>) -> tensor<?x3x2xf32>",
                   {3, 2}});
  expectGradients({{{{6}, false}},
                   "%r = weir.slice %x0 {offsets = array<i64: 1>, sizes = array<i64: 3>, "
                   "strides = array<i64: 1>} : (tensor<6xf32>) -> tensor<3xf32>",
                   {3},
                   false});
  expectGradients({{{{2, 3}}},
                   "%r = weir.pad %x0 {low = array<i64: 1, 0>, high = array<i64: 2, 3>, value = "
                   "7.0 : f32} : (tensor<?x2x3xf32>) -> tensor<?x5x6xf32>",
                   {5, 6}});
  expectGradients({{{{2, 3}}, {{2, 1}}, {{2, 4}}},
                   "%r = weir.concat %x0, %x1, %x2, %x0 {axis = 1 : i64} : (tensor<?x2x3xf32>, "
                   "tensor<?x2x1xf32>, tensor<?x2x4xf32>, tensor<?x2x3xf32>) -> "
                   "tensor<?x2x11xf32>",
                   {2, 11}});
  expectGradients({{{{3, 1}}},
                   "%r = weir.broadcast %x0 : (tensor<?x3x1xf32>) -> tensor<?x2x3x4xf32>",
                   {2, 3, 4}});
  expectGradients({{{{3}, false}, {{2}}},
                   "%s = weir.broadcast %x0 batch %x1 : (tensor<3xf32>, tensor<?x2xf32>) -> "
                   "tensor<?x2x3xf32>\n"
                   "%t = weir.reshape %x1 : (tensor<?x2xf32>) -> tensor<?x2x1xf32>\n"
                   "%r = weir.mul %s, %t : (tensor<?x2x3xf32>, tensor<?x2x1xf32>) -> "
                   "tensor<?x2x3xf32>",
                   {2, 3}});
  expectGradients({{{{3, 4}}},
                   "%r = weir.dilate %x0 {factors = array<i64: 3, 2>} : (tensor<?x3x4xf32>) -> "
                   "tensor<?x7x7xf32>",
                   {7, 7}});
  expectGradients({{{{3, 4}}},
                   "%r = weir.reverse %x0 {axes = array<i64: 1>} : (tensor<?x3x4xf32>) -> "
                   "tensor<?x3x4xf32>",
                   {3, 4}});
}

//===----------------------------------------------------------------------===//
// Linear
//===----------------------------------------------------------------------===//

TEST(Autodiff, Linear) {
  expectGradients({{{{4}}, {{3, 4}, false}, {{3}, false}},
                   "%r = weir.linear %x0, %x1 bias %x2 : (tensor<?x4xf32>, tensor<3x4xf32>, "
                   "tensor<3xf32>) -> tensor<?x3xf32>",
                   {3}});
  expectGradients({{{{2, 5, 4}}, {{3, 4}, false}},
                   "%r = weir.linear %x0, %x1 : (tensor<?x2x5x4xf32>, tensor<3x4xf32>) -> "
                   "tensor<?x2x5x3xf32>",
                   {2, 5, 3}});
  expectGradients({{{{5, 4}, false}, {{3, 4}, false}, {{3}, false}},
                   "%r = weir.linear %x0, %x1 bias %x2 : (tensor<5x4xf32>, tensor<3x4xf32>, "
                   "tensor<3xf32>) -> tensor<5x3xf32>",
                   {5, 3},
                   false});
}

TEST(Autodiff, Matmul) {
  struct Shapes {
    std::vector<int64_t> lhs, rhs, result;
  };
  for (const Shapes &shapes : std::vector<Shapes>{{{4}, {4, 3}, {3}},
                                                  {{2, 4}, {4, 3}, {2, 3}},
                                                  {{5, 2, 4}, {4, 3}, {5, 2, 3}},
                                                  {{4}, {5, 4, 3}, {5, 3}},
                                                  {{2, 4}, {5, 4, 3}, {5, 2, 3}},
                                                  {{5, 2, 4}, {5, 4, 3}, {5, 2, 3}}})
    for (auto [lhsBatched, rhsBatched] :
         {std::pair{true, true}, {true, false}, {false, true}, {false, false}}) {
      bool batched = lhsBatched || rhsBatched;
      expectGradients(
          {{{shapes.lhs, lhsBatched}, {shapes.rhs, rhsBatched}},
           fmt::format("%r = weir.matmul %x0, %x1 : ({}, {}) -> {}", typeOf(shapes.lhs, lhsBatched),
                       typeOf(shapes.rhs, rhsBatched), typeOf(shapes.result, batched)),
           shapes.result,
           batched});
    }
}

TEST(Autodiff, Product) {
  expectGradients({{{{5, 2, 3}}, {{2, 3, 4}, false}, {{5, 4}}},
                   "%r = weir.product %x0, %x1 init %x2 : (tensor<?x5x2x3xf32>, tensor<2x3x4xf32>, "
                   "tensor<?x5x4xf32>) -> tensor<?x5x4xf32>",
                   {5, 4}});
}

//===----------------------------------------------------------------------===//
// Conv
//===----------------------------------------------------------------------===//

struct Conv {
  std::vector<int64_t> input, weight;
  std::vector<int64_t> strides, low, high, dilations;
  int64_t groups = 1;
  bool batched = true;
};

void expectConv(const Conv &conv) {
  int64_t outputs = conv.weight[0];
  std::vector<int64_t> result = {outputs};
  for (size_t i = 0; i < conv.strides.size(); ++i)
    result.push_back((conv.input[1 + i] + conv.low[i] + conv.high[i] -
                      conv.dilations[i] * (conv.weight[2 + i] - 1) - 1) /
                         conv.strides[i] +
                     1);
  expectGradients(
      {{{conv.input, conv.batched}, {conv.weight, false}, {{outputs}, false}},
       fmt::format("%r = weir.conv{}d %x0, %x1 bias %x2 {{strides = {}, pad_low = {}, pad_high = "
                   "{}, dilations = {}, groups = {} : i64}} : ({}, {}, {}) -> {}",
                   conv.strides.size(), join(conv.strides), join(conv.low), join(conv.high),
                   join(conv.dilations), conv.groups, typeOf(conv.input, conv.batched),
                   typeOf(conv.weight, false), typeOf({outputs}, false),
                   typeOf(result, conv.batched)),
       result,
       conv.batched});
}

TEST(Autodiff, Convolution2d) {
  // Plain, with an odd rest that no window reaches.
  expectConv({{2, 5, 4}, {3, 2, 2, 3}, {1, 1}, {0, 0}, {0, 0}, {1, 1}});
  expectConv({{2, 6, 8}, {3, 2, 3, 2}, {2, 3}, {0, 0}, {0, 0}, {1, 1}});
  // Paddings that differ on all four sides.
  expectConv({{2, 4, 5}, {2, 2, 3, 3}, {2, 2}, {1, 0}, {2, 1}, {1, 1}});
  // More padding than the kernel reaches: the gradient is cut.
  expectConv({{1, 3, 3}, {2, 1, 2, 1}, {1, 1}, {2, 2}, {1, 2}, {1, 1}});
  expectConv({{1, 3, 4}, {2, 1, 1, 1}, {2, 3}, {3, 1}, {2, 3}, {1, 1}});
  // Dilations, alone and with strides.
  expectConv({{2, 7, 7}, {2, 2, 3, 2}, {1, 2}, {0, 1}, {0, 0}, {2, 3}});
  // Groups: two, and depthwise with two outputs per channel.
  expectConv({{4, 4, 5}, {6, 2, 3, 2}, {2, 2}, {1, 1}, {1, 1}, {1, 1}, 2});
  expectConv({{3, 4, 5}, {6, 1, 3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}, 3});
  // One pixel, and an image without a batch.
  expectConv({{3, 4, 5}, {2, 3, 1, 1}, {1, 1}, {0, 0}, {0, 0}, {1, 1}});
  expectConv({{2, 5, 4}, {3, 2, 2, 3}, {1, 1}, {0, 0}, {0, 0}, {1, 1}, 1, false});
}

// A kernel that only ever lies in the padding.
TEST(Autodiff, ConvolutionThatSeesNothing) {
  expectConv({{1, 1, 1}, {1, 1, 1, 1}, {4, 4}, {5, 5}, {0, 0}, {1, 1}});
}

TEST(Autodiff, Convolution1d) {
  expectConv({{2, 9}, {3, 2, 3}, {2}, {1}, {0}, {1}});
  expectConv({{4, 9}, {4, 2, 3}, {2}, {0}, {0}, {2}, 2});
}

//===----------------------------------------------------------------------===//
// Pool
//===----------------------------------------------------------------------===//

struct Pool {
  std::vector<int64_t> input, kernel, strides, low, high;
  bool batched = true;
};

void expectPool(const std::string &op, const Pool &pool) {
  std::vector<int64_t> result = {pool.input[0]};
  for (size_t i = 0; i < pool.kernel.size(); ++i)
    result.push_back(
        (pool.input[1 + i] + pool.low[i] + pool.high[i] - pool.kernel[i]) / pool.strides[i] + 1);
  for (const char *flag : {"", ", count_include_pad"}) {
    if (*flag && op == "max")
      continue;
    expectGradients(
        {{{pool.input, pool.batched}},
         fmt::format("%r = weir.{}_pool{}d %x0 {{kernel = {}, strides = {}, pad_low = {}, "
                     "pad_high = {}{}}} : ({}) -> {}",
                     op, pool.kernel.size(), join(pool.kernel), join(pool.strides), join(pool.low),
                     join(pool.high), flag, typeOf(pool.input, pool.batched),
                     typeOf(result, pool.batched)),
         result,
         pool.batched});
  }
}

TEST(Autodiff, Pooling) {
  for (const char *op : {"max", "avg"}) {
    SCOPED_TRACE(op);
    // Windows side by side, with and without a rest.
    expectPool(op, {{2, 4, 6}, {2, 3}, {2, 3}, {0, 0}, {0, 0}});
    expectPool(op, {{2, 5, 7}, {2, 3}, {2, 3}, {0, 0}, {0, 0}});
    // The whole image, and an image without a batch.
    expectPool(op, {{3, 4, 5}, {4, 5}, {4, 5}, {0, 0}, {0, 0}});
    expectPool(op, {{2, 4, 6}, {2, 3}, {2, 3}, {0, 0}, {0, 0}, false});
    // Overlapping, padded, with gaps.
    expectPool(op, {{2, 5, 5}, {3, 3}, {2, 1}, {1, 1}, {1, 1}});
    expectPool(op, {{1, 5, 6}, {2, 3}, {2, 3}, {1, 1}, {0, 2}});
    expectPool(op, {{1, 7, 8}, {1, 2}, {3, 5}, {0, 0}, {0, 0}});
    // One spatial axis.
    expectPool(op, {{2, 9}, {3}, {2}, {1}, {1}});
    expectPool(op, {{2, 8}, {2}, {2}, {0}, {0}});
  }
}

// A window of equal elements has one winner, the first.
TEST(Autodiff, MaxPoolingOfEqualElements) {
  Gradients gradients = gradientsOf(
      "func.func @train(%v: tensor<?x1x1x1xf32>) -> (tensor<?xf32> {weir.name = \"loss\"}) {\n"
      "%w = weir.param \"w\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>} : "
      "tensor<1x2x2xf32>\n"
      "%p = weir.max_pool2d %w {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = "
      "array<i64: 0, 0>, pad_high = array<i64: 0, 0>} : (tensor<1x2x2xf32>) -> tensor<1x1x1xf32>\n"
      "%y = weir.mul %p, %v : (tensor<1x1x1xf32>, tensor<?x1x1x1xf32>) -> tensor<?x1x1x1xf32>\n"
      "%loss = weir.reshape %y : (tensor<?x1x1x1xf32>) -> tensor<?xf32>\n"
      "return %loss : tensor<?xf32>\n}\n",
      1, 1, {{"w", {2.0, 2.0}}, {"input0", {3.0, 3.0}}});
  EXPECT_EQ(gradients.built.at("w").data, (std::vector<double>{3, 0, 0, 0}));
}

//===----------------------------------------------------------------------===//
// Norm
//===----------------------------------------------------------------------===//

TEST(Autodiff, LayerNorm) {
  expectGradients({{{{3, 4}}, {{4}, false}, {{4}, false}},
                   "%r = weir.layer_norm %x0, %x1, %x2 {epsilon = 1.0e-03 : f64} : "
                   "(tensor<?x3x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x3x4xf32>",
                   {3, 4}});
  expectGradients({{{{2, 3, 4}}, {{3, 4}, false}, {{3, 4}, false}},
                   "%r = weir.layer_norm %x0, %x1, %x2 {epsilon = 1.0e-03 : f64} : "
                   "(tensor<?x2x3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> "
                   "tensor<?x2x3x4xf32>",
                   {2, 3, 4}});
}

// The training form: all examples of the batch depend on each other.
TEST(Autodiff, BatchNorm) {
  for (int axis : {0, 1}) {
    std::string statistics;
    for (const char *name : {"mean", "variance"})
      statistics += fmt::format("%{} = weir.param \"{}\" {{init = \"constant\", init_args = "
                                "array<f64: 1.0, 0.0>, buffer}} : tensor<{}xf32>\n",
                                name, name, axis + 3);
    std::string channels = typeOf({axis + 3}, false);
    expectGradients(
        {{{{3, 4}}, {{axis + 3}, false}, {{axis + 3}, false}},
         statistics + fmt::format("%r = weir.batch_norm %x0, %x1, %x2, %mean, %variance "
                                  "{{epsilon = 1.0e-03 : f64, axis = {} : i64}} : "
                                  "(tensor<?x3x4xf32>, {}, {}, {}, {}) -> tensor<?x3x4xf32>",
                                  axis, channels, channels, channels, channels),
         {3, 4}});
  }
}

// With statistics that are learned themselves, the rule for all five operands.
TEST(Autodiff, BatchNormOfGivenStatistics) {
  for (bool batched : {true, false}) {
    std::string type = typeOf({3, 4}, batched);
    expectGradients(
        {{{{3, 4}, batched}, {{4}, false}, {{4}, false}, {{4}, false}, {{4}, false, 0.5, 1.5}},
         // Not a buffer's and not the batch's: the form of training keeps them.
         fmt::format("%y = weir.reshape %x0 : ({}) -> {}\n"
                     "%r = weir.batch_norm %y, %x1, %x2, %x3, %x4 {{epsilon = 1.0e-03 "
                     ": f64, axis = 1 : i64}} : ({}, tensor<4xf32>, tensor<4xf32>, "
                     "tensor<4xf32>, tensor<4xf32>) -> {}",
                     type, type, type, type),
         {3, 4},
         batched});
  }
}

/// One step of running statistics 10 and 2 on a batch of mean 4 and variance 5.
static std::vector<RefTensor> runningStatistics(const std::string &momentum) {
  std::string module =
      "func.func @train(%x: tensor<?x1x2xf32>) -> (tensor<?xf32> {weir.name = \"loss\"}) {\n"
      "%w = weir.param \"w\" {init = \"constant\", init_args = array<f64: 1.0, 0.0>} : "
      "tensor<1xf32>\n"
      "%m = weir.param \"running_mean\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>, "
      "buffer} : tensor<1xf32>\n"
      "%v = weir.param \"running_var\" {init = \"constant\", init_args = array<f64: 1.0, 0.0>, "
      "buffer} : tensor<1xf32>\n"
      "%y = weir.batch_norm %x, %w, %w, %m, %v {epsilon = 1.0e-05 : f64, axis = 0 : i64" +
      momentum +
      "} : "
      "(tensor<?x1x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> "
      "tensor<?x1x2xf32>\n"
      "%loss = weir.sum %y {axes = array<i64: 0, 1>} : (tensor<?x1x2xf32>) -> tensor<?xf32>\n"
      "return %loss : tensor<?xf32>\n}\n";
  RefParameters parameters = {
      {"w", {{1}, {1}}}, {"running_mean", {{1}, {10}}}, {"running_var", {{1}, {2}}}};
  return runInTraining(module, parameters, {{{2, 1, 2}, {1, 3, 5, 7}}}, 2);
}

// The variance is an estimate of that of all data: the squared distances are 20 in all.
TEST(Autodiff, RunningStatistics) {
  std::vector<RefTensor> results = runningStatistics("");
  ASSERT_EQ(results.size(), 3u);
  EXPECT_NEAR(results[0].data[0], 2 + (1 + 3 - 2 * 4) / std::sqrt(5.00001), 1e-6);
  EXPECT_NEAR(results[1].data[0], 0.9 * 10 + 0.1 * 4, 1e-6);
  EXPECT_NEAR(results[2].data[0], 0.9 * 2 + 0.1 * 20 / 3, 1e-6);
}

TEST(Autodiff, RunningStatisticsWithMomentum) {
  std::vector<RefTensor> results = runningStatistics(", momentum = 0.3 : f64");
  ASSERT_EQ(results.size(), 3u);
  EXPECT_NEAR(results[0].data[0], 2 + (1 + 3 - 2 * 4) / std::sqrt(5.00001), 1e-6);
  EXPECT_NEAR(results[1].data[0], 0.7 * 10 + 0.3 * 4, 1e-6);
  EXPECT_NEAR(results[2].data[0], 0.7 * 2 + 0.3 * 20 / 3, 1e-6);

  results = runningStatistics(", momentum = 0.0 : f64");
  EXPECT_EQ(results[1].data[0], 10);
  EXPECT_EQ(results[2].data[0], 2);
}

TEST(Autodiff, Dropout) {
  // The mask of one seed and step is a constant.
  expectGradients({{{{6, 7}}},
                   "%r = weir.dropout %x0 {probability = 4.0e-01 : f64} : tensor<?x6x7xf32>",
                   {6, 7}});
  expectGradients(
      {{{{6}}}, "%r = weir.dropout %x0 {probability = 0.0 : f64} : tensor<?x6xf32>", {6}});
}

//===----------------------------------------------------------------------===//
// Whole functions
//===----------------------------------------------------------------------===//

TEST(Autodiff, WhatIsNotLearnedHasNoGradient) {
  Gradients gradients = gradientsOf(
      "func.func @train(%x: tensor<?xf32>) -> (tensor<?xf32> {weir.name = \"loss\"}) {\n"
      "%a = weir.param \"a\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>} : "
      "tensor<f32>\n"
      "%b = weir.param \"b\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>, buffer} : "
      "tensor<f32>\n"
      "%c = weir.param \"c\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>, frozen} : "
      "tensor<f32>\n"
      "%d = weir.param \"d\" {init = \"constant\", init_args = array<f64: 0.0, 0.0>} : "
      "tensor<2xf32>\n"
      "%0 = weir.mul %x, %a : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>\n"
      "%1 = weir.mul %0, %b : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>\n"
      "%2 = weir.mul %1, %c : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>\n"
      "return %2 : tensor<?xf32>\n}\n",
      3, 1);
  ASSERT_EQ(gradients.built.size(), 2u);
  EXPECT_TRUE(agree(gradients));
  // The loss doesn't depend on `d`.
  EXPECT_EQ(gradients.built.at("d").data, (std::vector<double>{0, 0}));
}

TEST(Autodiff, RefusesWithReasons) {
  const char *parameter = "%w = weir.param \"w\" {init = \"constant\", init_args = array<f64: 0.0, "
                          "0.0>} : tensor<f32>\n";
  EXPECT_EQ(refusalOf("func.func @train(%x: tensor<?xf32>) -> tensor<?xf32> {\n"
                      "return %x : tensor<?xf32>\n}\n"),
            "has a loss that depends on no learned parameter");
  EXPECT_EQ(refusalOf(fmt::format("func.func @train(%x: tensor<?xf32>) -> tensor<f32> {{\n{}"
                                  "return %w : tensor<f32>\n}}\n",
                                  parameter)),
            "returns the loss of each example first, tensor<?xf32>; found 'tensor<f32>'");
  EXPECT_EQ(refusalOf(fmt::format("func.func @train(%x: tensor<?xf32>) -> tensor<?xf32> {{\n{}"
                                  "%y = weir.mul %x, %w : (tensor<?xf32>, tensor<f32>) -> "
                                  "tensor<?xf32>\n"
                                  "%z = weir.dropout %y {{probability = 0.5 : f64}} : "
                                  "tensor<?xf32>\nreturn %z : tensor<?xf32>\n}}\n",
                                  parameter)),
            "'weir.dropout' op has no gradient before weir-training-form has given it a mask");
}

//===----------------------------------------------------------------------===//
// The test itself
//===----------------------------------------------------------------------===//

// A gradient that is off by a thousandth, one of another sign and one that is missing
// are all seen; so is a kink, where nothing can be measured.
TEST(AutodiffHarness, CanFail) {
  Gradients gradients =
      gradientsOf(moduleOf({{{{3}}}, "%r = weir.tanh %x0 : tensor<?x3xf32>", {3}}), 2, 1);
  ASSERT_TRUE(agree(gradients));
  for (double factor : {1.001, -1.0, 0.0}) {
    Gradients wrong = gradients;
    wrong.built.at("x0").data[1] *= factor;
    EXPECT_FALSE(agree(wrong)) << factor;
  }
  EXPECT_FALSE(agree(Gradients()));
  GradientCase kink = {{{{3}, false}}, "%r = weir.abs %x0 : tensor<3xf32>", {3}, false};
  EXPECT_TRUE(agree(gradientsOf(moduleOf(kink), 2, 1)));
  EXPECT_FALSE(agree(gradientsOf(moduleOf(kink), 2, 1, {{"x0", {4e-6, 4e-6}}})));
}

} // namespace
} // namespace weir::test
