//===- CostModel.cpp - what computing something costs, before it is computed ----------===//

#include "weir/CodeGen/CostModel.h"

#include "Rounding.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numeric>

using namespace weir;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

// A step of a group of rows costs a multiply-add per vector and row, and half of one more.
static int64_t stepCost(int64_t height, int64_t vectors) { return 2 * height * vectors + 1; }

bool weir::storingAcrossPays(int64_t rows, int64_t height, int64_t lanes) {
  // With vectors of eight, groups are of six rows at most: as 7x7 to 112x112 rows they take 2 to
  // 12% longer so, and 3 to 10% less with sixteen (Zen 5, AVX2 and AVX-512).
  constexpr int64_t fewest = 16;
  return lanes >= fewest && height > 1 && rows % height == 0 &&
         std::bit_ceil(uint64_t(height)) <= uint64_t(lanes);
}

// A last group that isn't full repeats rows of the one before it. Where an example has
// few groups, a smaller height may leave less to repeat: 49 rows are nine groups of six
// but ten of five. To be stored across is worth a thirtieth more steps: 112 x 112 rows are groups
// of eight then, not of ten.
static int64_t fittingHeight(const ProductShape &shape, int64_t tallest, int64_t vectors,
                             int64_t lanes) {
  int64_t best = tallest;
  auto cost = [&](int64_t height) {
    int64_t steps = divideUp(shape.rows, height) * stepCost(height, vectors);
    bool ownKernel = shape.across && !storingAcrossPays(shape.rows, height, lanes);
    return ownKernel ? steps + steps / 30 : steps;
  };
  if (shape.rows > tallest)
    for (int64_t height = tallest - 1; height > tallest / 2; --height)
      if (cost(height) < cost(best))
        best = height;
  return best;
}

int64_t weir::lanesFor(int64_t columns, int64_t most) {
  constexpr int64_t least = 4;
  while (most > least && most / 2 >= columns)
    most /= 2;
  return most;
}

ProductTiling weir::chooseTiling(const ProductShape &shape, const VectorUnit &unit) {
  ProductTiling tiling;
  tiling.lanes = lanesFor(shape.width, unit.lanes);
  // Two vectors side by side, unless one holds all columns; as many rows as leave
  // registers for one row of the panel and one element of the rows.
  int64_t vectors = shape.width > tiling.lanes ? 2 : 1;
  tiling.columns = vectors * tiling.lanes;
  int64_t rows = std::max<int64_t>((unit.registers - vectors - 1) / vectors, 1);
  // More rows than this gain nothing and cost address registers. With 32 registers LLVM
  // reads the elements of all rows before it multiplies: there must be room for them, or
  // sums are spilled in every step.
  rows = std::min<int64_t>(rows, unit.registers > 16 ? 10 : 6);
  // Rows that lie a multiple of 4 KiB apart meet in one set of the first-level cache, which
  // has room for eight.
  if ((shape.rowStep != 0 ? shape.rowStep : shape.depth) * 4 % 4096 == 0)
    rows = std::min<int64_t>(rows, 8);
  // A row alone with one vector is one sum, each step of which waits for the one before. In
  // groups of more rows there must be as many sums for each, or bits would depend on the
  // batch.
  if (vectors == 1 && shape.rows == 1 && shape.depth >= 16) {
    tiling.sums = 4;
    rows = std::max<int64_t>(rows / 2, 1);
  }
  rows = fittingHeight(shape, rows, vectors, tiling.lanes);
  tiling.rows = rows;

  // The rows of a block fit half of the second-level cache. For each block a matrix that is much
  // larger than that cache comes from beyond it once: then four times as many rows, which come
  // from there for each panel, but in little of the panel's time.
  int64_t matrixBytes = shape.depth * shape.width * 4;
  int64_t blockBytes =
      matrixBytes > 4 * unit.cacheBytes ? 2 * unit.cacheBytes : unit.cacheBytes / 2;
  int64_t rowShare = shape.rowShare != 0 ? shape.rowShare : shape.depth;
  int64_t rowBlock = std::max<int64_t>(blockBytes / (rowShare * 4), rows);
  rowBlock = std::min<int64_t>(roundUp(rowBlock, rows), 64 * rows);
  // A result whose rows are many per example is split between threads by rows, and so
  // is one whose matrix stays in the cache: a few groups of rows are a unit. Of a large
  // matrix each unit reads its own part.
  int64_t panels = divideUp(shape.width, tiling.columns);
  int64_t panelBlock = panels;
  if (shape.rows < 2 * rowBlock) {
    if (matrixBytes <= unit.cacheBytes / 2)
      rowBlock = std::min(rowBlock, 4 * rows);
    else
      panelBlock = std::min(
          roundUp(std::max<int64_t>(panels / 8, 1), std::max<int64_t>(64 / tiling.columns, 1)),
          panels);
  }
  tiling.rowBlock = rowBlock;
  tiling.panelBlock = panelBlock;
  return tiling;
}

double weir::productCost(const ProductShape &shape, const ProductTiling &tiling, int64_t batch) {
  int64_t rows = shape.rows * batch;
  int64_t groups = rows / tiling.rows, rest = rows % tiling.rows;
  // A rest is a full group that repeats rows, or, where an example has fewer rows than a
  // group, the smallest group of one, two, four or eight rows that holds it.
  if (rest > 0 && shape.rows >= tiling.rows)
    rest = tiling.rows;
  else if (rest > 0)
    rest = std::min(int64_t(std::bit_ceil(uint64_t(rest))), tiling.rows);
  // What a panel of so many lanes costs in one step of all groups.
  auto steps = [&](int64_t lanes) {
    double panel = 0.5 * double(tiling.lanes);
    double cost = double(groups) * (double(tiling.rows * lanes) + panel);
    return rest > 0 ? cost + double(rest * lanes) + panel : cost;
  };
  // Addresses, the epilogue and stores take as long as eight steps (measured, AVX2).
  double depth = double(shape.depth) + 8;
  int64_t panels = shape.width / tiling.columns, narrow = 0;
  for (int64_t left = shape.width % tiling.columns; left > 0; left -= tiling.lanes)
    narrow += lanesFor(left, tiling.lanes);
  return depth * (double(panels) * steps(tiling.columns) + (narrow > 0 ? steps(narrow) : 0));
}

bool weir::halvedWeightsPay(const ProductShape &shape, const ProductTiling &tiling,
                            const VectorUnit &unit) {
  // Panels of one vector have no pairs.
  if (tiling.columns != 2 * tiling.lanes)
    return false;
  // Measured. Of one row per example, what no first-level cache holds is read up to twice
  // as fast, but with vectors of four lanes widening takes as long as reading; what the
  // second-level cache doesn't hold is read faster even for a group of four rows.
  constexpr int64_t firstLevel = 64 * 1024;
  int64_t bytes = shape.depth * shape.width * 4;
  return (shape.rows == 1 && bytes >= firstLevel && unit.lanes >= 8) ||
         (shape.rows <= 4 && bytes > unit.cacheBytes);
}

bool weir::fetchingPanelsPays(int64_t bytes, const VectorUnit &unit) {
  return bytes > unit.cacheBytes / 2;
}

int64_t weir::stepsToFetch(int64_t depth, int64_t matrixStep, const ProductTiling &tiling) {
  // A first-level cache of eight lines in each of 64 sets. A quarter of it always holds a panel:
  // lines 256 bytes apart, or any multiple, meet in a quarter of the sets.
  constexpr int64_t sets = 64, ways = 8, line = 16, stays = sets * ways * line / 4;
  if (matrixStep < line || depth * std::max(tiling.columns, line) <= stays)
    return 0;
  // What was fetched and not used yet takes half of the lines where it can be.
  int64_t linesApart = matrixStep / line;
  int64_t meetingSets = matrixStep % line == 0 ? sets / std::gcd(linesApart, sets) : sets;
  return std::min<int64_t>(16, meetingSets * ways / 2);
}

bool weir::fetchingResultsPays(int64_t bytes, const VectorUnit &unit) {
  return bytes > unit.cacheBytes;
}

// What a group's sum saves, in multiply-adds of vectors.
static double savedBySkipping(double share, const ProductShape &shape,
                              const ProductTiling &tiling) {
  double vectors = double(tiling.rows * tiling.columns) / double(tiling.lanes);
  return share * double(shape.depth) * vectors;
}

bool weir::skippingPays(double share, const ProductShape &shape, const ProductTiling &tiling) {
  // A guess: divisions by constants, and twice as much for a loop whose bounds aren't known.
  constexpr double cost = 120;
  return savedBySkipping(share, shape, tiling) > cost;
}

bool weir::skippingColumnsPays(double share, const ProductShape &shape,
                               const ProductTiling &tiling) {
  // More and shorter loops. Measured (AVX-512): 192 saved made no difference, 768 made one.
  constexpr double cost = 400;
  return savedBySkipping(share, shape, tiling) > cost;
}

// An id that comes up a second time saves three products of the row, in the forward pass and for
// the two gradients; every id pays for its results' way to the example and their gradient's way
// back. Measured with two tables of skewed ids: see docs/autodiff.md.
bool weir::shareRowsPays(int64_t length, int64_t outputs) {
  constexpr int64_t shortest = 32, fewest = 32;
  return length >= shortest && outputs >= fewest;
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

static int64_t tileOf(ConvolutionForm form) {
  return form == ConvolutionForm::Winograd2 ? 2 : form == ConvolutionForm::Winograd4 ? 4 : 0;
}

bool weir::applies(ConvolutionForm form, const ConvolutionShape &shape) {
  return tileOf(form) == 0 || (shape.dense && shape.kernelHeight == 3 && shape.kernelWidth == 3);
}

double weir::convolutionCost(ConvolutionForm form, const ConvolutionShape &shape) {
  assert(applies(form, shape));
  // Measured, with AVX2: an element of a transformed tile (half of it with AVX-512), and one
  // of the weight, from memory or, where it is small enough to stay, from a cache. A guess: an
  // element of a copied patch. No form is chosen by it.
  constexpr double perElement = 6, perCopy = 40, fromMemory = 6.5, fromCache = 0.5;
  constexpr double staysInCache = 2 << 20;
  double weight = double(shape.channels) * double(shape.outputs);
  double pixels = double(shape.height) * double(shape.width);
  double kernel = double(shape.kernelHeight) * double(shape.kernelWidth);
  auto fetch = [&](double elements) {
    return elements * (4 * elements > staysInCache ? fromMemory : fromCache) /
           double(shape.examples);
  };
  double direct = kernel * weight * pixels + fetch(kernel * weight);
  if (form == ConvolutionForm::Windows)
    return direct;
  if (form == ConvolutionForm::Im2col)
    return direct + perCopy * kernel * pixels * double(shape.channels);
  int64_t tile = tileOf(form);
  double tiles = double(divideUp(shape.height, tile)) * double(divideUp(shape.width, tile));
  double positions = double((tile + 2) * (tile + 2));
  // Three channels take as many vectors as eight.
  double elements = double(roundUp(shape.channels, 8) + roundUp(shape.outputs, 8));
  return positions * tiles * (weight + perElement * elements) + fetch(positions * weight);
}

ConvolutionForm weir::chooseForm(const ConvolutionShape &shape) {
  ConvolutionForm best = ConvolutionForm::Windows;
  double least = 0.8 * convolutionCost(best, shape);
  for (ConvolutionForm form : {ConvolutionForm::Winograd2, ConvolutionForm::Winograd4})
    if (applies(form, shape))
      if (double cost = convolutionCost(form, shape); cost < least) {
        least = cost;
        best = form;
      }
  return best;
}

//===----------------------------------------------------------------------===//
// Slices of a batch
//===----------------------------------------------------------------------===//

bool weir::rowByRowPays(int64_t elements) {
  // softmax and layer_norm for 64 examples (AVX-512): 250 elements take up to 8% longer and 100 up
  // to 20%, 512 a twentieth to a quarter less.
  return elements >= 384;
}

int64_t weir::examplesToDivide(int64_t work, int64_t bytes, int64_t parallelWork) {
  // The examples of a batch are divided the same way in every kernel, so that each processor
  // finds what it wrote before. Processors with no cache in common send 7 GB/s (two cores of an
  // EPYC with AVX-512): half of the bytes takes as long as four operations for each.
  int64_t examples = divideUp(parallelWork, std::max<int64_t>(work, 1));
  bool sendsMuch = 8 * bytes > work && work < 2 * parallelWork;
  return examples == 1 && sendsMuch ? 2 : examples;
}

double weir::sliceCost(const SliceTraffic &traffic, int64_t examples, const CacheSizes &caches) {
  // In bytes read from the last-level cache, most of which is hidden behind arithmetic: LeNet
  // loses as if 300 GB/s came from there. Worked out from ResNet-18's layers (AVX-512): what
  // comes back from memory, through which it was written, does at 15 GB/s; weights, read from
  // front to back, at 50. That a kernel takes a microsecond to begin is a guess.
  constexpr double fromCache = 0.15, fromMemory = 20, weightsFromMemory = 6, perKernel = 300e3;
  double used = double(examples) * traffic.footprint;
  // Buffers are read again sooner or later, so that with each doubling beyond the second-level
  // cache some more are missed; of memory it is the part that doesn't fit.
  double missed = std::max(0.0, std::log2(used / double(caches.second)));
  double lost = used > 0 ? std::max(0.0, 1 - double(caches.last()) / used) : 0;
  double perExample = traffic.activations * (fromCache * missed + fromMemory * lost);
  double perSlice = traffic.weights * (traffic.weightsInMemory ? weightsFromMemory : 1) +
                    perKernel * double(traffic.kernels);
  return perExample + perSlice / double(examples);
}

//===----------------------------------------------------------------------===//
// Everything else, and time
//===----------------------------------------------------------------------===//

double weir::loopCost(int64_t operations, bool functions) {
  return double(operations) * (functions ? 6 : 1);
}

Estimate weir::estimateTime(double cost, double bytesInCache, double bytesBeyond,
                            const MachineRates &rates) {
  return {cost / rates.multiplyAdds,
          bytesInCache / rates.cacheBytes + bytesBeyond / rates.memoryBytes};
}
