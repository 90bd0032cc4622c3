//===- Parameters.h - Do these parameters fit this model? -------------------------===//
//
// A model's parameters before training, and the comparison of a file's parameters
// with what a model needs. Also random inputs, for verifying and timing.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_EXECUTION_PARAMETERS_H
#define WEIR_EXECUTION_PARAMETERS_H

#include "weir/Execution/Signature.h"
#include "weir/Runtime/ParameterFile.h"

namespace weir {

/// All parameters as their initializers say, in the signature's order. A parameter's
/// values depend on the seed, its name and its initializer only.
Result<ParameterFile> initializeParameters(const Signature &signature, uint64_t seed);

/// Refuses parameters that are missing, surplus, of another shape or not F32; the
/// message lists all of them, one a line, with the name that was probably meant.
/// PyTorch's batch counters (NAME.num_batches_tracked), which no model uses, may be
/// there.
Result<void> checkParameters(const Signature &signature, const ParameterFile &parameters);

/// One tensor per input, for `batch` examples. Numbers are normal with deviation 1.
/// Ids are uniform over all that the input allows; of two or more, the first is 0 and
/// the last is the largest.
Result<std::vector<Tensor>> makeRandomInputs(const Signature &signature, int64_t batch,
                                             uint64_t seed);

} // namespace weir

#endif
