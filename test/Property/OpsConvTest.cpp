//===- OpsConvTest.cpp - Convolutions and pools against the reference ---------===//

#include "OpsSupport.h"

namespace weir::property {
namespace {

// Kernels, strides, dilations and paddings in all combinations; the numbers of channels
// and groups take turns so that each meets each.
struct ConvCase {
  int64_t channels, groups, result;
};
constexpr ConvCase convCases[] = {{1, 1, 1},  {3, 1, 5},    {8, 1, 8}, {17, 1, 33}, {3, 3, 3},
                                  {8, 8, 16}, {17, 17, 17}, {8, 2, 6}, {8, 4, 4},   {1, 1, 17},
                                  {3, 1, 32}, {17, 1, 1},   {8, 1, 24}};

class ConvTest : public testing::TestWithParam<std::tuple<int64_t, ConvAlgorithm>> {
protected:
  int64_t kernel = std::get<0>(GetParam());

  CompileOptions options() const {
    CompileOptions result = testOptions();
    result.rewrites.convAlgorithm = std::get<1>(GetParam());
    return result;
  }

  // All settings of one kernel for images of two axes or series of one.
  ModelText model(int axes) const {
    ModelText result;
    for (int64_t channels : {1, 3, 8, 17})
      result.inputs.push_back(axes == 2 ? fmt::format("x{0}: f32[{0}, 9, 7]", channels)
                                        : fmt::format("x{0}: f32[{0}, 11]", channels));
    size_t turn = kernel;
    for (int64_t stride : {1, 2, 3})
      for (int64_t dilation : {1, 2})
        for (int64_t padding : {0, 1, 2}) {
          int64_t smallest = axes == 2 ? 7 : 11;
          if (dilation * (kernel - 1) + 1 > smallest + 2 * padding)
            continue;
          for (int times = 0; times < 2; ++times) {
            const ConvCase &which = convCases[turn++ % std::size(convCases)];
            result.expressions.push_back(fmt::format(
                "conv{}d(x{}, {}, kernel: {}, stride: {}, padding: {}, dilation: {}, groups: {}{})",
                axes, which.channels, which.result, kernel, stride, padding, dilation, which.groups,
                turn % 3 == 0 ? ", bias: false" : ""));
          }
        }
    return result;
  }
};

TEST_P(ConvTest, Conv2d) { expectAgrees(model(2), options()); }
TEST_P(ConvTest, Conv1d) { expectAgrees(model(1), options()); }

INSTANTIATE_TEST_SUITE_P(Kernels, ConvTest,
                         testing::Combine(testing::Values(1, 2, 3, 5),
                                          testing::Values(ConvAlgorithm::Windows,
                                                          ConvAlgorithm::Im2col)));

// As the image lies, since it is large and has no neighbours.
TEST(ConvShapesTest, LonePointwise) {
  ModelText model{{"x: f32[3, 16, 17]", "y: f32[17, 19, 14]"},
                  {"conv2d(x, 5, kernel: 1)", "conv2d(y, 33, kernel: 1, bias: false)",
                   "relu(conv2d(y, 11, kernel: 1)) * 2"}};
  expectAgrees(model);
  expectAgrees(model, plainOptions());
}

// Images whose first and last lines are padding for whole groups of results, so that kernel rows
// are left out: with strides, with dilations, with windows that lie in the padding altogether,
// with lines of a group and with groups that reach into the next line or the next example.
TEST(ConvShapesTest, PaddedLinesAreLeftOut) {
  ModelText model{{"x: f32[64, 14, 14]", "y: f32[96, 9, 5]", "z: f32[80, 3, 20]"},
                  {"conv2d(x, 17, kernel: 3, stride: 2, padding: 1)",
                   "conv2d(x, 33, kernel: 5, stride: 2, padding: 2, bias: false)",
                   "conv2d(y, 16, kernel: 3, padding: 3)",
                   "conv2d(y, 20, kernel: 3, stride: 2, padding: 2, dilation: 2)",
                   "conv2d(y, 9, kernel: 3, stride: 3, padding: (4, 0))",
                   "conv2d(z, 32, kernel: 3, padding: (2, 1), dilation: (2, 1))",
                   "conv2d(z, 8, kernel: (4, 3), stride: (2, 1), padding: (3, 1))",
                   "conv2d(pad(x, (0, 2, 0), (0, 0, 3)), 18, kernel: 3)"}};
  for (CompileOptions options : {testOptions(), plainOptions()}) {
    options.rewrites.convAlgorithm = ConvAlgorithm::Windows;
    expectAgrees(model, options);
  }
}

// Images whose first and last columns are padding, where a line of results is whole groups of rows:
// one, where all is known of each row, and several, where the first and the last differ from those
// between; windows that lie in the padding altogether.
TEST(ConvShapesTest, PaddedColumnsAreLeftOut) {
  ModelText model{
      {"x: f32[96, 14, 14]", "y: f32[150, 6, 7]", "z: f32[112, 4, 24]"},
      {"conv2d(x, 33, kernel: 3, stride: 2, padding: 1)",
       "conv2d(x, 32, kernel: 5, stride: 2, padding: 2, bias: false)",
       "conv2d(x, 40, kernel: 3, stride: 2, padding: (0, 1))",
       "relu(conv2d(x, 32, kernel: 3, padding: 1))", "conv2d(y, 33, kernel: 3, padding: 1)",
       "conv2d(y, 48, kernel: 3, padding: 2, dilation: 2)",
       "conv2d(y, 32, kernel: (1, 3), padding: (0, 4), stride: (1, 2))",
       "conv2d(y, 70, kernel: (3, 5), padding: (1, 2))", "conv2d(z, 32, kernel: 3, padding: 1)",
       "conv2d(z, 65, kernel: 5, padding: (2, 2))",
       "conv2d(z, 64, kernel: (3, 5), stride: (1, 3), padding: (1, 2))",
       "conv2d(z, 33, kernel: (2, 7), padding: (0, 3))",
       "conv2d(z, 32, kernel: (1, 15), padding: (0, 7))"}};
  CompileOptions options = testOptions();
  options.rewrites.winograd = WinogradUse::Never;
  expectAgrees(model, options);
  options.target.vectorBits = 512;
  options.target.vectorRegisters = 32;
  expectAgrees(model, options);
  options.target.vectorBits = 256;
  options.target.vectorRegisters = 16;
  expectAgrees(model, options);
}

// Results that leave with their channels first are stored there by the product itself, along the
// rows of a group: images whose rows are whole groups and images whose aren't, whole and narrow
// panels, work on the way, operands that lie along the channels or across.
TEST(ConvShapesTest, ResultsGoAcross) {
  ModelText model{
      {"x: f32[24, 7, 7]", "y: f32[16, 8, 9]", "z: f32[5, 13, 11]"},
      {"conv2d(x, 40, kernel: 1)", "conv2d(x, 33, kernel: 3, padding: 1, bias: false)",
       "relu(conv2d(x, 24, kernel: 1)) * 2", "relu(conv2d(x, 24, kernel: 5, padding: 2) + x)",
       "batch_norm(relu(conv2d(x, 17, kernel: 1)))", "conv2d(x, 37, kernel: 1, groups: 1) * 3",
       "sigmoid(conv2d(x, 64, kernel: 3, stride: 2, padding: 1))",
       "conv2d(x, 64, kernel: 1) * conv2d(x, 64, kernel: 1, bias: false)",
       "conv2d(y, 32, kernel: 1)", "relu(conv2d(y, 20, kernel: 3, stride: 2, padding: 1))",
       "conv2d(y, 48, kernel: (1, 2), bias: false)", "conv2d(y, 8, kernel: 2, padding: 1)",
       "silu(conv2d(y, 96, kernel: 5, padding: 2))", "conv2d(y, 36, kernel: 1, groups: 2)",
       "conv2d(z, 32, kernel: 2)", "conv2d(z, 9, kernel: 4, stride: 2) + 1",
       "flatten(conv2d(z, 32, kernel: 1))", "conv2d(z, 70, kernel: (3, 4))"}};
  for (WinogradUse winograd : {WinogradUse::Never, WinogradUse::WherePays}) {
    // Vectors of sixteen, whatever this processor has: shorter ones leave it to another kernel.
    CompileOptions options = testOptions(), plain = plainOptions();
    options.target.vectorBits = 512;
    options.target.vectorRegisters = 32;
    for (CompileOptions *each : {&options, &plain}) {
      each->rewrites.winograd = winograd;
      expectAgrees(model, *each, {1, 2, 5});
    }
  }
}

TEST(ConvShapesTest, EachAxisHasItsOwnSettings) {
  ModelText model{{"x: f32[3, 8, 11]"},
                  {"conv2d(x, 5, kernel: (1, 3))", "conv2d(x, 5, kernel: (3, 1), padding: (1, 0))",
                   "conv2d(x, 5, kernel: (2, 5), stride: (3, 1), padding: (0, 2))",
                   "conv2d(x, 4, kernel: (3, 2), stride: (1, 2), dilation: (2, 3))",
                   "conv2d(x, 6, kernel: (5, 1), padding: (2, 1), groups: 3)",
                   "conv2d(x, 3, kernel: (8, 11))", "conv2d(x, 40, kernel: (8, 11))",
                   "conv2d(x, 6, kernel: (2, 3), stride: (2, 1), dilation: (1, 2), groups: 3)"}};
  expectAgrees(model);
  expectAgrees(model, plainOptions());
}

TEST(ConvShapesTest, WhatFollowsIsApplied) {
  ModelText model{
      {"x: f32[8, 6, 7]", "r: f32[8, 6, 7]"},
      {"relu(conv2d(x, 8, kernel: 3, padding: 1) + r)", "r * conv2d(x, 8, kernel: 3, padding: 1)",
       "relu(batch_norm(conv2d(x, 5, kernel: 3)))", "batch_norm(relu(conv2d(x, 5, kernel: 3)))",
       "conv2d(x, 8, kernel: 1) - conv2d(r, 8, kernel: 1)",
       "conv2d(relu(conv2d(x, 3, kernel: 2)), 2, kernel: 2)",
       "hardswish(conv2d(x, 8, kernel: 3, padding: 1, groups: 8)) + x",
       "conv2d(pad(x, (0, 1, 2), after: (0, 0, 1)), 3, kernel: 3)",
       "conv2d(pad(x, (1, 1, 1)), 3, kernel: 3)",
       "conv2d(pad(x, (0, 1, 1), value: 2.0), 3, kernel: 3)",
       "conv2d(concat(x, r), 7, kernel: 3, padding: 1)", "flatten(conv2d(x, 3, kernel: 2))",
       "residual(x, 8)", "residual(x, 5, stride: 2)", "squeeze_excite(x, 3)",
       "depthwise_separable(x, 5, kernel: 3, stride: 2)"}};
  expectAgrees(model);
  expectAgrees(model, plainOptions());
}

// Every 3x3 convolution in Winograd's way: sizes that are whole tiles and that aren't,
// channels that are whole vectors and that aren't, and what may follow in the same loops.
class WinogradTest : public testing::TestWithParam<bool> {
protected:
  CompileOptions options() const {
    CompileOptions result = GetParam() ? plainOptions() : testOptions();
    result.rewrites.winograd = WinogradUse::Always;
    return result;
  }
};

TEST_P(WinogradTest, Sizes) {
  int64_t padding = 0;
  for (const char *size : {"8, 12", "7, 7", "5, 9", "3, 3", "6, 14"}) {
    ModelText model;
    for (int64_t channels : {1, 3, 8, 17}) {
      model.inputs.push_back(fmt::format("x{0}: f32[{0}, {1}]", channels, size));
      padding = (padding + 1) % 3;
      model.expressions.push_back(fmt::format("conv2d(x{}, {}, kernel: 3, padding: {}{})", channels,
                                              40 - 2 * channels - padding, padding,
                                              padding == 2 ? ", bias: false" : ""));
    }
    expectAgrees(model, options(), {1, 2, 7});
  }
}

TEST_P(WinogradTest, WhatFollowsIsApplied) {
  ModelText model{
      {"x: f32[8, 6, 7]", "r: f32[8, 6, 7]"},
      {"relu(conv2d(x, 8, kernel: 3, padding: 1) + r)", "r * conv2d(x, 8, kernel: 3, padding: 1)",
       "relu(batch_norm(conv2d(x, 5, kernel: 3)))", "batch_norm(relu(conv2d(x, 5, kernel: 3)))",
       "conv2d(relu(conv2d(x, 9, kernel: 3, padding: 1)), 2, kernel: 3, padding: 1)",
       "conv2d(pad(x, (0, 1, 2), after: (0, 0, 1)), 3, kernel: 3)",
       "conv2d(pad(x, (0, 1, 1), value: 2.0), 3, kernel: 3)",
       "conv2d(concat(x, r), 7, kernel: 3, padding: 1)", "flatten(conv2d(x, 3, kernel: 3))",
       "conv2d(x, 8, kernel: 3, padding: 1) + conv2d(r, 8, kernel: 3, padding: 1)",
       "residual(x, 8)", "concat(conv2d(x, 3, kernel: 3), conv2d(r, 5, kernel: 3))",
       "max_pool2d(conv2d(x, 17, kernel: 3, padding: 1), 2)"}};
  expectAgrees(model, options(), {1, 2, 7});
}

INSTANTIATE_TEST_SUITE_P(Processors, WinogradTest, testing::Bool());

TEST(PoolTest, Pools2d) {
  ModelText model{{"x: f32[3, 9, 8]", "y: f32[17, 6, 7]"}, {}};
  for (const char *name : {"x", "y"})
    for (const char *kernel : {"1", "2", "3", "(2, 3)", "5"})
      for (const char *stride : {"1", "2", "3", "(1, 2)"})
        for (int64_t padding : {0, 1}) {
          if (padding == 1 && kernel[0] == '1')
            continue;
          std::string settings =
              fmt::format("{}, {}, stride: {}, padding: {}", name, kernel, stride, padding);
          model.expressions.push_back(fmt::format("max_pool2d({})", settings));
          model.expressions.push_back(fmt::format("avg_pool2d({})", settings));
          if (padding == 1)
            model.expressions.push_back(
                fmt::format("avg_pool2d({}, count_include_pad: false)", settings));
        }
  expectAgrees(model);
}

TEST(PoolTest, Pools1d) {
  ModelText model{{"x: f32[5, 13]", "y: f32[8, 8]"}, {}};
  for (const char *name : {"x", "y"})
    for (int64_t kernel : {1, 2, 3, 4})
      for (int64_t stride : {1, 2, 3})
        for (int64_t padding : {int64_t(0), kernel / 2}) {
          std::string settings =
              fmt::format("{}, {}, stride: {}, padding: {}", name, kernel, stride, padding);
          model.expressions.push_back(fmt::format("max_pool1d({})", settings));
          model.expressions.push_back(fmt::format("avg_pool1d({})", settings));
          model.expressions.push_back(
              fmt::format("avg_pool1d({}, count_include_pad: false)", settings));
        }
  expectAgrees(model);
}

TEST(PoolTest, AdaptivePools) {
  ModelText model{{"x: f32[3, 9, 8]", "s: f32[5, 13]"}, {}};
  for (const char *kind : {"avg", "max"}) {
    for (const char *size : {"1", "2", "3", "4", "(9, 8)", "(3, 4)", "(2, 8)", "11"})
      model.expressions.push_back(fmt::format("adaptive_{}_pool2d(x, {})", kind, size));
    for (int64_t size : {1, 2, 5, 13, 16})
      model.expressions.push_back(fmt::format("adaptive_{}_pool1d(s, {})", kind, size));
    model.expressions.push_back(fmt::format("global_{}_pool(x)", kind));
    model.expressions.push_back(fmt::format("global_{}_pool(s)", kind));
  }
  expectAgrees(model);
}

// All that a padded window sees may be negative: the padding must not win.
TEST(PoolTest, PaddingIsNeverTheLargest) {
  ModelText model{{"x: f32[2, 5, 5]"},
                  {"max_pool2d(-abs(x) - 1, 3, stride: 1, padding: 1)",
                   "max_pool1d(-abs(reshape(x, 2, 25)) - 1, 2, padding: 1)"}};
  expectAgrees(model);
}

} // namespace
} // namespace weir::property
