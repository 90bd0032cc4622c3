# Unit tests of the reference interpreter, the signature and the parameters.
weir_unit_test(WeirReferenceTests
  ReferenceConvTest.cpp
  ReferenceParametersTest.cpp
  ReferenceTest.cpp
  ReferenceTestSupport.cpp
  LINK WeirReference WeirSignature fmt::fmt)
