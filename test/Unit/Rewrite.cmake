# Every rewrite against the reference interpreter, on the functions of the lit tests.
weir_unit_test(WeirRewriteTests RewriteTest.cpp
  LINK WeirPipelines WeirReference WeirSignature MLIR LLVM)
target_compile_definitions(WeirRewriteTests PRIVATE
  WEIR_TEST_SOURCE_DIR="${PROJECT_SOURCE_DIR}/test")
