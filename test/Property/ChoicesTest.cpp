//===- ChoicesTest.cpp - Any form and any tiling computes what the reference does ----===//
//
// What --tune writes on a model's function, written here for all that it could find:
// every form of every convolution, and tilings that no estimate would choose.
//
//===----------------------------------------------------------------------===//

#include "OpsSupport.h"

#include "weir/Conversion/Passes.h"
#include "weir/Dialect/IR/WeirDialect.h"
#include "weir/Frontend/Frontend.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/SourceMgr.h"

namespace weir::property {
namespace {

// Odd sizes, a stride, a narrow and a wide result, rows that come alone, a product of two
// computed matrices, residual and bias.
const ModelText kModel{{"image: f32[5, 13, 11]", "r: f32[67]", "a: f32[3, 19]", "b: f32[19, 37]"},
                       {"relu(conv2d(image, 21, kernel: 3, padding: 1))",
                        "image + conv2d(image, 5, kernel: 3, padding: 1)",
                        "conv2d(relu(conv2d(image, 18, kernel: 3, stride: 2)), 7, kernel: 1)",
                        "linear(relu(linear(r, 45)), 3)", "linear(flatten(image), 29)",
                        "softmax(a @ b)"}};

struct Module {
  Module() {
    Diagnostics diagnostics(&sources);
    module = loadModelFromText(kModel.text(), "model.weir", sources, *context, {}, diagnostics);
  }
  // The model as text, its function with these choices.
  std::string with(llvm::ArrayRef<mlir::Attribute> choices) {
    (*module->getOps<mlir::func::FuncOp>().begin())
        ->setAttr("weir.choices", mlir::ArrayAttr::get(context.get(), choices));
    std::string text;
    llvm::raw_string_ostream(text) << *module;
    return text;
  }
  // The types of all products that a call computes, with these options and choices.
  llvm::SetVector<mlir::Type> products(const CompileOptions &options) {
    mlir::OwningOpRef<mlir::ModuleOp> copy = module->clone();
    llvm::Error error = lowerTo(*copy, Stage::Rewritten, options);
    EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
    mlir::PassManager manager(context.get());
    manager.nest<mlir::func::FuncOp>().addPass(createWeirToLinalgPass());
    EXPECT_TRUE(mlir::succeeded(manager.run(*copy)));
    llvm::SetVector<mlir::Type> types;
    copy->walk([&](mlir::linalg::GenericOp op) {
      bool product = op->hasAttr("weir.product") || op->hasAttr("weir.contraction");
      if (product && llvm::is_contained(op.getStaticLoopRanges(), mlir::ShapedType::kDynamic))
        types.insert(
            mlir::FunctionType::get(context.get(), op.getInputs().getTypes(), op.getResultTypes()));
    });
    return types;
  }

  std::unique_ptr<mlir::MLIRContext> context = createContext();
  llvm::SourceMgr sources;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

void expectAgrees(const std::string &text, const CompileOptions &options) {
  auto harness = Harness::createFromDialect(text, options, /*seed=*/1);
  ASSERT_TRUE(harness.ok()) << harness.error().message;
  for (int64_t batch : {1, 2, 5, 17}) {
    Result<void> good = (*harness)->check(batch, /*seed=*/batch);
    EXPECT_TRUE(good.ok()) << good.error().message;
  }
}

// How often the rewritten model has ops of this kind.
template <typename Op> int64_t countOps(Module &model, const CompileOptions &options) {
  mlir::OwningOpRef<mlir::ModuleOp> copy = model.module->clone();
  llvm::Error error = lowerTo(*copy, Stage::Rewritten, options);
  EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  int64_t count = 0;
  copy->walk([&](Op) { ++count; });
  return count;
}

TEST(Choices, EveryFormComputesWhatTheReferenceDoes) {
  Module model;
  ASSERT_TRUE(model.module);
  for (ConvForm form :
       {ConvForm::Windows, ConvForm::Im2col, ConvForm::Winograd2, ConvForm::Winograd4}) {
    llvm::SmallVector<mlir::Attribute> choices;
    for (int64_t outputs : {21, 5})
      choices.push_back(
          FormChoiceAttr::get(model.context.get(), 5, outputs, 13, 11, 3, 3, true, form));
    bool winograd = form == ConvForm::Winograd2 || form == ConvForm::Winograd4;
    if (!winograd)
      choices.push_back(FormChoiceAttr::get(model.context.get(), 5, 18, 6, 5, 3, 3, false, form));
    std::string text = model.with(choices);
    // The two of one image share its patches.
    EXPECT_EQ(countOps<WinogradOutputOp>(model, testOptions()), winograd ? 2 : 0);
    EXPECT_EQ(countOps<Im2colOp>(model, testOptions()), form == ConvForm::Im2col ? 2 : 0);
    expectAgrees(text, testOptions());
  }
}

TEST(Choices, EveryTilingComputesWhatTheReferenceDoes) {
  struct Tiling {
    int64_t rows, columns, lanes, rowBlock, panelBlock, sums = 1;
  };
  for (Tiling tiling : {Tiling{1, 8, 8, 1, 1}, Tiling{3, 24, 8, 3, 1}, Tiling{4, 32, 8, 100, 5},
                        Tiling{14, 8, 8, 30, 3}, Tiling{7, 12, 4, 21, 2}, Tiling{2, 8, 4, 5, 1, 2},
                        Tiling{5, 16, 8, 1000, 1, 4}, Tiling{6, 16, 16, 12, 2}}) {
    SCOPED_TRACE(fmt::format("{}x{}, {} lanes, {} sums", tiling.rows, tiling.columns, tiling.lanes,
                             tiling.sums));
    for (WinogradUse winograd : {WinogradUse::Never, WinogradUse::Always}) {
      CompileOptions options = testOptions();
      options.rewrites.winograd = winograd;
      Module model;
      ASSERT_TRUE(model.module);
      auto strategy =
          ProductStrategyAttr::get(model.context.get(), tiling.rows, tiling.columns, tiling.lanes,
                                   tiling.rowBlock, tiling.panelBlock, tiling.sums);
      llvm::SmallVector<mlir::Attribute> choices;
      for (mlir::Type type : model.products(options))
        choices.push_back(ProductChoiceAttr::get(model.context.get(),
                                                 llvm::cast<mlir::FunctionType>(type), strategy));
      ASSERT_GE(choices.size(), 7u);
      std::string text = model.with(choices);
      expectAgrees(text, options);
      // All of them got it.
      mlir::OwningOpRef<mlir::ModuleOp> lowered = model.module->clone();
      llvm::Error error = lowerTo(*lowered, Stage::Linalg, options);
      ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
      size_t given = 0;
      lowered->walk([&](mlir::linalg::GenericOp op) {
        given += op->getAttrOfType<ProductStrategyAttr>("weir.strategy") == strategy;
      });
      EXPECT_GE(given, choices.size());
    }
  }
}

} // namespace
} // namespace weir::property
