//===- CostModelTest.cpp - what the estimates must agree with -------------------------===//

#include "weir/CodeGen/CostModel.h"

#include <gtest/gtest.h>

using namespace weir;

namespace {

constexpr VectorUnit kAvx2{8, 16, 512 * 1024}, kAvx512{16, 32, 1024 * 1024};

ConvolutionShape square(int64_t size, int64_t channels) {
  return {channels, channels, size, size, 3, 3, true};
}

TEST(CostModel, TilesFitTheRegisters) {
  for (const VectorUnit &unit : {kAvx2, kAvx512})
    for (int64_t rows : {1, 2, 7, 49, 196, 3136})
      for (int64_t width : {1, 8, 10, 64, 1000}) {
        ProductTiling tiling = chooseTiling({rows, 576, width}, unit);
        int64_t vectors = tiling.columns / tiling.lanes;
        EXPECT_GE(tiling.rows, 1);
        EXPECT_LE(tiling.rows * vectors + vectors + 1, unit.registers);
        EXPECT_EQ(tiling.rowBlock % tiling.rows, 0);
        EXPECT_GE(tiling.panelBlock, 1);
        EXPECT_LE(tiling.panelBlock, (width + tiling.columns - 1) / tiling.columns);
      }
}

TEST(CostModel, LanesHoldTheColumns) {
  EXPECT_EQ(lanesFor(1, 16), 4);
  EXPECT_EQ(lanesFor(5, 16), 8);
  EXPECT_EQ(lanesFor(8, 16), 8);
  EXPECT_EQ(lanesFor(9, 16), 16);
  EXPECT_EQ(lanesFor(100, 8), 8);
  EXPECT_EQ(lanesFor(3, 1), 1);
}

// Only where rows can come alone and one vector holds the columns.
TEST(CostModel, LoneRowsAreSeveralSums) {
  for (const VectorUnit &unit : {kAvx2, kAvx512}) {
    ProductTiling tiling = chooseTiling({1, 576, 5}, unit);
    EXPECT_EQ(tiling.sums, 4);
    EXPECT_LE(tiling.rows * tiling.sums + 2, unit.registers);
    EXPECT_EQ(chooseTiling({4, 576, 5}, unit).sums, 1);
    EXPECT_EQ(chooseTiling({1, 576, 40}, unit).sums, 1);
    EXPECT_EQ(chooseTiling({1, 8, 5}, unit).sums, 1);
  }
}

TEST(CostModel, HeightFitsTheRows) {
  EXPECT_EQ(chooseTiling({49, 576, 64}, kAvx2).rows, 5);
  EXPECT_EQ(chooseTiling({196, 576, 64}, kAvx2).rows, 6);
}

// Groups that leave nothing to repeat, if they are nearly as good otherwise, and fill no more than
// a vector.
TEST(CostModel, HeightDividesRowsThatGoAcross) {
  auto rowsOf = [](int64_t rows, bool across, const VectorUnit &unit) {
    ProductShape shape{rows, 147, 64};
    shape.across = across;
    return chooseTiling(shape, unit).rows;
  };
  EXPECT_EQ(rowsOf(112 * 112, false, kAvx512), 10);
  EXPECT_EQ(rowsOf(112 * 112, true, kAvx512), 8);
  EXPECT_EQ(rowsOf(11 * 13, true, kAvx512), rowsOf(11 * 13, false, kAvx512)); // nothing divides it
  for (int64_t rows : {1, 7, 49, 112 * 112})
    EXPECT_EQ(rowsOf(rows, true, kAvx2), rowsOf(rows, false, kAvx2));
  EXPECT_TRUE(storingAcrossPays(49, 7, 16));
  EXPECT_FALSE(storingAcrossPays(49, 8, 16));
  EXPECT_FALSE(storingAcrossPays(48, 6, 8));
  EXPECT_FALSE(storingAcrossPays(34, 17, 16));
  EXPECT_FALSE(storingAcrossPays(34, 1, 16));
}

TEST(CostModel, HalvedWeightsPayWhereMemoryIsRead) {
  constexpr VectorUnit sse{4, 16, 512 * 1024};
  auto pay = [](const ProductShape &shape, const VectorUnit &unit) {
    return halvedWeightsPay(shape, chooseTiling(shape, unit), unit);
  };
  // 64 KiB for a row.
  EXPECT_TRUE(pay({1, 128, 128}, kAvx2));
  EXPECT_FALSE(pay({1, 127, 128}, kAvx2));
  EXPECT_FALSE(pay({2, 128, 128}, kAvx2));
  EXPECT_FALSE(pay({1, 128, 128}, sse));
  // More than the second-level cache for four.
  EXPECT_TRUE(pay({4, 513, 256}, kAvx2));
  EXPECT_TRUE(pay({4, 513, 256}, sse));
  EXPECT_FALSE(pay({4, 512, 256}, kAvx2));
  EXPECT_FALSE(pay({4, 513, 256}, kAvx512));
  EXPECT_FALSE(pay({5, 4096, 4096}, kAvx2));
  // A panel of one vector.
  EXPECT_FALSE(pay({1, 100'000, 8}, kAvx2));
}

TEST(CostModel, RowsOfPagesFitTheFirstCache) {
  EXPECT_EQ(chooseTiling({1, 1000, 64}, kAvx512).rows, 10);
  EXPECT_EQ(chooseTiling({1, 1024, 64}, kAvx512).rows, 8);
  EXPECT_EQ(chooseTiling({1, 1024, 64}, kAvx2).rows, 6);
  // Not how long rows are counts, but how far apart they lie: 3x3 windows of 512 channels,
  // two pixels further on each, and one.
  EXPECT_EQ(chooseTiling({1, 4608, 64, 1024}, kAvx512).rows, 8);
  EXPECT_EQ(chooseTiling({1, 4608, 64, 512}, kAvx512).rows, 10);
  EXPECT_EQ(chooseTiling({1, 1024, 64, 1000}, kAvx512).rows, 10);
}

// The slice, of those up to 64, that costs least.
static int64_t bestSlice(const SliceTraffic &traffic, const CacheSizes &caches) {
  int64_t best = 1;
  for (int64_t examples = 2; examples <= 64; ++examples)
    if (sliceCost(traffic, examples, caches) < sliceCost(traffic, best, caches))
      best = examples;
  return best;
}

TEST(CostModel, SlicesFitACacheUnlessWeightsAreLarge) {
  constexpr CacheSizes caches{1024 * 1024};
  constexpr double mega = 1e6;
  // 5 MB of buffers: two examples wouldn't fit the last-level cache.
  EXPECT_EQ(bestSlice({24, 35 * mega, 5 * mega, 2 * mega, true}, caches), 1);
  // Weights that are read again for each slice from memory make slices larger.
  EXPECT_GT(bestSlice({24, 9 * mega, 1.4 * mega, 30 * mega, true}, caches), 3);
  EXPECT_GT(bestSlice({24, 9 * mega, 1.4 * mega, 300 * mega, true}, caches),
            bestSlice({24, 9 * mega, 1.4 * mega, 30 * mega, true}, caches));
  // Small buffers are no reason to stop.
  EXPECT_EQ(bestSlice({4, 1000, 1000, 1000, false}, caches), 64);
  EXPECT_EQ(bestSlice({4, 0, 0, 1000, false}, caches), 64);
}

TEST(CostModel, NoProductCostsLessThanItMultiplies) {
  for (int64_t batch : {1, 3, 64})
    for (int64_t rows : {1, 5, 49, 784})
      for (int64_t width : {3, 16, 100}) {
        ProductShape shape{rows, 72, width};
        ProductTiling tiling = chooseTiling(shape, kAvx2);
        EXPECT_GE(productCost(shape, tiling, batch), double(batch * rows * 72 * width));
      }
}

TEST(CostModel, RowsThatOverlapShareTheirBlock) {
  // 49 windows of 4608 elements, of which most are those of other windows.
  VectorUnit unit{16, 32, 1 << 20};
  EXPECT_EQ(chooseTiling({49, 4608, 64, 4096, 16 * 16 * 512 / 49}, unit).rowBlock, 49);
  EXPECT_EQ(chooseTiling({49, 4608, 64, 4096}, unit).rowBlock, 28);
}

TEST(CostModel, LargeMatricesAreReadForMoreRowsAtATime) {
  VectorUnit unit{16, 32, 1 << 20};
  EXPECT_EQ(chooseTiling({1, 2048, 512}, unit).rowBlock, 64);
  EXPECT_EQ(chooseTiling({1, 2048, 2048}, unit).rowBlock, 256);
}

TEST(CostModel, SkippingMustSaveMoreThanItCosts) {
  ProductShape shape{49, 4608, 512};
  ProductTiling tiling = chooseTiling(shape, kAvx2);
  EXPECT_TRUE(skippingPays(0.05, shape, tiling));
  EXPECT_FALSE(skippingPays(0, shape, tiling));
  shape.depth = 25;
  EXPECT_FALSE(skippingPays(0.05, shape, tiling));
}

TEST(CostModel, MoreIsNeverCheaper) {
  ProductShape shape{49, 288, 64};
  ProductTiling tiling = chooseTiling(shape, kAvx2);
  double cost = productCost(shape, tiling, 2);
  EXPECT_GT(productCost(shape, tiling, 3), cost);
  EXPECT_GT(productCost({60, 288, 64}, tiling, 2), cost);
  EXPECT_GT(productCost({49, 289, 64}, tiling, 2), cost);
  EXPECT_GT(productCost({49, 288, 65}, tiling, 2), cost);
  // A batch of one row: each row more costs more, or as much where a rest is filled up.
  ProductShape line{1, 100, 50};
  ProductTiling lines = chooseTiling(line, kAvx2);
  for (int64_t batch = 1; batch < 20; ++batch)
    EXPECT_LE(productCost(line, lines, batch), productCost(line, lines, batch + 1)) << batch;

  for (ConvolutionForm form : {ConvolutionForm::Windows, ConvolutionForm::Im2col,
                               ConvolutionForm::Winograd2, ConvolutionForm::Winograd4}) {
    double base = convolutionCost(form, square(28, 64));
    EXPECT_GT(convolutionCost(form, square(36, 64)), base);
    EXPECT_GT(convolutionCost(form, square(28, 65)), base);
  }
}

TEST(CostModel, FetchesWhatDoesNotStay) {
  ProductTiling tiling = chooseTiling({128, 512, 784}, kAvx2);
  EXPECT_EQ(tiling.columns, 16);
  // 128 lines of 64 bytes stay in a quarter of 32 KiB.
  EXPECT_EQ(stepsToFetch(128, 784, tiling), 0);
  EXPECT_EQ(stepsToFetch(129, 784, tiling), 16);
  // Neighbours share lines.
  EXPECT_EQ(stepsToFetch(4096, 15, tiling), 0);
  // 49 lines apart: any set of the cache. 4 KiB apart: one of them, with eight lines; 2 KiB: two.
  EXPECT_EQ(stepsToFetch(512, 49 * 16, tiling), 16);
  EXPECT_EQ(stepsToFetch(512, 1024, tiling), 4);
  EXPECT_EQ(stepsToFetch(512, 3072, tiling), 4);
  EXPECT_EQ(stepsToFetch(512, 512, tiling), 8);
  EXPECT_FALSE(fetchingResultsPays(kAvx2.cacheBytes, kAvx2));
  EXPECT_TRUE(fetchingResultsPays(kAvx2.cacheBytes + 4, kAvx2));
}

TEST(CostModel, ChoosesTheCheapestForm) {
  // Few channels: transforms cost more than the products that they save.
  EXPECT_EQ(chooseForm(square(56, 3)), ConvolutionForm::Windows);
  EXPECT_EQ(chooseForm(square(56, 8)), ConvolutionForm::Winograd4);
  EXPECT_EQ(chooseForm(square(56, 128)), ConvolutionForm::Winograd4);
  // Eight examples share what it costs to fetch the larger weights.
  ConvolutionShape small = square(7, 512);
  EXPECT_EQ(chooseForm(small), ConvolutionForm::Winograd2);
  small.examples = 8;
  EXPECT_EQ(chooseForm(small), ConvolutionForm::Winograd4);
  // Others' kernels, strides and dilations.
  ConvolutionShape strided = square(56, 128), large = square(56, 128);
  strided.dense = false;
  large.kernelHeight = large.kernelWidth = 5;
  for (const ConvolutionShape &shape : {strided, large}) {
    EXPECT_FALSE(applies(ConvolutionForm::Winograd2, shape));
    EXPECT_FALSE(applies(ConvolutionForm::Winograd4, shape));
    EXPECT_TRUE(applies(ConvolutionForm::Im2col, shape));
    EXPECT_EQ(chooseForm(shape), ConvolutionForm::Windows);
  }
  for (int64_t size : {7, 14, 28, 56})
    for (int64_t channels : {1, 16, 64, 256}) {
      ConvolutionShape shape = square(size, channels);
      double windows = convolutionCost(ConvolutionForm::Windows, shape);
      ConvolutionForm chosen = chooseForm(shape);
      EXPECT_LE(convolutionCost(chosen, shape), windows);
      EXPECT_GT(convolutionCost(ConvolutionForm::Im2col, shape), windows);
    }
}

TEST(CostModel, ThreadsDivideWhatIsWorthTheirMeeting) {
  // So many examples as the work needs.
  EXPECT_EQ(examplesToDivide(1000, 0, 200'000), 200);
  EXPECT_EQ(examplesToDivide(999, 0, 200'000), 201);
  EXPECT_EQ(examplesToDivide(0, 0, 200'000), 200'000);
  // One, if it sends little: a linear layer of 256 x 1000, but no convolution of as much work.
  EXPECT_EQ(examplesToDivide(256'000, 4 * 1256, 200'000), 1);
  EXPECT_EQ(examplesToDivide(256'000, 100'000, 200'000), 2);
  EXPECT_EQ(examplesToDivide(399'999, 100'000, 200'000), 2);
  EXPECT_EQ(examplesToDivide(400'000, 100'000, 200'000), 1);
  // Where more than one are needed anyway, each processor has its own.
  EXPECT_EQ(examplesToDivide(100'000, 100'000, 200'000), 2);
  // None: everything is handed on.
  EXPECT_EQ(examplesToDivide(1, 100, 0), 0);
}

TEST(CostModel, TheSlowerOfArithmeticAndMemoryBinds) {
  MachineRates rates{1e9, 1e10, 1e9};
  Estimate busy = estimateTime(1e6, 1e3, 0, rates);
  EXPECT_FALSE(busy.memoryBinds());
  EXPECT_DOUBLE_EQ(busy.seconds(), 1e-3);
  Estimate starved = estimateTime(1e6, 1e4, 1e7, rates);
  EXPECT_TRUE(starved.memoryBinds());
  EXPECT_DOUBLE_EQ(starved.seconds(), 1e-6 + 1e-2);
  EXPECT_GT(loopCost(100, true), loopCost(100, false));
}

} // namespace
