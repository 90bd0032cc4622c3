//===- Predict.h - What a trained model says of data --------------------------===//
#ifndef WEIR_TOOLS_WEIR_PREDICT_H
#define WEIR_TOOLS_WEIR_PREDICT_H

#include "TrainArguments.h"

#include "weir/Execution/Compiler.h"

namespace weir {

/// What data holds (the columns of a table, or the window of a text), then the model's
/// predictions, as CSV.
Result<std::string> predictAll(const LoadedCheckpoint &model, RawData raw,
                               const CompileOptions &options, ThreadPool *pool);

} // namespace weir

#endif
