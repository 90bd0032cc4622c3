//===- RewriteTest.cpp - Rewrites keep what a model computes ------------------===//
//
// Takes the lit tests of rewrites and canonicalizations as they are: each of their functions is run
// by the reference interpreter before and after the passes of the file's RUN lines, on random
// inputs and parameters. So no lit test can lock wrong algebra in.
//
//===----------------------------------------------------------------------===//

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Execution/Parameters.h"
#include "weir/Execution/Signature.h"
#include "weir/Pipelines/Pipelines.h"
#include "weir/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Regex.h"
#include <cmath>
#include <gtest/gtest.h>
#include <mutex>

using namespace mlir;
using namespace weir;

namespace {

struct Case {
  std::string file;
  std::string pipeline; ///< as the pass manager of a module reads it
};

// Registration is global to the process.
void registerOnce() {
  static std::once_flag flag;
  std::call_once(flag, [] {
    registerWeirTransformsPasses();
    registerRewritePipeline();
    registerCanonicalizerPass();
  });
}

// `--weir-foo="a=b c=d"` or `--weir-foo=a=b` as `weir-foo{a=b c=d}`.
std::string asPipeline(StringRef flag, StringRef options) {
  std::string text = flag.str() + "{" + options.trim('"').str() + "}";
  return flag == "weir-rewrite" ? text : "func.func(" + text + ")";
}

std::vector<Case> casesOf(StringRef path) {
  std::vector<Case> cases;
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return cases;
  llvm::Regex run("// RUN: weir-opt --(weir-[a-z0-9-]+|canonicalize)(=(\"[^\"]*\"|[^ ]*))? ");
  SmallVector<StringRef> lines, match;
  (*buffer)->getBuffer().split(lines, '\n');
  for (StringRef line : lines)
    if (!line.contains("-verify-diagnostics") && run.match(line, &match))
      cases.push_back({path.str(), asPipeline(match[1], match[3])});
  return cases;
}

std::vector<Case> allCases() {
  std::vector<Case> cases;
  for (StringRef folder : {"Dialect", "Transforms", "Pipelines"}) {
    std::error_code error;
    std::string root = std::string(WEIR_TEST_SOURCE_DIR) + "/" + folder.str();
    for (llvm::sys::fs::directory_iterator entry(root, error), end; !error && entry != end;
         entry.increment(error))
      if (llvm::sys::path::extension(entry->path()) == ".mlir")
        for (Case &found : casesOf(entry->path()))
          cases.push_back(std::move(found));
  }
  llvm::sort(cases, [](const Case &a, const Case &b) {
    return std::tie(a.file, a.pipeline) < std::tie(b.file, b.pipeline);
  });
  return cases;
}

// The outputs of a module's only function, or nothing if the reference refuses it.
std::vector<RefTensor> outputsOf(ModuleOp module, const RefParameters &parameters,
                                 const std::vector<RefTensor> &inputs, int64_t batch) {
  auto outputs = interpret(module, parameters, inputs, batch);
  if (outputs)
    return std::move(*outputs);
  ADD_FAILURE() << llvm::toString(outputs.takeError());
  return {};
}

// Rewrites change the order of sums and round constants to f32, no more.
void expectSame(const std::vector<RefTensor> &before, const std::vector<RefTensor> &after) {
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].shape, after[i].shape);
    ASSERT_EQ(before[i].data.size(), after[i].data.size());
    for (size_t j = 0; j < before[i].data.size(); ++j) {
      double expected = before[i].data[j];
      ASSERT_TRUE(std::isfinite(expected)) << "the test itself computes no number";
      ASSERT_NEAR(after[i].data[j], expected, 1e-6 * (1 + std::abs(expected)))
          << "output " << i << ", element " << j;
    }
  }
}

class RewriteTest : public testing::TestWithParam<Case> {};

TEST_P(RewriteTest, KeepsWhatIsComputed) {
  registerOnce();
  DialectRegistry registry;
  registry.insert<WeirDialect, func::FuncDialect>();
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  auto file = parseSourceFile<ModuleOp>(GetParam().file, &context);
  ASSERT_TRUE(file);
  auto functions = file->getOps<func::FuncOp>();
  ASSERT_FALSE(functions.empty());
  for (func::FuncOp function : functions) {
    SCOPED_TRACE(function.getName().str());
    OwningOpRef<ModuleOp> module = ModuleOp::create(file->getLoc());
    module->push_back(function.clone());
    Signature signature = readSignature(*module);
    auto initial = initializeParameters(signature, /*seed=*/1);
    ASSERT_TRUE(initial.ok());
    RefParameters parameters = toReference(*initial);

    OwningOpRef<ModuleOp> rewritten = module->clone();
    PassManager manager(&context);
    ASSERT_TRUE(succeeded(parsePassPipeline(GetParam().pipeline, manager)));
    ASSERT_TRUE(succeeded(manager.run(*rewritten)));

    for (int64_t batch : {1, 3}) {
      auto random = makeRandomInputs(signature, batch, /*seed=*/batch);
      ASSERT_TRUE(random.ok());
      std::vector<RefTensor> inputs;
      for (const Tensor &input : *random)
        inputs.push_back(toReference(input));
      expectSame(outputsOf(*module, parameters, inputs, batch),
                 outputsOf(*rewritten, parameters, inputs, batch));
    }
  }
}

// A name that says file and pass.
std::string nameOf(const testing::TestParamInfo<Case> &info) {
  std::string name = (llvm::sys::path::stem(info.param.file) + "_" + info.param.pipeline).str();
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(LitTests, RewriteTest, testing::ValuesIn(allCases()), nameOf);

// One file at least for each pass, or the folder wasn't found.
TEST(RewriteTest, FindsItsFiles) { EXPECT_GE(allCases().size(), 12u); }

} // namespace
