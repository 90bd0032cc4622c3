# Unit tests of the language: text to tree to dialect.
weir_unit_test(WeirFrontendTests
  FrontendElaborateTest.cpp
  FrontendErrorsTest.cpp
  FrontendParserTest.cpp
  FrontendSizesTest.cpp
  LINK WeirFrontend)
target_compile_definitions(WeirFrontendTests PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")

# What is said about training, run by the reference interpreter.
weir_unit_test(WeirFrontendTrainingTests
  FrontendDataTest.cpp
  FrontendOptimizerTest.cpp
  FrontendTrainingErrorsTest.cpp
  FrontendTrainingTest.cpp
  LINK WeirFrontend WeirReference WeirSignature fmt::fmt)
