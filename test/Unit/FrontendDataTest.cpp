//===- FrontendDataTest.cpp - Data statements, tables and outlines --------===//

#include "FrontendTrainingSupport.h"
#include "weir/Frontend/Outline.h"

#include "llvm/Support/raw_ostream.h"

namespace weir::test {
namespace {

using Names = std::vector<std::string>;

const std::string films = "model Films(users: size, movies: size = 7, width: size = 2 * movies) {\n"
                          "  input user: index<users>\n"
                          "  input movie: index<movies>\n"
                          "  let n = width / 2\n"
                          "  input facts: f32[n, users, 3]\n"
                          "  input genre: index<4>[2]\n"
                          "  let r = embedding(user, 8)\n"
                          "  output y = sum(r) + sum(embedding(movie, 2)) + sum(facts) +\n"
                          "             sum(embedding(genre, 2))\n"
                          "}\n"
                          "training Films {\n"
                          "  target stars: f32\n"
                          "  target seen: index<users>\n"
                          "  data user from userId\n"
                          "  data stars from \"Stars given\"\n"
                          "  data genre from first, second;\n"
                          "  loss mse(y, stars)\n"
                          "  metric a = mean(sum(one_hot(seen)))\n"
                          "  optimizer sgd(lr: 0.1)\n"
                          "}\n";

/// The outline of a text and the messages that came instead.
struct Outlined {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  llvm::SourceMgr sources;
  Diagnostics diagnostics{&sources};
  std::optional<Outline> outline;

  explicit Outlined(llvm::StringRef text, const ModelOptions &options = {},
                    const TrainingOverrides &overrides = {}) {
    outline =
        outlineInputsFromText(text, "test.weir", sources, context, options, overrides, diagnostics);
  }
};

std::string describe(const InputOutline &input) {
  auto text = [](std::optional<int64_t> size) { return size ? std::to_string(*size) : "?"; };
  std::string out = (input.target ? "target " : "input ") + input.name + ":";
  out += input.isIndex ? " index<" + text(input.cardinality) + ">" : " f32";
  for (std::optional<int64_t> size : input.shape)
    out += " " + text(size);
  if (!input.sizeParameter.empty())
    out += " by " + input.sizeParameter;
  return out + (input.hasDefault ? " default" : "") + (input.fixed ? " fixed" : "");
}

TEST(Outline, SaysWhatIsKnown) {
  Outlined outlined(films);
  ASSERT_TRUE(outlined.outline) << outlined.diagnostics.str();
  EXPECT_EQ(outlined.outline->model, "Films");
  EXPECT_EQ(outlined.outline->inputs[2].shapeParameters, (Names{"", "users", ""}));
  Names inputs;
  for (const InputOutline &input : outlined.outline->inputs)
    inputs.push_back(describe(input));
  EXPECT_EQ(inputs,
            (Names{"input user: index<?> by users", "input movie: index<7> by movies default",
                   "input facts: f32 7 ? 3", "input genre: index<4> 2 fixed", "target stars: f32",
                   "target seen: index<?> by users"}));
  ASSERT_EQ(outlined.outline->data.size(), 3u);
  EXPECT_EQ(outlined.outline->data[1].columns, (Names{"Stars given"}));
}

TEST(Outline, BindingsFixSizes) {
  ModelOptions options;
  options.bindings["users"] = int64_t(5);
  options.bindings["movies"] = int64_t(9);
  Outlined outlined(films, options);
  ASSERT_TRUE(outlined.outline) << outlined.diagnostics.str();
  Names inputs;
  for (const InputOutline &input : outlined.outline->inputs)
    inputs.push_back(describe(input));
  EXPECT_EQ(inputs, (Names{"input user: index<5> by users fixed",
                           "input movie: index<9> by movies default fixed",
                           "input facts: f32 9 5 3", "input genre: index<4> 2 fixed",
                           "target stars: f32", "target seen: index<5> by users fixed"}));
}

// A size beside a number is no number of ids that data could set alone.
TEST(Outline, KnowsOnlyWholeParameters) {
  Outlined outlined("model M(n: size) {\n  input a: index<n + 1>\n  input b: index<2 * 3>\n"
                    "  output y = embedding(a, 1) + embedding(b, 1)\n}\n"
                    "training M { target t: f32[n] loss mse(y, t) optimizer adam() }\n");
  ASSERT_TRUE(outlined.outline) << outlined.diagnostics.str();
  EXPECT_EQ(describe(outlined.outline->inputs[0]), "input a: index<?> fixed");
  EXPECT_EQ(describe(outlined.outline->inputs[1]), "input b: index<6> fixed");
  EXPECT_EQ(describe(outlined.outline->inputs[2]), "target t: f32 ?");
}

TEST(Outline, ReportsWhatNeedsNoSizes) {
  Outlined unknown(films, {}, {{"data usr from u"}, {}, {}});
  EXPECT_FALSE(unknown.outline);
  EXPECT_NE(unknown.diagnostics.str().find("no input or target called 'usr'"), std::string::npos);
  Outlined ids(films, {}, {{"data user from u standardize"}, {}, {}});
  EXPECT_NE(ids.diagnostics.str().find("'user' takes ids (index<users>); only numbers"),
            std::string::npos)
      << ids.diagnostics.str();
  // The rest is said when the model is built.
  Outlined wrong("model M() {\n  input x: f32[2]\n  output y = nothing(x)\n}\n"
                 "training M { target t: f32 loss t optimizer adam() }\n");
  EXPECT_TRUE(wrong.outline) << wrong.diagnostics.str();
  EXPECT_EQ(wrong.diagnostics.size(), 0u);
}

// What is known of the outline is what the training then has.
TEST(Data, GoesIntoThePlan) {
  LoadedTraining loaded(trainingWith("  data x from \"hours per week\", input standardize\n"
                                     "  data t from a, text\n"
                                     "  target t: f32[2]\n"
                                     "  loss mse(y, t)\n"
                                     "  tables lazy\n"
                                     "  optimizer sgd(lr: 0.1)\n"));
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  const auto &data = loaded.plan().data;
  ASSERT_EQ(data.size(), 2u);
  EXPECT_EQ(data[0].name, "x");
  EXPECT_EQ(data[0].columns, (Names{"hours per week", "input"}));
  EXPECT_TRUE(data[0].standardize);
  EXPECT_EQ(data[0].text, "");
  EXPECT_EQ(data[1].columns, (Names{"a", "text"}));
  EXPECT_FALSE(data[1].standardize);
  EXPECT_EQ(loaded.plan().tables, TablePolicy::Lazy);
}

// From outside a name's data is replaced, and no other's.
TEST(Data, IsReplacedByName) {
  TrainingOverrides overrides;
  overrides.statements = {"data t from c, d", "tables dense"};
  LoadedTraining loaded(trainingWith("  data x from a, b standardize\n"
                                     "  data t from a, b\n"
                                     "  tables lazy\n"
                                     "  target t: f32[2]\n"
                                     "  loss mse(y, t)\n"
                                     "  optimizer sgd(lr: 0.1)\n"),
                        overrides);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  ASSERT_EQ(loaded.plan().data.size(), 2u);
  EXPECT_EQ(loaded.plan().data[0].columns, (Names{"a", "b"}));
  EXPECT_EQ(loaded.plan().data[1].columns, (Names{"c", "d"}));
  EXPECT_EQ(loaded.plan().tables, TablePolicy::Dense);
}

TEST(Data, ReadsTexts) {
  for (const char *unit : {"words", "characters"}) {
    LoadedTraining loaded(std::string("model W(n: size = 20) {\n  input words: index<n>[3]\n"
                                      "  output y = linear(flatten(embedding(words, 4)), n)\n}\n"
                                      "training W {\n  data words from text ") +
                          unit +
                          "\n  target next: index<n>\n  loss cross_entropy(y, next)\n"
                          "  optimizer adam()\n}\n");
    ASSERT_TRUE(loaded.ok()) << loaded.messages();
    ASSERT_EQ(loaded.plan().data.size(), 1u);
    EXPECT_EQ(loaded.plan().data[0].text, unit);
    EXPECT_TRUE(loaded.plan().data[0].columns.empty());
    EXPECT_EQ(loaded.plan().tables, TablePolicy::Deferred);
  }
}

// A text that is all a checkpoint has: sizes beat defaults, places name the text.
TEST(Data, LoadsFromTextAlone) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  llvm::SourceMgr sources;
  Diagnostics diagnostics(&sources);
  ModelOptions options;
  options.bindings["users"] = int64_t(11);
  options.bindings["movies"] = int64_t(13);
  std::optional<Training> training =
      loadTrainingFromText(films, "films.safetensors", sources, context, options, {}, diagnostics);
  ASSERT_TRUE(training) << diagnostics.str();
  auto function = *training->module->getOps<mlir::func::FuncOp>().begin();
  Names types;
  for (mlir::Type type : function.getArgumentTypes())
    llvm::raw_string_ostream(types.emplace_back()) << type;
  EXPECT_EQ(types, (Names{"tensor<?x!weir.index<11>>", "tensor<?x!weir.index<13>>",
                          "tensor<?x13x11x3xf32>", "tensor<?x2x!weir.index<4>>"}));
}

} // namespace
} // namespace weir::test
