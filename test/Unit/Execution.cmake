# Which processors there are, and what a generated header says.
weir_unit_test(WeirExecutionTests ExecutionTargetTest.cpp
  LINK WeirExecution WeirCodeGen WeirSignature MLIR LLVM)

# Which compiled models are kept, and what threads make of one.
weir_unit_test(WeirCodeCacheTests CodeCacheTest.cpp LoadableCodeTest.cpp LINK WeirExecution MLIR LLVM)

# Estimates: what they must agree with, whatever the figures.
weir_unit_test(WeirCostModelTests CostModelTest.cpp LINK WeirCostModel)

# What is measured beside estimates, and what wins.
weir_unit_test(WeirTuningTests TuningTest.cpp LINK WeirCostModel)
