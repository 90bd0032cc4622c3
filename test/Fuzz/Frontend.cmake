# The fuzzer of the language; its seeds are corpus/parser and examples/.
weir_fuzzer(WeirParserFuzzer ParserFuzzer.cpp LINK WeirFrontend)
