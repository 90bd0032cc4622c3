# How Weir's libraries, tools and tests are declared.

# LLVM is built without run-time type information, so what links it is too.
set(WEIR_CXX_FLAGS -Wall -Wextra -Wno-unused-parameter -fno-rtti -fno-exceptions
    -ffunction-sections -fdata-sections)
# The build's number tells compiled models that are kept of one compiler from another's.
set(WEIR_LINK_FLAGS -fuse-ld=lld -Wl,--gc-sections -Wl,--build-id=fast)
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

# MLIR's headers take most of the time of a build: parsed once, they are shared by
# whatever links MLIR. Sources still include what they use.
add_library(WeirPrecompiled OBJECT ${PROJECT_SOURCE_DIR}/cmake/Precompiled.cpp)
target_compile_options(WeirPrecompiled PRIVATE ${WEIR_CXX_FLAGS} -Xclang -fno-pch-timestamp)
target_precompile_headers(WeirPrecompiled PRIVATE
  <mlir/Dialect/Arith/IR/Arith.h>
  <mlir/Dialect/Func/IR/FuncOps.h>
  <mlir/Dialect/Linalg/IR/Linalg.h>
  <mlir/Dialect/MemRef/IR/MemRef.h>
  <mlir/Dialect/SCF/IR/SCF.h>
  <mlir/Dialect/Tensor/IR/Tensor.h>
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Pass/PassManager.h>
  <mlir/Transforms/DialectConversion.h>
  <mlir/Transforms/GreedyPatternRewriteDriver.h>
  <llvm/ADT/TypeSwitch.h>)

# MLIR and LLVM, which libraries and tools name as such: the shared libraries, or for a
# program with the property WEIR_STATIC their archives. The shared ones are what most
# programs of a build want (they link in a moment); loading them takes 15 ms longer. The
# archives are given as files, since MLIR's exported targets bring the shared LLVM along,
# and with both of them LLVM registers its options twice and aborts.
set(archives)
foreach(archive ${MLIR_EXPORTED_TARGETS} ${LLVM_AVAILABLE_LIBS})
  if(TARGET ${archive})
    get_target_property(type ${archive} TYPE)
    # Polly and what only tests use are named but not packaged.
    if(type STREQUAL STATIC_LIBRARY AND archive MATCHES "^(MLIR|LLVM)" AND NOT archive MATCHES "CAPI|Test")
      list(APPEND archives $<TARGET_FILE:${archive}>)
    endif()
  endif()
endforeach()
add_library(WeirLLVM INTERFACE)
set(static "$<BOOL:$<TARGET_PROPERTY:WEIR_STATIC>>")
target_link_libraries(WeirLLVM INTERFACE
  "$<$<NOT:${static}>:MLIR;LLVM>"
  "$<${static}:-Wl,--start-group;${archives};-Wl,--end-group;ZLIB::ZLIB;zstd::libzstd_shared;Threads::Threads;${CMAKE_DL_LIBS};m>")

# weir_link(NAME SCOPE library...): target_link_libraries that reads MLIR and LLVM as WeirLLVM.
function(weir_link name scope)
  list(TRANSFORM ARGN REPLACE "^(MLIR|LLVM)$" WeirLLVM)
  target_link_libraries(${name} ${scope} ${ARGN})
endfunction()

function(weir_precompile name)
  foreach(library ${ARGN})
    if(library MATCHES "^(MLIR|WeirDialect|WeirExecution|WeirFrontend|WeirReference|WeirSignature|WeirPipelines|WeirInitAll|WeirTrainStep)$")
      target_compile_options(${name} PRIVATE -Xclang -fno-pch-timestamp)
      target_precompile_headers(${name} REUSE_FROM WeirPrecompiled)
      return()
    endif()
  endforeach()
endfunction()

# weir_library(NAME source... [DEPENDS target...] [LINK library...])
# A static library with Weir's flags. DEPENDS names TableGen targets.
function(weir_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${WEIR_CXX_FLAGS})
  weir_link(${name} PUBLIC ${ARG_LINK})
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  weir_precompile(${name} ${ARG_LINK})
endfunction()

# weir_tool(NAME [STATIC] source... [LINK library...])
# STATIC puts MLIR and LLVM into the program, but not in builds under sanitizers.
function(weir_tool name)
  cmake_parse_arguments(ARG "STATIC" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_compile_options(${name} PRIVATE ${WEIR_CXX_FLAGS})
  target_link_options(${name} PRIVATE ${WEIR_LINK_FLAGS})
  weir_link(${name} PRIVATE ${ARG_LINK})
  if(ARG_STATIC AND NOT WEIR_SANITIZE)
    set_target_properties(${name} PROPERTIES WEIR_STATIC ON)
  endif()
  # Compiled as libraries are, so that the precompiled headers fit.
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  weir_precompile(${name} ${ARG_LINK})
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
