# Unit tests of the runtime and the data readers; no LLVM in them.
weir_unit_test(WeirRuntimeTests
  DataArraysTest.cpp
  DataIdxTest.cpp
  DataNpyTest.cpp
  DataNpzTest.cpp
  RuntimeFileTest.cpp
  RuntimeParameterFileTest.cpp
  RuntimeRandomTest.cpp
  RuntimeTensorTest.cpp
  RuntimeThreadPoolTest.cpp
  LINK WeirData)
target_compile_definitions(WeirRuntimeTests PRIVATE
  WEIR_TEST_CORPUS="${PROJECT_SOURCE_DIR}/test/Fuzz/corpus")
