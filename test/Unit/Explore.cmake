# Unit tests of what embeddings are looked at with; no LLVM in them.
weir_unit_test(WeirExploreTests
  ExploreTest.cpp
  LINK WeirExplore)
