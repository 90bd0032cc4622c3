# Unit tests of the reference interpreter, the signature and the parameters.
weir_unit_test(WeirReferenceTests
  ReferenceConvTest.cpp
  ReferenceGoldenTest.cpp
  ReferenceGradientTest.cpp
  ReferenceParametersTest.cpp
  ReferenceTest.cpp
  ReferenceTestSupport.cpp
  LINK WeirReference WeirSignature WeirFrontend WeirData fmt::fmt)
target_compile_definitions(WeirReferenceTests PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
