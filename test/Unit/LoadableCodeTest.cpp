//===- LoadableCodeTest.cpp - code that several threads make, put together --------------===//

#include "weir/Execution/Compiler.h"
#include "weir/Execution/LoadedObject.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/BinaryFormat/Magic.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <thread>

using namespace weir;

namespace {

// `count` functions of about `length` instructions, none like another, and `sum`, which
// adds up what they make of its argument.
std::string makeModule(int count, int length) {
  std::string text = "module {\n";
  for (int i = 0; i < count; ++i) {
    text +=
        fmt::format("llvm.func internal @part{}(%x: i64) -> i64 {{\n"
                    "  %k = llvm.mlir.constant({} : i64) : i64\n  %s0 = llvm.add %x, %k : i64\n",
                    i, i + 1);
    for (int j = 0; j < length; ++j)
      text += fmt::format("  %s{} = llvm.{} %s{}, %{} : i64\n", j + 1, j % 2 ? "mul" : "xor", j,
                          j % 3 ? "x" : "k");
    text += fmt::format("  llvm.return %s{} : i64\n}}\n", length);
  }
  text += "llvm.func @sum(%x: i64) -> i64 {\n  %s0 = llvm.mlir.constant(0 : i64) : i64\n";
  for (int i = 0; i < count; ++i)
    text += fmt::format("  %y{0} = llvm.call @part{0}(%x) : (i64) -> i64\n"
                        "  %s{1} = llvm.add %s{0}, %y{0} : i64\n",
                        i, i + 1);
  return text + fmt::format("  llvm.return %s{} : i64\n}}\n}}\n", count);
}

uint64_t expectedSum(int count, int length, uint64_t x) {
  uint64_t sum = 0;
  for (uint64_t k = 1; k <= static_cast<uint64_t>(count); ++k) {
    uint64_t y = x + k;
    for (int j = 0; j < length; ++j)
      y = j % 2 ? y * (j % 3 ? x : k) : y ^ (j % 3 ? x : k);
    sum += y;
  }
  return sum;
}

// Whether the code came as an archive, and what `sum` of it computes.
std::pair<bool, uint64_t> compileAndCall(int count, int length, uint64_t x) {
  auto context = createContext();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(makeModule(count, length), context.get());
  EXPECT_TRUE(module);
  auto code = emitLoadable(*module, CompileOptions());
  if (!code) {
    ADD_FAILURE() << llvm::toString(code.takeError());
    return {};
  }
  auto loaded = LoadedObject::load(*code, "test");
  EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
  auto sum = (*loaded)->find("sum");
  EXPECT_TRUE(sum) << (sum ? "" : sum.error().message);
  llvm::StringRef bytes(code->data(), code->size());
  return {llvm::identify_magic(bytes) == llvm::file_magic::archive,
          reinterpret_cast<uint64_t (*)(uint64_t)>(*sum)(x)};
}

TEST(LoadableCode, OfLittleIsOneObject) {
  EXPECT_EQ(compileAndCall(2, 50, 12345), std::pair(false, expectedSum(2, 50, 12345)));
}

TEST(LoadableCode, OfMuchIsMadeInSharesThatCallEachOther) {
  bool threads = std::thread::hardware_concurrency() > 1;
  EXPECT_EQ(compileAndCall(7, 1000, 12345), std::pair(threads, expectedSum(7, 1000, 12345)));
}

} // namespace
