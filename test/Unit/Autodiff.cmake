# Reverse rules against finite differences through the reference interpreter.
weir_unit_test(WeirAutodiffTests
  AutodiffElementwiseTest.cpp
  AutodiffEmbeddingTest.cpp
  AutodiffTest.cpp
  AutodiffTestSupport.cpp
  LINK WeirAutodiff WeirReference WeirSignature WeirRuntime MLIR LLVM fmt::fmt)
