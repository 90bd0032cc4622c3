//===- GradientLoweringTest.cpp - compiled gradients against the reference ---------===//
//
// Each op that gradients are made of, compiled and run, on odd sizes and batches that
// leave remainders, against the reference interpreter.
//
//===----------------------------------------------------------------------===//

#include "weir/Execution/Jit.h"
#include "weir/Execution/Parameters.h"
#include "weir/Reference/Interpreter.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <gtest/gtest.h>

using namespace weir;

namespace {

// Compiles a function of the dialect and compares all its results with the reference,
// relative to the largest element of each.
void expectAgrees(const std::string &text, std::vector<int64_t> batches = {1, 2, 7, 19}) {
  std::unique_ptr<mlir::MLIRContext> context = createContext();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, context.get());
  ASSERT_TRUE(module) << text;
  mlir::OwningOpRef<mlir::ModuleOp> original(module->clone());
  auto model = JitModel::compile(*module, CompileOptions());
  ASSERT_TRUE(model.ok()) << model.error().message;
  const Signature &signature = (*model)->signature();
  auto parameters = initializeParameters(signature, 1);
  ASSERT_TRUE(parameters.ok());
  ASSERT_TRUE((*model)->prepare(*parameters).ok());
  auto pool = ThreadPool::create(2);
  ASSERT_TRUE(pool.ok());
  for (int64_t batch : batches) {
    auto inputs = makeRandomInputs(signature, batch, 10 + batch);
    ASSERT_TRUE(inputs.ok());
    std::vector<RefTensor> referenceInputs;
    for (const Tensor &input : *inputs)
      referenceInputs.push_back(toReference(input));
    auto expected = interpret(*original, toReference(*parameters), referenceInputs, batch);
    ASSERT_TRUE(static_cast<bool>(expected)) << llvm::toString(expected.takeError());
    auto found = (*model)->run(*inputs, batch);
    ASSERT_TRUE(found.ok()) << found.error().message;
    auto threaded = (*model)->run(*inputs, batch, pool->get());
    ASSERT_TRUE(threaded.ok());
    for (size_t i = 0; i < expected->size(); ++i) {
      const std::vector<double> &reference = (*expected)[i].data;
      ASSERT_EQ((*found)[i].elements(), static_cast<int64_t>(reference.size()));
      double scale = 1e-3, worst = 0;
      for (double value : reference)
        scale = std::max(scale, std::fabs(value));
      for (size_t j = 0; j < reference.size(); ++j) {
        double difference = std::fabs((*found)[i].f32()[j] - reference[j]);
        worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
        ASSERT_EQ((*found)[i].f32()[j], (*threaded)[i].f32()[j]) << "threads change the result";
      }
      EXPECT_LE(worst, 3e-5 * scale) << "output " << i << " of batch " << batch << "\n" << text;
    }
  }
}

std::string function(const std::string &arguments, const std::string &results,
                     const std::string &body) {
  return "func.func @m(" + arguments + ") -> (" + results + ") {\n" + body + "}\n";
}

} // namespace

TEST(GradientLowering, comparesAndSelects) {
  expectAgrees(function("%a: tensor<?x3x11xf32>, %b: tensor<?x11xf32>",
                        "tensor<?x3x11xf32>, tensor<?x3x11xf32>", R"(
    %g = weir.greater %a, %b : (tensor<?x3x11xf32>, tensor<?x11xf32>) -> tensor<?x3x11xf32>
    %s = weir.select %g, %a, %b : (tensor<?x3x11xf32>, tensor<?x3x11xf32>, tensor<?x11xf32>) -> tensor<?x3x11xf32>
    return %g, %s : tensor<?x3x11xf32>, tensor<?x3x11xf32>
  )"));
}

TEST(GradientLowering, sumsOverTheBatch) {
  expectAgrees(function("%a: tensor<?x5x9xf32>, %b: tensor<?xf32>",
                        "tensor<5x9xf32>, tensor<f32>, tensor<f32>", R"(
    %s = weir.batch_sum %a : (tensor<?x5x9xf32>) -> tensor<5x9xf32>
    %t = weir.batch_sum %b : (tensor<?xf32>) -> tensor<f32>
    %n = weir.batch_size %a : (tensor<?x5x9xf32>) -> tensor<f32>
    return %s, %t, %n : tensor<5x9xf32>, tensor<f32>, tensor<f32>
  )"));
}

TEST(GradientLowering, broadcasts) {
  expectAgrees(function("%a: tensor<?x3x1xf32>", "tensor<?x3x10xf32>, tensor<?x4x3xf32>", R"(
    %p = weir.param "p" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<4x1xf32>
    %r = weir.broadcast %a : (tensor<?x3x1xf32>) -> tensor<?x3x10xf32>
    %s = weir.broadcast %p batch %a : (tensor<4x1xf32>, tensor<?x3x1xf32>) -> tensor<?x4x3xf32>
    return %r, %s : tensor<?x3x10xf32>, tensor<?x4x3xf32>
  )"));
}

TEST(GradientLowering, dilatesAndReverses) {
  expectAgrees(function("%a: tensor<?x3x4x5xf32>", "tensor<?x5x10x5xf32>, tensor<?x3x4x5xf32>", R"(
    %d = weir.dilate %a {factors = array<i64: 2, 3, 1>} : (tensor<?x3x4x5xf32>) -> tensor<?x5x10x5xf32>
    %r = weir.reverse %a {axes = array<i64: 0, 2>} : (tensor<?x3x4x5xf32>) -> tensor<?x3x4x5xf32>
    return %d, %r : tensor<?x5x10x5xf32>, tensor<?x3x4x5xf32>
  )"));
}

TEST(GradientLowering, gathersTheGradientOfATable) {
  expectAgrees(
      function(
          "%i: tensor<?x!weir.index<7>>, %g: tensor<?x13xf32>, %j: tensor<?x3x!weir.index<5>>, "
          "%h: tensor<?x3x1xf32>",
          "tensor<7x13xf32>, tensor<5x1xf32>", R"(
    %t = weir.embedding_gradient %i, %g : (tensor<?x!weir.index<7>>, tensor<?x13xf32>) -> tensor<7x13xf32>
    %u = weir.embedding_gradient %j, %h : (tensor<?x3x!weir.index<5>>, tensor<?x3x1xf32>) -> tensor<5x1xf32>
    return %t, %u : tensor<7x13xf32>, tensor<5x1xf32>
  )"),
      {1, 2, 7, 40});
}

TEST(GradientLowering, sumsTheGradientOfAMatrix) {
  expectAgrees(function("%r: tensor<?x17xf32>, %g: tensor<?x21xf32>, %q: tensor<?x4x3x6xf32>, "
                        "%h: tensor<?x4x3xf32>, %k: tensor<?x4xf32>",
                        "tensor<17x21xf32>, tensor<6x3xf32>, tensor<3x6x4xf32>", R"(
    %a = weir.product_weight_gradient %r, %g : (tensor<?x17xf32>, tensor<?x21xf32>) -> tensor<17x21xf32>
    %t = weir.transpose %q {permutation = array<i64: 0, 1, 2>} : (tensor<?x4x3x6xf32>) -> tensor<?x4x3x6xf32>
    %w = weir.reshape %h : (tensor<?x4x3xf32>) -> tensor<?x4x3xf32>
    %s = weir.sum %t {axes = array<i64: 1>} : (tensor<?x4x3x6xf32>) -> tensor<?x4x6xf32>
    %b = weir.product_weight_gradient %s, %w : (tensor<?x4x6xf32>, tensor<?x4x3xf32>) -> tensor<6x3xf32>
    %v = weir.sum %q {axes = array<i64: 0>} : (tensor<?x4x3x6xf32>) -> tensor<?x3x6xf32>
    %c = weir.product_weight_gradient %v, %k : (tensor<?x3x6xf32>, tensor<?x4xf32>) -> tensor<3x6x4xf32>
    return %a, %b, %c : tensor<17x21xf32>, tensor<6x3xf32>, tensor<3x6x4xf32>
  )"));
}

TEST(GradientLowering, findsTheGradientOfAConvolutionsWeight) {
  // stride and dilation above one, uneven padding, then groups, then depthwise.
  expectAgrees(
      function("%x: tensor<?x3x9x11xf32>, %g: tensor<?x10x4x4xf32>", "tensor<10x3x3x2xf32>", R"(
    %r = weir.conv2d_weight_gradient %x, %g
        {kernel = array<i64: 3, 2>, strides = array<i64: 2, 3>, pad_low = array<i64: 1, 0>,
         pad_high = array<i64: 2, 1>, dilations = array<i64: 2, 1>}
        : (tensor<?x3x9x11xf32>, tensor<?x10x4x4xf32>) -> tensor<10x3x3x2xf32>
    return %r : tensor<10x3x3x2xf32>
  )"),
      {1, 3, 6});
  expectAgrees(function("%x: tensor<?x6x5x5xf32>, %g: tensor<?x4x5x5xf32>, %h: tensor<?x6x3x3xf32>",
                        "tensor<4x3x3x3xf32>, tensor<6x1x3x3xf32>", R"(
    %r = weir.conv2d_weight_gradient %x, %g
        {kernel = array<i64: 3, 3>, strides = array<i64: 1, 1>, pad_low = array<i64: 1, 1>,
         pad_high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 2 : i64}
        : (tensor<?x6x5x5xf32>, tensor<?x4x5x5xf32>) -> tensor<4x3x3x3xf32>
    %d = weir.conv2d_weight_gradient %x, %h
        {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pad_low = array<i64: 1, 1>,
         pad_high = array<i64: 1, 1>, dilations = array<i64: 1, 1>, groups = 6 : i64}
        : (tensor<?x6x5x5xf32>, tensor<?x6x3x3xf32>) -> tensor<6x1x3x3xf32>
    return %r, %d : tensor<4x3x3x3xf32>, tensor<6x1x3x3xf32>
  )"),
               {1, 3, 6});
}

TEST(GradientLowering, sendsTheGradientOfAPoolToOneWinner) {
  // Overlapping windows with padding, then windows that leave elements out.
  expectAgrees(function("%x: tensor<?x3x7x9xf32>, %g: tensor<?x3x4x5xf32>, %h: tensor<?x3x2x3xf32>",
                        "tensor<?x3x7x9xf32>, tensor<?x3x7x9xf32>", R"(
    %r = weir.max_pool2d_gradient %x, %g
        {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, pad_low = array<i64: 1, 1>, pad_high = array<i64: 1, 1>}
        : (tensor<?x3x7x9xf32>, tensor<?x3x4x5xf32>) -> tensor<?x3x7x9xf32>
    %s = weir.max_pool2d_gradient %x, %h
        {kernel = array<i64: 2, 2>, strides = array<i64: 3, 3>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>}
        : (tensor<?x3x7x9xf32>, tensor<?x3x2x3xf32>) -> tensor<?x3x7x9xf32>
    return %r, %s : tensor<?x3x7x9xf32>, tensor<?x3x7x9xf32>
  )"));
}

TEST(GradientLowering, sendsTiesToTheFirst) {
  // relu leaves many equal zeros.
  expectAgrees(
      function("%x: tensor<?x2x6x6xf32>, %g: tensor<?x2x3x3xf32>", "tensor<?x2x6x6xf32>", R"(
    %y = weir.relu %x : tensor<?x2x6x6xf32>
    %r = weir.max_pool2d_gradient %y, %g
        {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, pad_low = array<i64: 0, 0>, pad_high = array<i64: 0, 0>}
        : (tensor<?x2x6x6xf32>, tensor<?x2x3x3xf32>) -> tensor<?x2x6x6xf32>
    return %r : tensor<?x2x6x6xf32>
  )"));
}

TEST(GradientLowering, drawsTheReferencesMask) {
  expectAgrees(function("%k: tensor<2x!weir.index<4294967296>>, %x: tensor<?x5x9xf32>",
                        "tensor<?x5x9xf32>, tensor<?x5x9xf32>", R"(
    %m = weir.dropout_mask %k, %x {probability = 3.0e-01 : f64, layer = 0 : i64}
        : (tensor<2x!weir.index<4294967296>>, tensor<?x5x9xf32>) -> tensor<?x5x9xf32>
    %n = weir.dropout_mask %k, %x {probability = 5.0e-01 : f64, layer = 3 : i64}
        : (tensor<2x!weir.index<4294967296>>, tensor<?x5x9xf32>) -> tensor<?x5x9xf32>
    return %m, %n : tensor<?x5x9xf32>, tensor<?x5x9xf32>
  )"));
}
