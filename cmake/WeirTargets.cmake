# How Weir's libraries, tools and tests are declared.

# LLVM is built without run-time type information, so what links it is too.
set(WEIR_CXX_FLAGS -Wall -Wextra -Wno-unused-parameter -fno-rtti -fno-exceptions
    -ffunction-sections -fdata-sections)
set(WEIR_LINK_FLAGS -fuse-ld=lld -Wl,--gc-sections)
if(WEIR_SANITIZE)
  # LLVM has no vtables' type information, hence no vptr check.
  set(sanitizers -fsanitize=address,undefined -fno-sanitize=vptr
      -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  list(APPEND WEIR_CXX_FLAGS ${sanitizers})
  list(APPEND WEIR_LINK_FLAGS ${sanitizers})
endif()
if(WEIR_FUZZ)
  list(APPEND WEIR_CXX_FLAGS -fsanitize=fuzzer-no-link)
endif()

# weir_library(NAME source... [DEPENDS target...] [LINK library...])
# A static library with Weir's flags. DEPENDS names TableGen targets.
function(weir_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${WEIR_CXX_FLAGS})
  target_link_libraries(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
endfunction()

# weir_tool(NAME source... [LINK library...])
function(weir_tool name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${WEIR_CXX_FLAGS})
  target_link_options(${name} PRIVATE ${WEIR_LINK_FLAGS})
  target_link_libraries(${name} PRIVATE ${ARG_LINK})
endfunction()

# weir_unit_test(NAME source... [LINK library...]): a GoogleTest program.
function(weir_unit_test name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  weir_tool(${name} ${ARG_UNPARSED_ARGUMENTS} LINK ${ARG_LINK} GTest::gtest GTest::gtest_main)
  set_property(GLOBAL APPEND PROPERTY WEIR_UNIT_TESTS ${name})
endfunction()

# weir_fuzzer(NAME source... [LINK library...]): a libFuzzer target.
function(weir_fuzzer name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  weir_tool(${name} ${ARG_UNPARSED_ARGUMENTS} LINK ${ARG_LINK})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
endfunction()
