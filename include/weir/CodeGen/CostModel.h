//===- CostModel.h - what computing something costs, before it is computed --*- C++ -*-===//
//
// Plain functions of sizes. Costs are counted in multiply-adds: a cost of N is the time in
// which the processor, at its peak, multiplies and adds N times. The passes that choose
// between ways to compute a layer ask the same functions as `weir explain`, which shows
// the choices.
//
//===----------------------------------------------------------------------===//

#ifndef WEIR_CODEGEN_COSTMODEL_H
#define WEIR_CODEGEN_COSTMODEL_H

#include <cstdint>

namespace weir {

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// A product of `rows` rows per example with a matrix [depth, width].
struct ProductShape {
  int64_t rows, depth, width;
  int64_t rowStep = 0;  // elements from one row to the next; 0 if it is the depth
  int64_t rowShare = 0; // elements of memory per row, fewer where rows overlap; 0: the depth
  bool across = false;  // what reads the result wants the rows of a column side by side
};

/// What of a processor decides how a product is cut.
struct VectorUnit {
  int64_t lanes;      // f32 elements of a register
  int64_t registers;  // how many there are
  int64_t cacheBytes; // second-level cache
};

/// How a product is cut: see docs/codegen.md.
struct ProductTiling {
  int64_t rows, columns; // results that stay in registers while a sum runs
  int64_t lanes;         // of a vector
  int64_t rowBlock;      // rows of a unit of work
  int64_t panelBlock;    // panels, of `columns` columns each, of a unit of work
  int64_t sums = 1;      // that make one result
};

/// The lanes of a vector for so many columns, of `most` that a register has: half as
/// many, and half of those, as long as they hold all columns, but at least four.
int64_t lanesFor(int64_t columns, int64_t most);

/// Chooses the tiling for a product.
ProductTiling chooseTiling(const ProductShape &shape, const VectorUnit &unit);

/// Whether a product whose `rows` per example are wanted side by side stores them so itself, from
/// groups of `height` rows in vectors of so many lanes, instead of leaving it to a kernel that
/// turns its result: with sixteen lanes, where groups don't reach into the next example and a
/// group's rows fit into a vector.
bool storingAcrossPays(int64_t rows, int64_t height, int64_t lanes);

/// The cost of the product for `batch` examples, with a tile of `rows` by `columns`:
/// besides what it multiplies, half a step per group of rows to read the panel, what is computed
/// in rows and columns that don't exist, and what begins and ends each tile.
double productCost(const ProductShape &shape, const ProductTiling &tiling, int64_t batch);

/// Whether a product of few examples is faster if the weights of its packed matrix take
/// half the bytes and are widened in the sum.
bool halvedWeightsPay(const ProductShape &shape, const ProductTiling &tiling,
                      const VectorUnit &unit);

/// Whether a product that reads so many bytes of packed matrices should fetch each panel while
/// it computes with the one before: where they don't stay in the second-level cache.
bool fetchingPanelsPays(int64_t bytes, const VectorUnit &unit);

/// How many steps of its sum ahead a product should fetch what it reads of a matrix that isn't
/// packed: where steps are `matrixStep` elements apart, so that each has a line of its own, and a
/// panel doesn't stay in the first-level cache from one group of rows to the next. Else 0.
int64_t stepsToFetch(int64_t depth, int64_t matrixStep, const ProductTiling &tiling);

/// Whether such a product should fetch the lines that its results will fill: where those of an
/// example, so many bytes, are more than the second-level cache, and come from beyond it.
bool fetchingResultsPays(int64_t bytes, const VectorUnit &unit);

/// Whether finding out which of a product's terms are zeros for a group of rows takes less time
/// than adding them, if they are this share of all.
bool skippingPays(double share, const ProductShape &shape, const ProductTiling &tiling);

/// The same of terms that only some rows of a group have, so that the sum is taken apart.
bool skippingColumnsPays(double share, const ProductShape &shape, const ProductTiling &tiling);

/// Whether a training's step should multiply looked-up rows of `length` by a matrix of `outputs`
/// columns once for each id of a batch, instead of once for each example.
bool shareRowsPays(int64_t length, int64_t outputs);

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// A convolution of one group.
struct ConvolutionShape {
  int64_t channels, outputs;
  int64_t height, width; // of the result
  int64_t kernelHeight, kernelWidth;
  bool dense;           // neither stride nor dilation
  int64_t examples = 1; // of a usual call, for which the weight is fetched once
};

/// How a convolution becomes a product.
enum class ConvolutionForm { Windows, Im2col, Winograd2, Winograd4 };

/// Whether the form can compute it: Winograd's need dense 3x3 kernels.
bool applies(ConvolutionForm form, const ConvolutionShape &shape);

/// The cost of one example: what is multiplied, what transforms or copies cost per element,
/// and its share of what it costs to fetch the weight, from memory or from a cache. `form` must
/// apply.
double convolutionCost(ConvolutionForm form, const ConvolutionShape &shape);

/// The form that is taken: the cheapest, except that Winograd's must be ahead of windows by
/// a fifth, or their larger weights aren't worth the memory. Never Im2col, which only
/// copies what windows read where it lies.
ConvolutionForm chooseForm(const ConvolutionShape &shape);

//===----------------------------------------------------------------------===//
// Slices of a batch
//===----------------------------------------------------------------------===//

/// What of a processor decides how many examples go through some kernels together.
struct CacheSizes {
  int64_t second; // bytes of the second-level cache
  /// Bytes that are found again without going to memory. Not known: a guess.
  int64_t last() const { return 8 * second; }
};

/// Whether computing rows of so many elements in several steps is faster row by row than step
/// by step for all rows. In short rows each step waits for what the one before it has just
/// stored, and what is computed once per row can't be computed for a vector of rows.
bool rowByRowPays(int64_t elements);

/// How many examples a kernel of `work` operations per example must have for threads to divide
/// it, `parallelWork` operations in all. What it reads and writes per example, `bytes` without
/// weights, may have to go from one processor to the other if a single example is divided;
/// that must be little, or the work twice as much.
int64_t examplesToDivide(int64_t work, int64_t bytes, int64_t parallelWork);

/// What some kernels, one after the other, read and write.
struct SliceTraffic {
  int64_t kernels = 0;
  double activations = 0; // bytes that an example writes and reads
  double footprint = 0;   // bytes per example of the buffers that are alive at a time
  double weights = 0;     // bytes that a slice of the batch reads
  bool weightsInMemory = false;
};

/// What moving an example through the kernels costs if so many go together, in bytes read
/// from the last-level cache.
double sliceCost(const SliceTraffic &traffic, int64_t examples, const CacheSizes &caches);

//===----------------------------------------------------------------------===//
// Everything else, and time
//===----------------------------------------------------------------------===//

/// The cost of loops of `operations` scalar operations, which run on vectors. With
/// `functions`, such as exp, polynomials take most of the time.
double loopCost(int64_t operations, bool functions);

/// What a machine does in a second, on all threads that are used.
struct MachineRates {
  double multiplyAdds;
  double cacheBytes;  // read from the second-level cache
  double memoryBytes; // read from beyond it
};

/// The time that arithmetic takes, and the time that memory takes. They overlap.
struct Estimate {
  double arithmetic = 0, memory = 0;

  double seconds() const { return arithmetic > memory ? arithmetic : memory; }
  bool memoryBinds() const { return memory > arithmetic; }
};

/// The time of something of this cost that reads and writes so many bytes in the cache and
/// beyond it.
Estimate estimateTime(double cost, double bytesInCache, double bytesBeyond,
                      const MachineRates &rates);

} // namespace weir

#endif // WEIR_CODEGEN_COSTMODEL_H
