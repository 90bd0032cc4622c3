//===- FrontendSizesTest.cpp - Sizes from --set and from weights ----------===//

#include "FrontendTestSupport.h"

#include <gtest/gtest.h>

namespace weir::test {
namespace {

const char *const collab = R"(
model Collab(users: size, movies: size, factors: size, width: size = 100) {
  input user: index<users>
  input movie: index<movies>
  let u = embedding(user, factors)
  let m = embedding(movie, 2 * factors + 1)
  let h = linear(concat(u, m), width)
  output rating = linear(h, 1)
})";

TEST(ParseBinding, TellsTheKinds) {
  EXPECT_EQ(parseBinding("672"), Binding(int64_t(672)));
  EXPECT_EQ(parseBinding("-1"), Binding(int64_t(-1)));
  EXPECT_EQ(parseBinding("0.5"), Binding(0.5));
  EXPECT_EQ(parseBinding("1e3"), Binding(1000.0));
  EXPECT_EQ(parseBinding("true"), Binding(true));
  EXPECT_EQ(parseBinding("many"), std::nullopt);
  EXPECT_EQ(parseBinding("nan"), std::nullopt);
  EXPECT_EQ(parseBinding(""), std::nullopt);
}

TEST(Sizes, BindingsBeatDefaults) {
  ModelOptions options;
  for (const char *name : {"users", "movies", "factors", "width"})
    options.bindings[name] = int64_t(7);
  Loaded loaded(collab, options);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.parameters(),
            (std::vector<std::string>{"u.weight: 7 7", "m.weight: 7 15", "h.weight: 7 22",
                                      "h.bias: 7", "rating.weight: 1 7", "rating.bias: 1"}));
}

TEST(Sizes, AreInferredFromWeights) {
  ParameterShapes shapes = {{"u.weight", {672, 50}}, {"m.weight", {8428, 101}}};
  ModelOptions options;
  options.parameterShapes = &shapes;
  Loaded loaded(collab, options);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.parameters()[1], "m.weight: 8428 101");
  EXPECT_EQ(loaded.parameters()[2], "h.weight: 100 151");
}

TEST(Sizes, AreInferredOneAfterTheOther) {
  // `heads` shows only as a product with `depth`, which is found first.
  ParameterShapes shapes = {{"a.weight", {6, 9}}, {"b.weight", {24, 6}}};
  ModelOptions options;
  options.parameterShapes = &shapes;
  Loaded loaded("model M(depth: size, heads: size) {\n  input x: f32[9]\n"
                "  let a = linear(x, depth)\n  output b = linear(a, depth * heads)\n}\n",
                options);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.parameters()[2], "b.weight: 24 6");
}

TEST(Sizes, AreInferredWhereOnlyMultiplesAreValid) {
  ParameterShapes shapes = {{"y.weight", {24, 2, 3, 3}}};
  ModelOptions options;
  options.parameterShapes = &shapes;
  Loaded loaded("model M(c: size) {\n  input x: f32[c, 8, 8]\n"
                "  output y = conv2d(x, 3 * c, kernel: 3, groups: 4)\n}\n",
                options);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.parameters()[0], "y.weight: 24 2 3 3");
}

TEST(Sizes, ThatWeightsDoNotDetermineAreErrors) {
  ParameterShapes shapes = {{"y.weight", {4, 3, 3, 3}}};
  ModelOptions options;
  options.parameterShapes = &shapes;
  Loaded loaded("model M(height: size) {\n  input x: f32[3, height, 8]\n"
                "  output y = conv2d(x, 4, kernel: 3)\n}\n",
                options);
  EXPECT_FALSE(loaded.ok());
  EXPECT_NE(loaded.messages().find("the size 'height' has no value"), std::string::npos)
      << loaded.messages();
  EXPECT_EQ(loaded.diagnostics.errors(), 1u) << loaded.messages();
}

TEST(Sizes, UnknownAndUnfitBindingsAreErrors) {
  ModelOptions options;
  options.bindings["user"] = int64_t(3);
  options.bindings["width"] = 0.5;
  Loaded loaded(collab, options);
  EXPECT_FALSE(loaded.ok());
  for (const char *expected :
       {"model 'Collab' has no parameter 'user' to set", "did you mean 'users'?",
        "'width' is a size, but the float 0.5 was given for it"})
    EXPECT_NE(loaded.messages().find(expected), std::string::npos) << loaded.messages();
}

TEST(Sizes, ModelsAreChosenByName) {
  const char *text = "model A() { input x: f32[3] output y = x }\n"
                     "model B() { input x: f32[4] output y = x }\n";
  ModelOptions options;
  options.modelName = "B";
  Loaded loaded(text, options);
  ASSERT_TRUE(loaded.ok()) << loaded.messages();
  EXPECT_EQ(loaded.outputShape(), (std::vector<int64_t>{4}));
  options.modelName = "C";
  EXPECT_NE(Loaded(text, options).messages().find("there is no model 'C' in 'test.weir', but A, B"),
            std::string::npos);
}

} // namespace
} // namespace weir::test
