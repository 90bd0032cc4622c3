//===- FrontendElaborateTest.cpp - What a model becomes -------------------===//

#include "FrontendTestSupport.h"
#include "weir/Frontend/Training.h"

#include <gtest/gtest.h>

#include <set>

namespace weir::test {
namespace {

using Shape = std::vector<int64_t>;
using Names = std::vector<std::string>;

Shape shapeOf(const std::string &type, const std::string &expr) {
  Loaded loaded(modelWith(type, "  output y = " + expr));
  EXPECT_TRUE(loaded.ok()) << expr << "\n" << loaded.messages();
  return loaded.ok() ? loaded.outputShape() : Shape{-1};
}

Names namesOf(const std::string &text) {
  Loaded loaded(text);
  EXPECT_TRUE(loaded.ok()) << loaded.messages();
  Names names;
  if (loaded.ok())
    for (ParamOp param : loaded.ops<ParamOp>())
      names.push_back(param.getName().str());
  return names;
}

// The value of a compile-time expression, seen as the number of features.
int64_t sizeOf(const std::string &expr) {
  return shapeOf("f32[1]", "linear(x, " + expr + ")").front();
}

TEST(Numbers, FollowTheRules) {
  EXPECT_EQ(sizeOf("2 + 3 * 4 - 1"), 13);
  EXPECT_EQ(sizeOf("7 / 2"), 3);
  EXPECT_EQ(sizeOf("10 + -7 / 2"), 6);
  EXPECT_EQ(sizeOf("10 + -7 % 3"), 12);
  EXPECT_EQ(sizeOf("10 + 7 % -3"), 8);
  EXPECT_EQ(sizeOf("round(2.5) + round(3.5) + floor(1.9) + ceil(1.1)"), 9);
  EXPECT_EQ(sizeOf("maximum(8, 20 / 3) + minimum(3, 2)"), 10);
  EXPECT_EQ(sizeOf("pow(2, 10) + abs(-3)"), 1027);
  EXPECT_EQ(sizeOf("pow(-1, 4000000001) + 2"), 1);
  EXPECT_EQ(sizeOf("if 1 < 2 and not (3 == 4) or 1 / 0 == 1 then 5 else 1 / 0"), 5);
  EXPECT_EQ(sizeOf("x.shape[0] + x.rank + x.features"), 3);
  EXPECT_EQ(sizeOf("(3, 4)[1] + (5,)[-1]"), 9);
}

TEST(Shapes, OfLayers) {
  EXPECT_EQ(shapeOf("f32[3, 9, 7]", "conv2d(x, 8, kernel: (3, 1), stride: 2, padding: (1, 0))"),
            (Shape{8, 5, 4}));
  EXPECT_EQ(shapeOf("f32[4, 20]", "conv1d(x, 6, kernel: 3, dilation: 2, groups: 2)"),
            (Shape{6, 16}));
  EXPECT_EQ(shapeOf("f32[3, 9, 7]", "max_pool2d(x, 2)"), (Shape{3, 4, 3}));
  EXPECT_EQ(shapeOf("f32[3, 9]", "avg_pool1d(x, 3, stride: 2, padding: 1)"), (Shape{3, 5}));
  EXPECT_EQ(shapeOf("f32[3, 9, 7]", "adaptive_avg_pool2d(x, (4, 3))"), (Shape{3, 4, 3}));
  EXPECT_EQ(shapeOf("f32[3, 9, 6]", "adaptive_max_pool2d(x, 3)"), (Shape{3, 3, 3}));
  EXPECT_EQ(shapeOf("f32[3, 10]", "adaptive_avg_pool1d(x, 4)"), (Shape{3, 4}));
  EXPECT_EQ(shapeOf("f32[3, 9, 7]", "adaptive_avg_pool2d(x, 1)"), (Shape{3, 1, 1}));
  EXPECT_EQ(shapeOf("f32[3, 9, 7]", "global_avg_pool(x)"), (Shape{3}));
  EXPECT_EQ(shapeOf("f32[3, 9]", "global_max_pool(x)"), (Shape{3}));
  EXPECT_EQ(shapeOf("f32[5, 4]", "linear(x, 7)"), (Shape{5, 7}));
  EXPECT_EQ(shapeOf("index<672>", "embedding(x)"), (Shape{61}));
  EXPECT_EQ(shapeOf("index<8428>", "embedding(x)"), (Shape{253}));
  EXPECT_EQ(shapeOf("index<9>[2, 3]", "embedding(x, 4)"), (Shape{2, 3, 4}));
  EXPECT_EQ(shapeOf("index<9>[2, 3]", "embedding(x, 4, bag: max)"), (Shape{2, 4}));
  EXPECT_EQ(shapeOf("index<9>[2]", "one_hot(x)"), (Shape{2, 9}));
  EXPECT_EQ(shapeOf("f32[16, 6, 6]", "residual(x, 32, stride: 2)"), (Shape{32, 3, 3}));
}

TEST(Shapes, OfFunctions) {
  EXPECT_EQ(shapeOf("f32[3, 4]", "x @ transpose(x)"), (Shape{3, 3}));
  EXPECT_EQ(shapeOf("f32[2, 3, 4]", "x @ transpose(x, 0, 2, 1)"), (Shape{2, 3, 3}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "x + x[0, :] * x[:, 0..1]"), (Shape{3, 4}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "x[-2.., 1]"), (Shape{2}));
  EXPECT_EQ(shapeOf("f32[3, 4, 5]", "sum(x, axis: (0, -1))"), (Shape{4}));
  EXPECT_EQ(shapeOf("f32[3, 4, 5]", "min(x, 1, keep: true)"), (Shape{3, 1, 5}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "sum(x)"), (Shape{}));
  EXPECT_EQ(shapeOf("f32", "x * x"), (Shape{}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "concat(x, x, x[0..1], axis: 0)"), (Shape{7, 4}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "reshape(x, 2, -1)"), (Shape{2, 6}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "reshape(x, x.shape)"), (Shape{3, 4}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "pad(x, (1, 0), after: (0, 2))"), (Shape{4, 6}));
  // A list is all of `before`, so that another one is `after`; single numbers are one list.
  EXPECT_EQ(shapeOf("f32[3, 4]", "pad(x, (1, 0), (0, 2))"), (Shape{4, 6}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "pad(x, (1, 0), (0, 2), 7.0)"), (Shape{4, 6}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "pad(x, 1, 0)"), (Shape{5, 4}));
  EXPECT_EQ(shapeOf("f32[9, 4]", "slice(x, axis: 0, from: 1, to: -1, step: 3)"), (Shape{3, 4}));
  EXPECT_EQ(shapeOf("f32[3, 4]", "cosine_similarity(x, x[0])"), (Shape{3}));
  EXPECT_EQ(
      shapeOf("f32[3, 4]", "x |> mish |> hardswish |> elu |> leaky_relu(0.2) |> silu |> gelu"),
      (Shape{3, 4}));
}

TEST(Values, OfAttributes) {
  Loaded loaded(modelWith("f32[3, 9, 7]", "  output y = x |> conv2d(6, kernel: 3, stride: (2, 1), "
                                          "padding: (1, 2), dilation: (1, 3), groups: 3)"
                                          " |> batch_norm(eps: 1e-3) |> dropout(0.25)"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  Conv2dOp conv = loaded.ops<Conv2dOp>().front();
  EXPECT_EQ(conv.getStrides(), (llvm::ArrayRef<int64_t>{2, 1}));
  EXPECT_EQ(conv.getPadLow(), (llvm::ArrayRef<int64_t>{1, 2}));
  EXPECT_EQ(conv.getPadHigh(), (llvm::ArrayRef<int64_t>{1, 2}));
  EXPECT_EQ(conv.getDilations(), (llvm::ArrayRef<int64_t>{1, 3}));
  EXPECT_EQ(conv.getGroups(), 3u);
  BatchNormOp norm = loaded.ops<BatchNormOp>().front();
  EXPECT_EQ(norm.getAxis(), 0u);
  EXPECT_EQ(norm.getEpsilon().convertToDouble(), 1e-3);
  EXPECT_EQ(loaded.ops<DropoutOp>().front().getProbability().convertToDouble(), 0.25);
}

TEST(Values, AdaptivePoolsCutAsPyTorchDoes) {
  Loaded loaded(modelWith("f32[2, 10]", "  output y = adaptive_avg_pool1d(x, 4)"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  std::vector<std::pair<int64_t, int64_t>> windows;
  for (SliceOp slice : loaded.ops<SliceOp>())
    windows.push_back({slice.getOffsets()[1], slice.getSizes()[1]});
  EXPECT_EQ(windows, (std::vector<std::pair<int64_t, int64_t>>{{0, 3}, {2, 3}, {5, 3}, {7, 3}}));
}

// Initial values by parameter: kind and arguments.
TEST(Values, OfInitializers) {
  Loaded loaded(
      "model M() {\n  input x: f32[8]\n  input i: index<50>\n"
      "  param a: f32[8, 2] = kaiming_normal()\n  param b: f32[2] = constant(3)\n"
      "  param c: f32[8, 2] = xavier_uniform()\n"
      "  param d: f32[4, 3, 5] = kaiming_uniform()\n"
      "  let e = embedding(i, 2)\n  let f = embedding(i, 2, init: normal(0, 0.01))\n"
      "  output y = x @ (a + c) + b + linear(x, 2) + e + f\n  output z = x + sum(d)\n}\n");
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  std::map<std::string, std::pair<std::string, std::vector<double>>> initial;
  for (ParamOp param : loaded.ops<ParamOp>())
    initial[param.getName().str()] = {param.getInit().str(), param.getInitArgs().vec()};
  auto expect = [&](const char *name, const char *kind, double first, double second) {
    EXPECT_EQ(initial[name].first, kind) << name;
    EXPECT_NEAR(initial[name].second[0], first, 1e-12) << name;
    EXPECT_NEAR(initial[name].second[1], second, 1e-12) << name;
  };
  expect("a", "normal", 0, 0.5);
  expect("b", "constant", 3, 0);
  expect("c", "uniform", -std::sqrt(0.6), std::sqrt(0.6));
  expect("d", "uniform", -std::sqrt(6.0 / 15), std::sqrt(6.0 / 15));
  expect("e.weight", "normal", 0, 1);
  expect("f.weight", "normal", 0, 0.01);
  expect("linear.weight", "uniform", -1 / std::sqrt(8), 1 / std::sqrt(8));
  expect("linear.bias", "uniform", -1 / std::sqrt(8), 1 / std::sqrt(8));
}

TEST(Values, RunningStatisticsAreBuffers) {
  Loaded loaded(modelWith("f32[3]", "  output y = batch_norm(x)"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  std::vector<bool> buffers;
  for (ParamOp param : loaded.ops<ParamOp>())
    buffers.push_back(param.getBuffer());
  EXPECT_EQ(buffers, (std::vector<bool>{false, false, true, true}));
}

TEST(Naming, FollowsThePlace) {
  EXPECT_EQ(namesOf(modelWith("f32[3]", "  let h = linear(x, 4, bias: false)\n"
                                        "  let b = h |> linear(4, bias: false) |> relu |> "
                                        "linear(4, bias: false)\n"
                                        "  let c = b |> linear(4, bias: false)\n"
                                        "  output y = c |> relu |> linear(2, bias: false)")),
            (Names{"h.weight", "b.0.weight", "b.2.weight", "c.weight", "1.weight"}));
}

TEST(Naming, FallsBackToTheKind) {
  EXPECT_EQ(
      namesOf(modelWith("f32[3]", "  let h = relu(linear(x, 3)) + linear(x, 3)\n"
                                  "  output y = linear(h, 2, bias: false)")),
      (Names{"linear.weight", "linear.bias", "linear_1.weight", "linear_1.bias", "y.weight"}));
}

TEST(Naming, IsOverriddenByName) {
  EXPECT_EQ(namesOf(modelWith("f32[3]", "  output y = x |> linear(4, name: fc1, bias: false)"
                                        " |> linear(2, name: \"head.0\", bias: false)")),
            (Names{"fc1.weight", "head.0.weight"}));
}

TEST(Naming, NestsBlocksAndCountsLoops) {
  EXPECT_EQ(namesOf("block inner(x) {\n  param scale: f32 = ones()\n"
                    "  return scale * linear(x, x.features, bias: false, name: fc)\n}\n"
                    "block outer(x) {\n  let body = x |> inner |> relu |> inner\n  return body\n}\n"
                    "model M() {\n  input x: f32[3]\n  let stem = outer(x)\n"
                    "  for i in 1..3 {\n    stem = inner(stem, name: layers)\n"
                    "    for j in 0..2 { let k = linear(stem, 3, bias: false)\n stem = k }\n  }\n"
                    "  output y = stem\n}\n"),
            (Names{"stem.body.0.scale", "stem.body.0.fc.weight", "stem.body.2.scale",
                   "stem.body.2.fc.weight", "layers.1.scale", "layers.1.fc.weight", "k.1.0.weight",
                   "k.1.1.weight", "layers.2.scale", "layers.2.fc.weight", "k.2.0.weight",
                   "k.2.1.weight"}));
}

TEST(Naming, OfAReturnIsNumberedUnderTheBlock) {
  EXPECT_EQ(namesOf("block f(x) { return x |> linear(2, bias: false) |> relu |> linear(2, bias: "
                    "false) }\n" +
                    modelWith("f32[3]", "  let a = f(x)\n  output y = a")),
            (Names{"a.0.weight", "a.2.weight"}));
}

TEST(Blocks, OfTheUserHideThoseOfThePrelude) {
  EXPECT_EQ(shapeOf("f32[3]", "gelu(x)"), (Shape{3}));
  Loaded loaded("block gelu(x) { return concat(x, x) }\n" +
                modelWith("f32[3]", "  output y = gelu(x)"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.outputShape(), (Shape{6}));
}

TEST(Blocks, DefaultsMayUseEarlierParameters) {
  Loaded loaded("block f(x, n: size = x.features, m: size = 2 * n) { return linear(x, m) }\n" +
                modelWith("f32[3]", "  output y = f(x)"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.outputShape(), (Shape{6}));
}

TEST(Locations, CarryTheLayersName) {
  Loaded loaded(modelWith("f32[3]", "  let act = gelu(linear(x, 4, name: fc))\n  output y = act"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  auto linear = mlir::cast<mlir::NameLoc>(loaded.ops<LinearOp>().front().getLoc());
  EXPECT_EQ(linear.getName().str(), "fc");
  auto place = mlir::cast<mlir::FileLineColLoc>(linear.getChildLoc());
  EXPECT_EQ(place.getFilename().str(), "test.weir");
  EXPECT_EQ(place.getLine(), 3u);
  EXPECT_EQ(place.getColumn(), 18u);
  // What the prelude makes stands where it is called.
  auto erf = mlir::cast<mlir::NameLoc>(loaded.ops<ErfOp>().front().getLoc());
  EXPECT_EQ(erf.getName().str(), "act");
  EXPECT_EQ(mlir::cast<mlir::FileLineColLoc>(erf.getChildLoc()).getColumn(), 13u);
}

TEST(Tensors, AreCompared) {
  Loaded loaded(modelWith("f32[3]", "  output less = x < 2\n  output more = x > x[0]"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  std::vector<GreaterOp> ops = loaded.ops<GreaterOp>();
  ASSERT_EQ(ops.size(), 2u);
  EXPECT_FALSE(mlir::isa<mlir::BlockArgument>(ops[0].getLhs())); // 2 > x
  EXPECT_TRUE(mlir::isa<mlir::BlockArgument>(ops[0].getRhs()));
  EXPECT_TRUE(mlir::isa<mlir::BlockArgument>(ops[1].getLhs()));
}

TEST(Tensors, AreMadeOfLists) {
  Loaded loaded("block weighed(x, by = (1.0, 2)) { return x * by }\n" +
                modelWith("f32[2]", "  output a = weighed(x)\n  output b = weighed(x, (3, 4))"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  std::vector<std::vector<float>> found;
  for (ConstantOp op : loaded.ops<ConstantOp>()) {
    auto values = op.getValue().getValues<float>();
    found.emplace_back(values.begin(), values.end());
  }
  EXPECT_EQ(found, (std::vector<std::vector<float>>{{1, 2}, {3, 4}}));
}

// Losses and metrics, and the helpers of schedules and optimizers, have tests of
// their own.
TEST(Prelude, EveryBlockCanBeBuilt) {
  const std::set<std::string> elsewhere = {"accuracy",
                                           "binary_accuracy",
                                           "binary_cross_entropy",
                                           "cosine_between",
                                           "cross_entropy",
                                           "huber",
                                           "is_zero",
                                           "l1",
                                           "mae",
                                           "mse",
                                           "perplexity",
                                           "r2",
                                           "rmse",
                                           "top_k"};
  std::map<std::string, std::string> calls = {
      {"clamp", "clamp(x, 0, 1)"},
      {"dot", "dot(x, x)"},
      {"cosine_similarity", "cosine_similarity(x, x)"},
      {"residual", "residual(x, 8)"},
      {"squeeze_excite", "squeeze_excite(x, 2)"},
      {"depthwise_separable", "depthwise_separable(x, 8)"},
  };
  for (const std::string &block : preludeBlocks()) {
    if (elsewhere.contains(block))
      continue;
    std::string call = calls.count(block) ? calls[block] : block + "(x)";
    EXPECT_NE(shapeOf("f32[4, 6, 6]", call), Shape{-1}) << block;
  }
}

// Every example of the repository, and the prelude's names in the documentation.
TEST(Examples, CanBeBuilt) {
  for (const char *name :
       {"collab_dot", "collab_nn", "fashion_pool", "fashion_stride2", "from_scratch", "layers1024",
        "lenet", "mobilenet", "next_word", "resnet18", "tabular_adult", "text_bag"}) {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    llvm::SourceMgr sources;
    Diagnostics diagnostics(&sources);
    ModelOptions options;
    if (llvm::StringRef(name).starts_with("collab"))
      options.bindings = {{"users", int64_t(10)}, {"movies", int64_t(20)}};
    auto module = loadModel(std::string(WEIR_SOURCE_DIR "/examples/") + name + ".weir", sources,
                            context, options, diagnostics);
    EXPECT_TRUE(module) << diagnostics.str();
    EXPECT_EQ(diagnostics.warnings(), 0u) << diagnostics.str();
  }
}

TEST(Documentation, NamesEveryFunction) {
  std::string text;
  for (const char *page : {"language.md", "training.md"}) {
    auto buffer = llvm::MemoryBuffer::getFile(std::string(WEIR_SOURCE_DIR "/docs/") + page);
    ASSERT_TRUE(buffer) << page;
    text += (*buffer)->getBuffer();
  }
  std::vector<std::string> names = preludeBlocks();
  for (const auto &more : {builtinFunctions(), preludeOptimizers(), preludeSchedules()})
    names.insert(names.end(), more.begin(), more.end());
  for (const std::string &name : names)
    EXPECT_TRUE(text.find("`" + name + "(") != text.npos ||
                text.find("`" + name + "`") != text.npos)
        << name;
}

} // namespace
} // namespace weir::test
