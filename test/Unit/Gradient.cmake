# What gradients are made of, compiled, against the reference interpreter.
weir_unit_test(WeirGradientTests GradientLoweringTest.cpp
  LINK WeirExecution WeirReference WeirSignature WeirRuntime)

# Steps of training against PyTorch's.
weir_unit_test(WeirTrainStepTests TrainStepTest.cpp
  LINK WeirTrainStep WeirFrontend WeirData)
target_compile_definitions(WeirTrainStepTests PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# Deferred updates of tables against dense ones.
weir_unit_test(WeirDeferredTablesTests DeferredTablesTest.cpp
  LINK WeirTrainStep WeirReference WeirFrontend WeirRuntime)
