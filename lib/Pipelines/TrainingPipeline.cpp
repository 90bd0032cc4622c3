//===- TrainingPipeline.cpp - the stages of a training step -----------------------===//

#include "weir/Pipelines/TrainingPipeline.h"

#include "weir/Autodiff/Passes.h"
#include "weir/CodeGen/Passes.h"
#include "weir/Conversion/Passes.h"
#include "weir/Dialect/Transforms/Passes.h"
#include "weir/Training/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace weir;

void weir::buildTrainStepPipeline(OpPassManager &manager, double clipNorm, const char *tables,
                                  int64_t deferredElements) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  function.addPass(createTrainingFormPass());
  function.addPass(createShareRowsPass());
  function.addPass(createDifferentiatePass());
  function.addPass(createExpandBatchStatisticsPass());
  BuildTrainStepPassOptions step;
  step.clipNorm = clipNorm;
  step.tables = tables;
  step.deferredElements = deferredElements;
  manager.addPass(createBuildTrainStepPass(step));
}

void weir::buildTrainCodePipeline(OpPassManager &manager, const CodeGenOptions &options) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  // What forward and backward pass both compute is computed once.
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  function.addPass(createExpandBatchNormPass());
  function.addPass(createExpand1dPass());
  function.addPass(createLinearToProductPass());
  function.addPass(createChannelsLastPass());
  function.addPass(createConvToProductPass());
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  function.addPass(createVerifyRewrittenPass());

  function.addPass(createWeirToLinalgPass());
  function.addPass(createCSEPass());
  function.addPass(createCanonicalizerPass());
  // A step changes its parameters, so packing them would pay for one use only: products
  // read their matrices where they are.
  SelectStrategyPassOptions strategy;
  strategy.vectorBits = options.vectorBits;
  strategy.vectorRegisters = options.vectorRegisters;
  strategy.cacheBytes = options.cacheBytes;
  function.addPass(createSelectStrategyPass(strategy));

  manager.addPass(createBindStepPass());
  buildBufferPipeline(manager, options);
}
