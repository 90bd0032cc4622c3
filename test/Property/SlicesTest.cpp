//===- SlicesTest.cpp - Batches that go through a model in slices --------------------===//
//
// Small caches make images of a few hundred KiB worth dividing the batch for, and the model's
// kernels into segments. What goes from segment to segment, and the harness's
// guards around the arena, are what this is about.
//
//===----------------------------------------------------------------------===//

#include "OpsSupport.h"

#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/Frontend.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/Support/SourceMgr.h"

#include <set>

namespace weir::property {
namespace {

// Images, then large matrices, and an id for each example: an output that is written early,
// and two for which something is carried to the products at the end.
const ModelText kModel{
    {"image: f32[3, 61, 50]", "r: f32[5]", "word: index<7>"},
    {"relu(conv2d(relu(conv2d(image, 18, kernel: 3, padding: 1)), 7, kernel: 3))",
     "linear(flatten(max_pool2d(relu(conv2d(relu(conv2d(image, 18, kernel: 3, padding: 1)), 20, "
     "kernel: 3, padding: 1)), 2)), 33)",
     "linear(concat(flatten(relu(conv2d(image, 4, kernel: 5, stride: 3))), r), 70) + "
     "embedding(word, 70)"}};

CompileOptions smallCache(int64_t bytes) {
  CompileOptions options = testOptions();
  options.target.cacheBytes = bytes;
  options.rewrites.winograd = WinogradUse::Never; // or another estimate decides what there is
  return options;
}

// How many examples go together, segment by segment.
std::vector<int64_t> slicesOf(const std::string &text, const CompileOptions &options) {
  auto context = createContext();
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  auto module = loadModelFromText(text, "model.weir", sources, *context, {}, diagnostics);
  EXPECT_TRUE(module) << text;
  if (!module)
    return {};
  llvm::Error error = lowerTo(*module, Stage::Vector, options);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  std::vector<int64_t> slices;
  auto run = module->lookupSymbol<mlir::func::FuncOp>("run");
  if (auto list = run->getAttrOfType<mlir::ArrayAttr>("weir.segments"))
    for (auto segment : list.getAsRange<SegmentAttr>())
      slices.push_back(segment.getExamples());
  if (slices.size() > 1)
    EXPECT_GT(run->getAttrOfType<mlir::IntegerAttr>("weir.carried_bytes").getInt(), 0);
  return slices;
}

TEST(Slices, SegmentsComputeWhatTheReferenceDoes) {
  std::set<std::vector<int64_t>> seen;
  for (int64_t cache : {16 * 1024, 128 * 1024, 512 * 1024}) {
    CompileOptions options = smallCache(cache);
    std::vector<int64_t> slices = slicesOf(kModel.text(), options);
    ASSERT_GE(slices.size(), 2u);
    EXPECT_LE(slices[0], 8); // of the nine below
    EXPECT_TRUE(seen.insert(slices).second) << "the same again for " << cache;
    expectAgrees(kModel, options, {0, 1, 2, 3, 9});
  }
}

// What the dialect can say, though not the language: an output that has no batch. It is
// written even for a batch of none.
TEST(Slices, OutputsWithoutBatchAreWritten) {
  auto context = createContext();
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  auto module = loadModelFromText(kModel.text(), "model.weir", sources, *context, {}, diagnostics);
  ASSERT_TRUE(module);
  auto function = *module->getOps<mlir::func::FuncOp>().begin();
  auto end = mlir::cast<mlir::func::ReturnOp>(function.getBody().front().getTerminator());
  mlir::OpBuilder builder(end);
  auto type = mlir::RankedTensorType::get({4, 5}, builder.getF32Type());
  auto param = ParamOp::create(builder, end.getLoc(), type, "extra", "normal",
                               llvm::ArrayRef<double>{0.0, 1.0}, /*buffer=*/false,
                               /*frozen=*/false);
  end.getOperandsMutable().append(param.getResult());
  llvm::SmallVector<mlir::Type> results(function.getResultTypes());
  results.push_back(type);
  function.setType(builder.getFunctionType(function.getArgumentTypes(), results));
  std::string text;
  llvm::raw_string_ostream(text) << *module;

  CompileOptions options = smallCache(128 * 1024);
  auto harness = Harness::createFromDialect(text, options, /*seed=*/1);
  ASSERT_TRUE(harness.ok()) << harness.error().message;
  for (int64_t batch : {0, 1, 7}) {
    Result<void> good = (*harness)->check(batch, /*seed=*/batch);
    EXPECT_TRUE(good.ok()) << good.error().message;
  }
}

TEST(Slices, OneSegmentComputesWhatTheReferenceDoes) {
  const ModelText model{{"image: f32[3, 61, 50]"},
                        {"relu(conv2d(relu(conv2d(image, 18, kernel: 3, padding: 1)), 7, "
                         "kernel: 3, padding: 1))"}};
  CompileOptions options = smallCache(128 * 1024);
  std::vector<int64_t> slices = slicesOf(model.text(), options);
  ASSERT_EQ(slices.size(), 1u);
  ASSERT_GE(slices[0], 1);
  ASSERT_LE(slices[0], 4);
  expectAgrees(model, options, {0, 1, 2, 5, 9});
}

} // namespace
} // namespace weir::property
