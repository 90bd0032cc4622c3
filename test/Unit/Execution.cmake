# Which processors there are, and what a generated header says.
weir_unit_test(WeirExecutionTests ExecutionTargetTest.cpp
  LINK WeirExecution WeirCodeGen WeirSignature MLIR LLVM)
