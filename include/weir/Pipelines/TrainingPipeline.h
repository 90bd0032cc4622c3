//===- TrainingPipeline.h - the stages of a training step ------------------*- C++ -*-===//

#ifndef WEIR_PIPELINES_TRAININGPIPELINE_H
#define WEIR_PIPELINES_TRAININGPIPELINE_H

#include "weir/Pipelines/CodeGenPipeline.h"

namespace weir {

/// From the functions `train` and `optimizer` of a training to `train_step`, in the
/// weir dialect: forward, loss, backward, update. `clipNorm` of 0 clips nothing; `tables`
/// and `deferredElements` are those of weir-build-train-step.
void buildTrainStepPipeline(mlir::OpPassManager &manager, double clipNorm, const char *tables,
                            int64_t deferredElements);

/// From `train_step` in the weir dialect to vector loops on buffers; buildLLVMPipeline
/// does the rest.
void buildTrainCodePipeline(mlir::OpPassManager &manager, const CodeGenOptions &options);

} // namespace weir

#endif // WEIR_PIPELINES_TRAININGPIPELINE_H
