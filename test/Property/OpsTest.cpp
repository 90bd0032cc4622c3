//===- OpsTest.cpp - Every op in odd sizes against the reference --------------===//

#include "OpsSupport.h"

namespace weir::property {
namespace {

constexpr int64_t widths[] = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 100};

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

class ProductTest : public testing::TestWithParam<bool> {
protected:
  CompileOptions options() const { return GetParam() ? plainOptions() : testOptions(); }
};

TEST_P(ProductTest, LinearOfAllWidths) {
  for (int64_t inputs : widths) {
    ModelText model{{fmt::format("x: f32[{}]", inputs)}, {}};
    for (int64_t outputs : widths)
      model.expressions.push_back(
          fmt::format("linear(x, {}{})", outputs, outputs % 2 ? ", bias: false" : ""));
    expectAgrees(model, options());
  }
}

TEST_P(ProductTest, LinearAndWhatFollows) {
  expectAgrees({{"x: f32[13]", "r: f32[19]", "rows: f32[3, 13]", "deep: f32[2, 5, 13]"},
                {"relu(linear(x, 19) + r)",
                 "gelu(linear(x, 19)) * r",
                 "r - linear(x, 19)",
                 "softmax(linear(x, 19))",
                 "linear(relu(linear(x, 7)), 5)",
                 "linear(rows, 19)",
                 "linear(deep, 6)",
                 "linear(rows, 19) + r",
                 "batch_norm(linear(x, 19))",
                 "linear(batch_norm(x), 9)",
                 "linear(concat(x, r), 9)",
                 "linear(concat(x, r, x), 100, bias: false)",
                 "x + linear(x, 13)",
                 "linear(x, 19) + linear(r, 19)",
                 "linear(dropout(x, 0.5), 3)",
                 "sum(linear(x, 19) * r)",
                 "linear(deep[:, 1..3, :], 4)",
                 "linear(transpose(rows), 4)",
                 "linear(rows[1, :], 4)",
                 "linear(x[2..10], 4)"}},
               options());
}

TEST_P(ProductTest, Matmul) {
  expectAgrees({{"a: f32[5, 7]", "b: f32[7, 9]", "c: f32[2, 5, 7]", "d: f32[2, 7, 3]", "v: f32[7]",
                 "e: f32[2, 3, 4, 7]", "f: f32[2, 3, 7, 17]", "one: f32[1, 1]", "w: f32[7, 33]",
                 "t: f32[16, 7]"},
                {"a @ b",
                 "c @ d",
                 "c @ b",
                 "v @ b",
                 "e @ f",
                 "a @ transpose(a)",
                 "transpose(a) @ a",
                 "c @ transpose(c, 0, 2, 1)",
                 "a @ d",
                 "one @ one",
                 "a @ w",
                 "t @ w",
                 "transpose(w) @ transpose(t)",
                 "relu(a @ b + a[0, 0])",
                 "v @ w",
                 "softmax(a @ transpose(a) / 2.6) @ a",
                 "e @ b",
                 "(a + 1) @ (b * 2)",
                 "a[1..4, :] @ b[:, 2..5]",
                 "a[:, ..3] @ b[4.., :]"}},
               options());
}

TEST_P(ProductTest, MatmulWithParameters) {
  std::string text = R"(model Test() {
    input x: f32[6, 10]
    input v: f32[10]
    input z: f32[3, 6, 10]
    param m: f32[10, 21] = normal(0.0, 0.3)
    param left: f32[4, 6] = normal(0.0, 0.3)
    param stack: f32[3, 10, 5] = normal(0.0, 0.3)
    param bias: f32[21] = normal()
    output a = x @ m
    output b = v @ m + bias
    output c = left @ x
    output d = z @ stack
    output e = left @ z
    output f = relu(x @ m + bias) @ transpose(m)
    output g = left @ x @ m
    output h = x @ stack
  })";
  auto harness = Harness::create(text, options(), 1);
  ASSERT_TRUE(harness.ok()) << harness.error().message;
  for (int64_t batch : {1, 3, 8, 13}) {
    Result<void> good = (*harness)->check(batch, batch);
    EXPECT_TRUE(good.ok()) << good.error().message;
  }
}

// A computed matrix with a long sum, whose rows are far apart: what is fetched ahead, of the matrix
// and of results, changes nothing, and neither do rests of rows and columns.
TEST_P(ProductTest, LongSumsOverWhatLiesAsItIs) {
  std::string text = R"(model Test() {
    input x: f32[300, 41]
    input y: f32[37, 300]
    input z: f32[700, 31]
    param a: f32[13, 300] = normal(0.0, 0.1)
    param b: f32[1030, 700] = normal(0.0, 0.1)
    output few = a @ x
    output both = y @ x
    output turned = transpose(x) @ transpose(a)
    output many = relu(b @ z)
    output first = reshape(a @ x, 13 * 41)
    output cut = reshape(relu(y @ x), 37, 41, 1)
  })";
  auto harness = Harness::create(text, options(), 1);
  ASSERT_TRUE(harness.ok()) << harness.error().message;
  for (int64_t batch : {1, 2, 5}) {
    Result<void> good = (*harness)->check(batch, batch);
    EXPECT_TRUE(good.ok()) << good.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(Targets, ProductTest, testing::Bool(), [](const auto &info) {
  return info.param ? std::string("Plain") : std::string("Host");
});

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

TEST(TableTest, Embeddings) {
  ModelText model{{"one: index<1>", "few: index<5>", "many: index<1000>", "words: index<50>[6]",
                   "pages: index<9>[3, 4]"},
                  {}};
  for (const char *name : {"one", "few", "many", "words", "pages"}) {
    for (int64_t width : {1, 2, 7, 8, 17, 50})
      model.expressions.push_back(fmt::format("embedding({}, {})", name, width));
    model.expressions.push_back(fmt::format("one_hot({})", name));
  }
  for (const char *name : {"words", "pages"})
    for (const char *bag : {"sum", "mean", "max"})
      for (int64_t width : {1, 7, 8, 33})
        model.expressions.push_back(fmt::format("embedding({}, {}, bag: {})", name, width, bag));
  expectAgrees(model);
  expectAgrees(model, plainOptions());
}

TEST(TableTest, TablesInFormulas) {
  for (bool isEmbedding : {true, false}) {
    CompileOptions options = testOptions();
    options.rewrites.oneHotToEmbedding = isEmbedding;
    expectAgrees(
        {{"u: index<20>", "m: index<30>", "words: index<12>[5]", "x: f32[3]"},
         {"5.5 * sigmoid(dot(embedding(u, 9), embedding(m, 9)) + embedding(u, 1))",
          "linear(concat(embedding(u, 7), embedding(m, 5), x), 11)",
          "conv1d(transpose(embedding(words, 6)), 4, kernel: 3)",
          "relu(embedding(u, 17)) + embedding(m, 17)", "sum(one_hot(words), axis: 0)",
          "max(embedding(words, 9), axis: 0)", "embedding(words, 6)[2, :]", "linear(one_hot(u), 8)",
          "mean(embedding(words, 8) * embedding(u, 8), axis: 1)"}},
        options);
  }
}

//===----------------------------------------------------------------------===//
// Reductions and norms
//===----------------------------------------------------------------------===//

TEST(ReductionTest, OverEachSetOfAxes) {
  ModelText model{{"x: f32[3, 5, 9]", "v: f32[33]", "w: f32[2, 17]", "one: f32[1]"}, {}};
  for (const char *kind : {"sum", "mean", "max", "min"}) {
    for (const char *axes : {"0", "1", "2", "-1", "(0, 1)", "(0, 2)", "(1, 2)", "(0, 1, 2)"})
      for (const char *keep : {"", ", keep: true"})
        model.expressions.push_back(fmt::format("{}(x, axis: {}{})", kind, axes, keep));
    for (const char *rest : {"x", "v", "w", "one", "w, axis: 0", "w, axis: 1"})
      model.expressions.push_back(fmt::format("{}({})", kind, rest));
  }
  expectAgrees(model);
  expectAgrees(model, plainOptions());
}

TEST(ReductionTest, OfFormulas) {
  expectAgrees({{"x: f32[7, 9]", "y: f32[7, 9]"},
                {"sum(x * y)", "sum(x * y, axis: 0)", "sqrt(sum(x * x, axis: 1))",
                 "x - mean(x, axis: 1, keep: true)", "x / (sum(abs(x), axis: 0, keep: true) + 1)",
                 "cosine_similarity(x, y)", "cosine_similarity(x, y, axis: 0)", "normalize(x)",
                 "normalize(x, axis: 0)", "max(x) - min(x)", "mean(relu(x), axis: 1) * max(y)",
                 "sum(x, axis: 1) + sum(transpose(y), axis: 0)", "max(sum(x, axis: 0))"}});
}

TEST(NormTest, SoftmaxOverEachAxis) {
  ModelText model{{"x: f32[3, 5, 9]", "v: f32[33]", "w: f32[4, 16]", "one: f32[1]"}, {}};
  for (const char *kind : {"softmax", "log_softmax"}) {
    for (int axis : {0, 1, 2, -1})
      model.expressions.push_back(fmt::format("{}(x * 4, axis: {})", kind, axis));
    for (const char *rest : {"v", "w", "w, axis: 0", "one", "v * 30"})
      model.expressions.push_back(fmt::format("{}({})", kind, rest));
  }
  expectAgrees(model);
}

TEST(NormTest, LayerNormAndBatchNorm) {
  expectAgrees(
      {{"x: f32[3, 5, 9]", "v: f32[33]", "w: f32[4, 16]"},
       {"layer_norm(x)", "layer_norm(x, axes: 2)", "layer_norm(x, axes: 3)", "layer_norm(v)",
        "layer_norm(w, axes: 2, eps: 0.1)", "layer_norm(v + 100)", "batch_norm(x)", "batch_norm(v)",
        "batch_norm(w, eps: 0.3)", "relu(layer_norm(v + linear(v, 33)))",
        "batch_norm(batch_norm(x))", "layer_norm(layer_norm(w))", "dropout(x, 0.5)"}});
}

//===----------------------------------------------------------------------===//
// Element by element, shapes
//===----------------------------------------------------------------------===//

TEST(ElementwiseTest, Broadcasting) {
  ModelText model{{"full: f32[3, 5, 9]", "last: f32[9]", "column: f32[5, 1]", "front: f32[3, 1, 1]",
                   "number: f32", "row: f32[1, 9]", "one: f32[1]"},
                  {}};
  const char *names[] = {"full", "last", "column", "front", "number", "row", "one"};
  for (const char *a : names)
    for (const char *b : names) {
      size_t turn = model.expressions.size();
      const char *forms[] = {"{0} + {1}",         "{0} - {1}",         "{0} * {1}",
                             "maximum({0}, {1})", "minimum({0}, {1})", "{0} / (abs({1}) + 1)"};
      model.expressions.push_back(fmt::format(fmt::runtime(forms[turn % 6]), a, b));
    }
  expectAgrees(model);
}

TEST(ElementwiseTest, ParametersAreRepeated) {
  std::string text = R"(model Test() {
    input x: f32[3, 5, 9]
    param all: f32[3, 5, 9] = normal()
    param last: f32[9] = normal()
    param middle: f32[5, 1] = normal()
    param front: f32[3, 1, 1] = normal()
    param number: f32 = normal()
    output a = x + all
    output b = x * last - middle
    output c = maximum(front, x) * number
    output d = x * (last + middle)
    output e = (all + 1) * x
    output f = sum(x, axis: 0) * middle + number
    output g = concat(x, x * all, axis: 1) + front
  })";
  for (const CompileOptions &options : {testOptions(), plainOptions()})
    expectAgrees(text, options);
}

TEST(ElementwiseTest, EveryFunction) {
  ModelText model{{"x: f32[37]", "y: f32[37]", "number: f32"}, {}};
  for (const char *form : {"relu({})",
                           "leaky_relu({}, slope: 0.3)",
                           "elu({}, alpha: 1.5)",
                           "gelu({})",
                           "silu({})",
                           "mish({})",
                           "hardsigmoid({})",
                           "hardswish({})",
                           "relu6({} * 4)",
                           "sigmoid({})",
                           "tanh({})",
                           "softplus({})",
                           "exp({})",
                           "log(abs({}) + 0.1)",
                           "log1p(abs({}))",
                           "sqrt(abs({}))",
                           "rsqrt(abs({}) + 0.1)",
                           "erf({})",
                           "abs({})",
                           "neg({})",
                           "-{}",
                           "clamp({}, -0.5, 0.5)",
                           "pow({}, 2)",
                           "pow({}, 3.0)",
                           "pow(abs({}) + 0.1, 0.5)",
                           "pow(abs({}) + 0.1, -1.7)"})
    for (const char *name : {"x", "number"})
      model.expressions.push_back(fmt::format(fmt::runtime(form), name));
  model.expressions.push_back("pow(abs(x) + 0.1, y)");
  model.expressions.push_back("x * y + x * y");
  model.expressions.push_back("x * x + y * y - x * y");
  expectAgrees(model);
  expectAgrees(model, plainOptions());
}

TEST(ShapeTest, Transposes) {
  ModelText model{{"x: f32[3, 5, 9]", "w: f32[7, 17]", "z: f32[2, 3, 4, 5]"}, {}};
  for (const char *order : {"0, 1, 2", "0, 2, 1", "1, 0, 2", "1, 2, 0", "2, 0, 1", "2, 1, 0"})
    model.expressions.push_back(fmt::format("transpose(x, {})", order));
  for (const char *order : {"3, 2, 1, 0", "0, 3, 1, 2", "2, 0, 3, 1", "1, 0, 3, 2"})
    model.expressions.push_back(fmt::format("transpose(z, {}) + 1", order));
  for (const char *rest : {"transpose(w)", "transpose(transpose(w))", "relu(transpose(w)) * 2",
                           "reshape(transpose(x, 2, 0, 1), 27, 5)", "flatten(transpose(w))",
                           "transpose(reshape(w, 17, 7))", "transpose(x[1..3, :, 4..9], 2, 1, 0)"})
    model.expressions.push_back(rest);
  expectAgrees(model);
}

TEST(ShapeTest, SlicesAndPads) {
  expectAgrees({{"x: f32[4, 5, 9]", "v: f32[33]"},
                {"x[1]",
                 "x[:, 2, :]",
                 "x[0, 0, 0]",
                 "x[-1, 1..4, -3..]",
                 "x[..2, :, 8]",
                 "slice(x, axis: 2, step: 2)",
                 "slice(x, axis: 2, from: 1, step: 3)",
                 "slice(x, axis: 1, from: 1, to: 4, step: 2)",
                 "slice(v, axis: 0, step: 4)",
                 "slice(slice(v, axis: 0, from: 3), axis: 0, step: 5) + 1",
                 "v[8..24]",
                 "v[1..18] * v[16..33]",
                 "pad(v, (1,))",
                 "pad(v, (0,), after: (7,), value: 2.5)",
                 "pad(x, (0, 1, 2))",
                 "pad(x, (2, 0, 0), after: (0, 3, 1), value: -1.0)",
                 "pad(x[1..3], (1, 1, 1))",
                 "relu(pad(x, (0, 1, 1), value: -1.0))",
                 "pad(pad(v, (2,)), (3,), value: 1.0)",
                 "sum(pad(x, (0, 2, 2), value: 0.5), axis: 0)",
                 "reshape(x, 20, 9)[3..7]",
                 "reshape(x, 2, -1)",
                 "flatten(x)[5..100]"}});
}

TEST(ShapeTest, Concats) {
  expectAgrees(
      {{"a: f32[3, 4, 5]", "b: f32[3, 4, 5]", "c: f32[3, 1, 5]", "v: f32[13]", "w: f32[1]"},
       {"concat(a, b)", "concat(a, b, axis: 1)", "concat(a, b, axis: 2)",
        "concat(a, c, b, axis: 1)", "concat(a, a, a, axis: -1)", "concat(v, w, v)",
        "concat(v, w) * 2", "concat(relu(a), b * 3, axis: 1)", "relu(concat(v, w, w))",
        "concat(concat(v, w), concat(w, v))", "concat(v[..5], v[7..])",
        "concat(transpose(a, 2, 1, 0), transpose(b, 2, 1, 0), axis: 1)",
        "concat(sum(a, axis: 0, keep: true), b)", "concat(linear(v, 7), v, linear(v, 9))",
        "concat(conv2d(a, 2, kernel: 1), b, axis: 0)", "concat(pad(v, (1,)), w)"}});
}

// Outputs that begin with the same part, which is put into each of them.
TEST(ShapeTest, ConcatsWithAPartInCommon) {
  std::string text = R"(model Test() {
    input i: index<7>
    input j: index<16>
    input v: f32[13]
    let common = embedding(i, 18)
    output a = concat(common, embedding(j, 9, name: b))
    output b = concat(common, embedding(j, 9, name: c))
    output c = concat(relu(v), tanh(v), exp(v))
    output d = concat(relu(v), tanh(v), sigmoid(v))
    output e = concat(relu(v), sigmoid(v), tanh(v))
  })";
  for (const CompileOptions &options : {testOptions(), plainOptions()})
    expectAgrees(text, options);
}

} // namespace
} // namespace weir::property
