//===- TuningTest.cpp - what is tried beside estimates, and what wins ------------------===//

#include "weir/CodeGen/Tuning.h"

#include <gtest/gtest.h>

using namespace weir;

namespace {

constexpr VectorUnit kAvx2{8, 16, 512 * 1024}, kAvx512{16, 32, 1024 * 1024};

//===----------------------------------------------------------------------===//
// Choosing
//===----------------------------------------------------------------------===//

TEST(Tuning, ACandidateMustBeAheadByTheMargin) {
  auto taken = [](double seconds) {
    return chooseCandidates({{"a", {0, 1}, {100, seconds}}}, 0.03).front().taken;
  };
  EXPECT_EQ(taken(98), 0u);
  EXPECT_EQ(taken(97), 0u);
  EXPECT_EQ(taken(96.9), 1u);
  EXPECT_EQ(taken(150), 0u);
}

TEST(Tuning, TheFastestWinsAndOfEqualOnesTheFirst) {
  EXPECT_EQ(chooseCandidates({{"a", {0, 1, 2, 3}, {10, 8, 7, 9}}}, 0.03).front().taken, 2u);
  EXPECT_EQ(chooseCandidates({{"a", {0, 1, 2, 3}, {10, 9, 7, 7}}}, 0.03).front().taken, 2u);
  EXPECT_EQ(chooseCandidates({{"a", {0, 1, 2}, {10, 10, 10}}}, 0.03).front().taken, 0u);
}

// One layer gains what two others of its shape lose.
TEST(Tuning, EqualLayersShareAnAnswer) {
  auto shapes = chooseCandidates({{"a", {0, 1}, {10, 8}},
                                  {"b", {0, 1}, {10, 8}},
                                  {"a", {0, 1}, {10, 11}},
                                  {"a", {0, 1}, {10, 11}}},
                                 0.03);
  ASSERT_EQ(shapes.size(), 2u);
  EXPECT_EQ(shapes[0].shape, "a");
  EXPECT_EQ(shapes[0].layers, 3);
  EXPECT_EQ(shapes[0].taken, 0u);
  EXPECT_DOUBLE_EQ(shapes[0].seconds[0], 30);
  EXPECT_DOUBLE_EQ(shapes[0].seconds[1], 30);
  EXPECT_EQ(shapes[1].layers, 1);
  EXPECT_EQ(shapes[1].taken, 1u);
}

// A layer of few candidates has its default in several variants. Its times there say how
// much noise there is.
TEST(Tuning, WhatWasMeasuredTwiceCountsOnce) {
  auto shapes = chooseCandidates({{"a", {0, 1, 0}, {10, 9, 9.1}}}, 0.03);
  EXPECT_EQ(shapes.front().seconds, (std::vector<double>{9.1, 9}));
  EXPECT_EQ(shapes.front().taken, 0u);
  EXPECT_TRUE(chooseCandidates({}, 0.03).empty());
}

// Both the median and most of the turns must say so.
TEST(Tuning, WholesAreComparedTurnByTurn) {
  const std::vector<double> defaults = {10, 12, 10, 12, 10, 12, 10, 12};
  auto scaled = [&](double factor, size_t turns) {
    std::vector<double> seconds = defaults;
    for (size_t i = 0; i < turns; ++i)
      seconds[i] *= factor;
    return seconds;
  };
  EXPECT_TRUE(isFaster(scaled(0.98, 8), defaults, 0.01));
  EXPECT_FALSE(isFaster(scaled(0.995, 8), defaults, 0.01));
  EXPECT_TRUE(isFaster({9, 9, 9, 9, 9, 9, 11, 13}, defaults, 0.01));
  EXPECT_FALSE(isFaster({9, 9, 9, 9, 9, 13, 11, 13}, defaults, 0.01));
  EXPECT_FALSE(isFaster(defaults, defaults, 0.01));
  EXPECT_EQ(medianOf({3, 1, 2}), 2);
}

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

bool sameTile(const ProductTiling &a, const ProductTiling &b) {
  return a.rows == b.rows && a.columns == b.columns;
}

TEST(Tuning, TilesFitTheRegistersAndDiffer) {
  for (const VectorUnit &unit : {kAvx2, kAvx512})
    for (int64_t rows : {1, 2, 7, 49, 196, 3136})
      for (int64_t width : {1, 8, 10, 64, 100, 1000})
        for (int64_t batch : {1, 8}) {
          ProductShape shape{rows, 576, width};
          ProductTiling chosen = chooseTiling(shape, unit);
          auto tiles = tileCandidates({shape, 1, batch}, chosen, unit, false);
          EXPECT_LE(tiles.size(), 3u);
          for (size_t i = 0; i < tiles.size(); ++i) {
            const ProductTiling &tile = tiles[i];
            int64_t vectors = tile.columns / tile.lanes;
            EXPECT_LE(tile.rows * vectors * tile.sums + vectors + 1, unit.registers);
            EXPECT_EQ(tile.columns % tile.lanes, 0);
            EXPECT_GE(tile.rowBlock, tile.rows);
            EXPECT_GE(tile.panelBlock, 1);
            EXPECT_LE(tile.panelBlock, (width + tile.columns - 1) / tile.columns);
            // The order in which a result is summed up stays.
            EXPECT_EQ(tile.sums, chosen.sums);
            EXPECT_EQ(tile.lanes, chosen.lanes);
            EXPECT_FALSE(sameTile(tile, chosen));
            for (size_t j = 0; j < i; ++j)
              EXPECT_FALSE(sameTile(tile, tiles[j]));
          }
        }
}

// Five rows that come together are a group of their own, or else cost as much as eight.
TEST(Tuning, TilesFitTheBatch) {
  ProductShape shape{1, 576, 1000};
  for (int64_t batch : {5, 6, 7}) {
    auto tiles = tileCandidates({shape, 1, batch}, chooseTiling(shape, kAvx512), kAvx512, false);
    EXPECT_TRUE(std::any_of(tiles.begin(), tiles.end(), [&](const ProductTiling &tile) {
      return tile.rows == batch && tile.columns > 2 * tile.lanes;
    })) << batch;
  }
}

TEST(Tuning, PairsOfVectorsStayPairs) {
  ProductShape shape{1, 1024, 1024};
  ProductTiling chosen = chooseTiling(shape, kAvx2);
  auto tiles = tileCandidates({shape, 1, 8}, chosen, kAvx2, true);
  EXPECT_FALSE(tiles.empty());
  for (const ProductTiling &tile : tiles)
    EXPECT_EQ(tile.columns, chosen.columns);
}

TEST(Tuning, BlocksKeepTheTileAndWorkForThreads) {
  for (int64_t rows : {1, 49, 196, 3136})
    for (int64_t width : {10, 64, 2048})
      for (int64_t depth : {64, 4608}) {
        ProductCall call{{rows, depth, width}, 1, 8};
        ProductTiling chosen = chooseTiling(call.shape, kAvx512);
        auto units = [&](const ProductTiling &tiling) {
          int64_t panels = (width + tiling.columns - 1) / tiling.columns;
          int64_t block = std::max(tiling.rowBlock, 2 * tiling.rows);
          return (rows * call.batch + block - 1) / block *
                 ((panels + tiling.panelBlock - 1) / tiling.panelBlock);
        };
        auto blocks = blockCandidates(call, chosen);
        EXPECT_LE(blocks.size(), 3u);
        for (const ProductTiling &block : blocks) {
          EXPECT_TRUE(sameTile(block, chosen));
          EXPECT_NE(block.rowBlock, chosen.rowBlock);
          EXPECT_GE(block.rowBlock, block.rows);
          EXPECT_GE(units(block), std::min<int64_t>(units(chosen), 8));
        }
      }
}

// A weight that is read again for each block of rows: all rows at once are worth a try.
TEST(Tuning, DeepSumsTryAllRowsAtOnce) {
  ProductCall call{{49, 4608, 512}, 1, 8};
  ProductTiling chosen = chooseTiling(call.shape, kAvx512);
  ASSERT_LT(chosen.rowBlock, 392);
  auto blocks = blockCandidates(call, chosen);
  ASSERT_FALSE(blocks.empty());
  EXPECT_GE(blocks.back().rowBlock, 392);
}

// Where there are no rows to divide, there is nothing to try.
TEST(Tuning, OneRowHasOneBlock) {
  ProductCall call{{1, 1024, 1024}, 1, 1};
  EXPECT_TRUE(blockCandidates(call, chooseTiling(call.shape, kAvx2)).empty());
}

} // namespace
