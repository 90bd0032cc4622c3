//===- ReferenceConvTest.cpp - Convolutions and pooling in the reference ------===//
//
// First numbers that a person can check (weights are powers of ten, so that a result's
// digits are the elements that it saw), then the definition, written out once more as
// nested loops over every index, against many shapes in both layouts.
//
//===----------------------------------------------------------------------===//

#include "ReferenceTestSupport.h"
#include <algorithm>
#include <limits>

namespace weir::test {
namespace {

std::string join(const std::vector<int64_t> &list, const char *separator = ", ") {
  return fmt::format("{}", fmt::join(list, separator));
}

std::string typeOf(std::vector<int64_t> shape, bool batched) {
  if (!batched)
    return fmt::format("tensor<{}xf32>", join(shape, "x"));
  shape.erase(shape.begin());
  return fmt::format("tensor<?x{}xf32>", join(shape, "x"));
}

//===----------------------------------------------------------------------===//
// By hand
//===----------------------------------------------------------------------===//

TEST(ReferenceConv, OneAxisStrideAndPadding) {
  // Positions -1..1, 1..3, 3..5 of {1, 2, 3, 4, 5}.
  RefTensor r = evaluate(
      "%x: tensor<?x1x5xf32>, %w: tensor<1x1x3xf32>",
      "%r = weir.conv1d %x, %w {strides = array<i64: 2>, pad_low = array<i64: 1>, pad_high = "
      "array<i64: 1>, dilations = array<i64: 1>} : (tensor<?x1x5xf32>, tensor<1x1x3xf32>) -> "
      "tensor<?x1x3xf32>",
      "tensor<?x1x3xf32>", {counted({1, 1, 5}), {{1, 1, 3}, {100, 10, 1}}}, 1);
  expectTensor(r, {1, 1, 3}, {12, 234, 450});
}

TEST(ReferenceConv, OneAxisDilationGroupsAndBias) {
  // Two groups of one channel: {1..5} and {6..9, 0}; taps two apart.
  RefTensor x = {{1, 2, 5}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 0}};
  RefTensor r =
      evaluate("%x: tensor<?x2x5xf32>, %w: tensor<2x1x2xf32>, %b: tensor<2xf32>",
               "%r = weir.conv1d %x, %w bias %b {strides = array<i64: 1>, pad_low = array<i64: 0>, "
               "pad_high = array<i64: 0>, dilations = array<i64: 2>, groups = 2 : i64} : "
               "(tensor<?x2x5xf32>, tensor<2x1x2xf32>, tensor<2xf32>) -> tensor<?x2x3xf32>",
               "tensor<?x2x3xf32>", {x, {{2, 1, 2}, {10, 1, 1, 10}}, {{2}, {100, 200}}}, 1);
  expectTensor(r, {1, 2, 3}, {113, 124, 135, 286, 297, 208});
}

TEST(ReferenceConv, TwoAxes) {
  // 3x4 image, 2x3 kernel, stride 1 down and 2 across, one column of padding on the left.
  RefTensor x = {{1, 1, 3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3}};
  RefTensor r = evaluate(
      "%x: tensor<?x1x3x4xf32>, %w: tensor<1x1x2x3xf32>",
      "%r = weir.conv2d %x, %w {strides = array<i64: 1, 2>, pad_low = array<i64: 0, 1>, pad_high "
      "= array<i64: 0, 0>, dilations = array<i64: 1, 1>} : (tensor<?x1x3x4xf32>, "
      "tensor<1x1x2x3xf32>) -> tensor<?x1x2x2xf32>",
      "tensor<?x1x2x2xf32>", {x, {{1, 1, 2, 3}, {100000, 10000, 1000, 100, 10, 1}}}, 1);
  expectTensor(r, {1, 1, 2, 2}, {12056, 234678, 56091, 678123});
}

TEST(ReferenceConv, WindowsAndIm2col) {
  // [3, 3, 2] with kernel 2x2, stride 1, taps 1 down and 2 across: two patches.
  RefTensor x = counted({1, 3, 3, 2});
  std::string attributes = "{kernel = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = "
                           "array<i64: 1, 2>}";
  RefTensor r = evaluate("%x: tensor<?x3x3x2xf32>",
                         "%r = weir.windows %x " + attributes +
                             " : (tensor<?x3x3x2xf32>) -> tensor<?x2x1x2x2x2xf32>",
                         "tensor<?x2x1x2x2x2xf32>", {x}, 1);
  std::vector<double> expected = {1, 2, 5, 6, 7, 8, 11, 12, 7, 8, 11, 12, 13, 14, 17, 18};
  expectTensor(r, {1, 2, 1, 2, 2, 2}, expected);
  r = evaluate("%x: tensor<?x3x3x2xf32>",
               "%r = weir.im2col %x " + attributes +
                   " : (tensor<?x3x3x2xf32>) -> tensor<?x2x1x8xf32>",
               "tensor<?x2x1x8xf32>", {x}, 1);
  expectTensor(r, {1, 2, 1, 8}, expected);
}

TEST(ReferencePool, OneAxis) {
  auto pool = [](const std::string &name, const std::string &extra) {
    return evaluate("%x: tensor<?x1x4xf32>",
                    "%r = weir." + name +
                        " %x {kernel = array<i64: 3>, strides = array<i64: 2>, pad_low = "
                        "array<i64: 1>, pad_high = array<i64: 1>" +
                        extra + "} : (tensor<?x1x4xf32>) -> tensor<?x1x2xf32>",
                    "tensor<?x1x2xf32>", {{{1, 1, 4}, {-6, -3, -9, -12}}}, 1);
  };
  // Windows {pad, -6, -3} and {-3, -9, -12}: padding is no maximum.
  expectTensor(pool("max_pool1d", ""), {1, 1, 2}, {-3, -3});
  expectTensor(pool("avg_pool1d", ""), {1, 1, 2}, {-4.5, -8});
  expectTensor(pool("avg_pool1d", ", count_include_pad"), {1, 1, 2}, {-3, -8});
}

TEST(ReferencePool, TwoAxesChannelsLast) {
  // Channel 1 is channel 0 times -1; windows are the left and the right column pair.
  RefTensor x = {{1, 2, 3, 2}, {1, -1, 5, -5, 2, -2, 7, -7, 3, -3, 6, -6}};
  auto pool = [&](const std::string &name) {
    return evaluate("%x: tensor<?x2x3x2xf32>",
                    "%r = weir." + name +
                        " %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 1>, pad_low = "
                        "array<i64: 0, 0>, pad_high = array<i64: 0, 0>, layout = "
                        "#weir<layout channels_last>} : (tensor<?x2x3x2xf32>) -> "
                        "tensor<?x1x2x2xf32>",
                    "tensor<?x1x2x2xf32>", {x}, 1);
  };
  expectTensor(pool("max_pool2d"), {1, 1, 2, 2}, {7, -1, 6, -2});
  expectTensor(pool("avg_pool2d"), {1, 1, 2, 2}, {4, -4, 4, -4});
}

//===----------------------------------------------------------------------===//
// Against the definition
//===----------------------------------------------------------------------===//

struct ConvCase {
  int64_t batch, channels, height, width, outputs, groups;
  std::vector<int64_t> kernel, strides, low, high, dilations;
};

const ConvCase cases[] = {
    {1, 3, 7, 5, 4, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1}, {1, 1}},
    {3, 2, 9, 8, 3, 1, {3, 2}, {2, 3}, {0, 1}, {2, 0}, {1, 1}},
    {2, 4, 11, 10, 6, 2, {3, 3}, {2, 1}, {2, 2}, {1, 3}, {2, 3}},
    {3, 5, 6, 7, 5, 5, {3, 3}, {1, 2}, {1, 1}, {1, 1}, {1, 1}},
    {1, 6, 5, 5, 9, 3, {1, 1}, {2, 2}, {0, 0}, {0, 0}, {1, 1}},
    {2, 1, 3, 3, 2, 1, {5, 5}, {1, 1}, {4, 3}, {3, 4}, {1, 1}},
};

double at(const RefTensor &tensor, std::initializer_list<int64_t> index) {
  int64_t offset = 0;
  size_t axis = 0;
  for (int64_t i : index)
    offset = offset * tensor.shape[axis++] + i;
  return tensor.data[offset];
}

int64_t outSize(const ConvCase &c, int64_t size, int axis) {
  return (size + c.low[axis] + c.high[axis] - c.dilations[axis] * (c.kernel[axis] - 1) - 1) /
             c.strides[axis] +
         1;
}

RefTensor convByDefinition(const ConvCase &c, const RefTensor &x, const RefTensor &w,
                           const RefTensor &b) {
  RefTensor r{{c.batch, c.outputs, outSize(c, c.height, 0), outSize(c, c.width, 1)}, {}};
  int64_t perGroup = c.channels / c.groups;
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t o = 0; o < c.outputs; ++o)
      for (int64_t y = 0; y < r.shape[2]; ++y)
        for (int64_t p = 0; p < r.shape[3]; ++p) {
          double sum = b.data[o];
          for (int64_t k = 0; k < perGroup; ++k)
            for (int64_t i = 0; i < c.kernel[0]; ++i)
              for (int64_t j = 0; j < c.kernel[1]; ++j) {
                int64_t row = y * c.strides[0] + i * c.dilations[0] - c.low[0];
                int64_t column = p * c.strides[1] + j * c.dilations[1] - c.low[1];
                int64_t channel = o / (c.outputs / c.groups) * perGroup + k;
                if (row >= 0 && row < c.height && column >= 0 && column < c.width)
                  sum += at(x, {n, channel, row, column}) * at(w, {o, k, i, j});
              }
          r.data.push_back(sum);
        }
  return r;
}

// [batch, channels, height, width] to [batch, height, width, channels].
RefTensor channelsLast(const RefTensor &x) {
  RefTensor r{{x.shape[0], x.shape[2], x.shape[3], x.shape[1]}, {}};
  for (int64_t n = 0; n < x.shape[0]; ++n)
    for (int64_t i = 0; i < x.shape[2]; ++i)
      for (int64_t j = 0; j < x.shape[3]; ++j)
        for (int64_t c = 0; c < x.shape[1]; ++c)
          r.data.push_back(at(x, {n, c, i, j}));
  return r;
}

std::string spatial(const ConvCase &c) {
  return fmt::format("strides = array<i64: {}>, pad_low = array<i64: {}>, pad_high = array<i64: "
                     "{}>",
                     join(c.strides), join(c.low), join(c.high));
}

RefTensor runConv(const ConvCase &c, bool last, const RefTensor &x, const RefTensor &w,
                  const RefTensor &b, const std::vector<int64_t> &shape) {
  std::string types[] = {typeOf(x.shape, true), typeOf(w.shape, false), typeOf(b.shape, false),
                         typeOf(shape, true)};
  return evaluate(
      fmt::format("%x: {}, %w: {}, %b: {}", types[0], types[1], types[2]),
      fmt::format("%r = weir.conv2d %x, %w bias %b {{{}, dilations = array<i64: {}>, groups = {} : "
                  "i64, layout = #weir<layout {}>}} : ({}, {}, {}) -> {}",
                  spatial(c), join(c.dilations), c.groups,
                  last ? "channels_last" : "channels_first", types[0], types[1], types[2],
                  types[3]),
      types[3], {x, w, b}, c.batch);
}

TEST(ReferenceConv, AgreesWithTheDefinitionInBothLayouts) {
  for (const ConvCase &c : cases) {
    RefTensor x = scattered({c.batch, c.channels, c.height, c.width}, 1);
    RefTensor w = scattered({c.outputs, c.channels / c.groups, c.kernel[0], c.kernel[1]}, 2);
    RefTensor b = scattered({c.outputs}, 3);
    RefTensor expected = convByDefinition(c, x, w, b);
    RefTensor first = runConv(c, false, x, w, b, expected.shape);
    expectTensor(first, expected.shape, expected.data);
    RefTensor expectedLast = channelsLast(expected);
    RefTensor last = runConv(c, true, channelsLast(x), w, b, expectedLast.shape);
    expectTensor(last, expectedLast.shape, expectedLast.data);
  }
}

TEST(ReferenceConv, IsAProductOverWindows) {
  // What the rewrite makes of a convolution: windows of the image, times the weight as
  // [kernel height, kernel width, channels, outputs].
  ConvCase c = {2, 3, 8, 9, 5, 1, {3, 2}, {2, 1}, {0, 0}, {0, 0}, {1, 3}};
  RefTensor x = scattered({2, 3, 8, 9}, 1), w = scattered({5, 3, 3, 2}, 2);
  RefTensor zeros = counted({5}, 0.0, 0.0);
  RefTensor expected = channelsLast(convByDefinition(c, x, w, zeros));
  ASSERT_EQ(expected.shape, (std::vector<int64_t>{2, 3, 6, 5}));
  std::string body =
      "%m = weir.transpose %w {permutation = array<i64: 2, 3, 1, 0>} : (tensor<5x3x3x2xf32>) -> "
      "tensor<3x2x3x5xf32>\n"
      "%p = weir.windows %x {kernel = array<i64: 3, 2>, strides = array<i64: 2, 1>, dilations = "
      "array<i64: 1, 3>} : (tensor<?x8x9x3xf32>) -> tensor<?x3x6x3x2x3xf32>\n"
      "%r = weir.product %p, %m : (tensor<?x3x6x3x2x3xf32>, tensor<3x2x3x5xf32>) -> "
      "tensor<?x3x6x5xf32>";
  RefTensor r = evaluate("%x: tensor<?x8x9x3xf32>, %w: tensor<5x3x3x2xf32>", body,
                         "tensor<?x3x6x5xf32>", {channelsLast(x), w}, 2);
  expectTensor(r, expected.shape, expected.data);
}

TEST(ReferenceConv, UnbatchedAndOneAxisChannelsLast) {
  // An unbatched image, [length, channels]: channel 1 weighs ten times channel 0.
  RefTensor r = evaluate(
      "%x: tensor<3x2xf32>, %w: tensor<1x2x2xf32>",
      "%r = weir.conv1d %x, %w {strides = array<i64: 1>, pad_low = array<i64: 0>, pad_high = "
      "array<i64: 0>, dilations = array<i64: 1>, layout = #weir<layout channels_last>} : "
      "(tensor<3x2xf32>, tensor<1x2x2xf32>) -> tensor<2x1xf32>",
      "tensor<2x1xf32>", {counted({3, 2}), {{1, 2, 2}, {1, 100, 10, 1000}}}, 7);
  expectTensor(r, {2, 1}, {4321, 6543});
}

RefTensor poolByDefinition(const ConvCase &c, const std::string &kind, const RefTensor &x) {
  RefTensor r{{c.batch, c.channels, outSize(c, c.height, 0), outSize(c, c.width, 1)}, {}};
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t k = 0; k < c.channels; ++k)
      for (int64_t y = 0; y < r.shape[2]; ++y)
        for (int64_t p = 0; p < r.shape[3]; ++p) {
          std::vector<double> seen;
          for (int64_t row = y * c.strides[0] - c.low[0], i = 0; i < c.kernel[0]; ++i, ++row)
            for (int64_t column = p * c.strides[1] - c.low[1], j = 0; j < c.kernel[1];
                 ++j, ++column)
              if (row >= 0 && row < c.height && column >= 0 && column < c.width)
                seen.push_back(at(x, {n, k, row, column}));
          double sum = 0.0;
          for (double value : seen)
            sum += value;
          r.data.push_back(kind == "max"    ? *std::max_element(seen.begin(), seen.end())
                           : kind == "mean" ? sum / static_cast<double>(seen.size())
                                            : sum / static_cast<double>(c.kernel[0] * c.kernel[1]));
        }
  return r;
}

TEST(ReferencePool, AgreesWithTheDefinitionInBothLayouts) {
  const ConvCase pools[] = {
      {1, 3, 7, 5, 0, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1}, {1, 1}},
      {3, 2, 9, 8, 0, 1, {2, 3}, {1, 3}, {1, 0}, {0, 2}, {1, 1}},
  };
  for (const ConvCase &c : pools)
    for (std::string kind : {"max", "mean", "whole"})
      for (bool last : {false, true}) {
        RefTensor x = scattered({c.batch, c.channels, c.height, c.width}, 1);
        RefTensor expected = poolByDefinition(c, kind, x);
        if (last) {
          x = channelsLast(x);
          expected = channelsLast(expected);
        }
        std::string types[] = {typeOf(x.shape, true), typeOf(expected.shape, true)};
        RefTensor r =
            evaluate("%x: " + types[0],
                     fmt::format("%r = weir.{} %x {{kernel = array<i64: {}>, {}, layout = "
                                 "#weir<layout {}>{}}} : ({}) -> {}",
                                 kind == "max" ? "max_pool2d" : "avg_pool2d", join(c.kernel),
                                 spatial(c), last ? "channels_last" : "channels_first",
                                 kind == "whole" ? ", count_include_pad" : "", types[0], types[1]),
                     types[1], {x}, c.batch);
        expectTensor(r, expected.shape, expected.data);
      }
}

} // namespace
} // namespace weir::test
