# Unit tests of pictures; no LLVM in them.
weir_unit_test(WeirChartTests
  ChartAxisTest.cpp
  ChartTest.cpp
  LINK WeirChart)
