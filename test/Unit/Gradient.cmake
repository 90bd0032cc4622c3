# What gradients are made of, compiled, against the reference interpreter.
weir_unit_test(WeirGradientTests GradientLoweringTest.cpp
  LINK WeirExecution WeirReference WeirSignature WeirRuntime)
