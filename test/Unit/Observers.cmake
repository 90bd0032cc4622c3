# Unit tests of what watches a training: the progress bar, the log, the curves.
weir_unit_test(WeirObserverTests
  ObserversTest.cpp
  ../../tools/weir/Curves.cpp
  ../../tools/weir/ProgressBar.cpp
  ../../tools/weir/TrainLog.cpp
  LINK WeirChart WeirRuntime)
target_include_directories(WeirObserverTests PRIVATE ${PROJECT_SOURCE_DIR}/tools/weir)
