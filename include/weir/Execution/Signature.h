//===- Signature.h - What a model takes, gives and learns -------------------------===//
//
// The inputs, outputs and parameters of a model as plain data, so that the driver,
// the JIT and the tests can talk about a model without its module.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_EXECUTION_SIGNATURE_H
#define WEIR_EXECUTION_SIGNATURE_H

#include "weir/Runtime/Random.h"

namespace mlir {
class ModuleOp;
} // namespace mlir

namespace weir {

/// A model from outside.
struct Signature {
  /// An input. Its tensor has `shape`, with the batch in front if `batched`.
  struct Input {
    std::string name;
    /// The example shape.
    std::vector<int64_t> shape;
    /// Ids from 0 to `cardinality - 1`, given as I64; otherwise numbers, given as F32.
    bool isIndex = false;
    int64_t cardinality = 0;
    bool batched = true;
  };

  /// An output, always F32.
  struct Output {
    std::string name;
    /// The example shape.
    std::vector<int64_t> shape;
    bool batched = true;
  };

  /// A parameter, always F32, with PyTorch's name and layout.
  struct Parameter {
    std::string name;
    std::vector<int64_t> shape;
    /// What it is before training: constant(a), normal(a, b), uniform(a, b).
    Init init = Init::Constant;
    double initArgs[2] = {0.0, 0.0};
    /// Not learned: running statistics.
    bool buffer = false;
  };

  std::string model;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  /// In the order in which the model first uses them.
  std::vector<Parameter> parameters;
};

/// The signature of the module's first function, which must be a verified model in
/// the weir dialect. Inputs and outputs without a name are called input0, output0, ...
Signature readSignature(mlir::ModuleOp module);

/// The whole shape of a tensor of this example shape at this batch size.
std::vector<int64_t> wholeShape(const std::vector<int64_t> &example, bool batched, int64_t batch);

/// Why an id was refused: the input, where in it (`position` counts the elements of
/// the whole tensor), the value, and what would be allowed.
std::string describeBadId(const Signature::Input &input, int64_t position, int64_t value);

} // namespace weir

#endif
