# Unit tests of data sets: tables, vocabularies, encoders, text, batches; no LLVM in them.
weir_unit_test(WeirDataTests
  DataCsvTest.cpp
  DataDatasetTest.cpp
  DataEncoderTest.cpp
  DataGoldenTest.cpp
  DataPrefetcherTest.cpp
  DataTextTest.cpp
  DataVocabularyTest.cpp
  LINK WeirData)
target_compile_definitions(WeirDataTests PRIVATE WEIR_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
