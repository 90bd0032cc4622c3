# Unit tests of the language: text to tree to dialect.
weir_unit_test(WeirFrontendTests
  FrontendElaborateTest.cpp
  FrontendErrorsTest.cpp
  FrontendParserTest.cpp
  FrontendSizesTest.cpp
  LINK WeirFrontend)
target_compile_definitions(WeirFrontendTests PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
