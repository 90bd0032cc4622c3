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

// Images, then a large matrix. `first` is read again in the last segment, `early` is
// written in the first one, and each example has an id.
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
  return slices;
}

TEST(Slices, SegmentsComputeWhatTheReferenceDoes) {
  std::set<std::vector<int64_t>> seen;
  for (int64_t cache : {16 * 1024, 128 * 1024, 512 * 1024}) {
    CompileOptions options = smallCache(cache);
    std::vector<int64_t> slices = slicesOf(kModel.text(), options);
    ASSERT_GE(slices.size(), 2u);
    EXPECT_LE(slices[0], 6); // of the seven below
    EXPECT_TRUE(seen.insert(slices).second) << "the same again for " << cache;
    expectAgrees(kModel, options, {0, 1, 2, 3, 7});
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
