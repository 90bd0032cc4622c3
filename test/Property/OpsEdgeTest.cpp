//===- OpsEdgeTest.cpp - The edges of what a model may be called with ---------===//

#include "OpsSupport.h"

#include "weir/Execution/Parameters.h"

#include <cstring>

namespace weir::property {
namespace {

std::unique_ptr<Harness> compile(const std::string &text) {
  auto harness = Harness::create(text, testOptions(), 1);
  EXPECT_TRUE(harness.ok()) << harness.error().message;
  return harness ? std::move(*harness) : nullptr;
}

std::unique_ptr<Harness> compileDialect(const std::string &text) {
  auto harness = Harness::createFromDialect(text, testOptions(), 1);
  EXPECT_TRUE(harness.ok()) << harness.error().message;
  return harness ? std::move(*harness) : nullptr;
}

void expectGood(Harness &harness, std::initializer_list<int64_t> batches = {1, 3, 8, 13}) {
  for (int64_t batch : batches) {
    Result<void> good = harness.check(batch, batch);
    EXPECT_TRUE(good.ok()) << good.error().message;
  }
}

//===----------------------------------------------------------------------===//
// Ids outside their tables
//===----------------------------------------------------------------------===//

const char *const twoTables = R"(model Test() {
  input user: index<10>
  input words: index<7>[4]
  output y = embedding(user, 5) + embedding(words, 5, bag: sum)
})";

TEST(BadIdsTest, AreRefusedWithInputPositionAndValue) {
  auto harness = compile(twoTables);
  ASSERT_TRUE(harness);
  struct Case {
    int input;
    int64_t at, value;
  };
  // Positions in the middle and at both ends of a batch of 5.
  for (Case bad : {Case{0, 0, 10}, Case{0, 4, -1}, Case{0, 2, INT64_MAX}, Case{0, 3, INT64_MIN},
                   Case{1, 0, 7}, Case{1, 19, 8}, Case{1, 6, -7}, Case{1, 11, int64_t(1) << 32}}) {
    auto inputs = makeRandomInputs(harness->signature(), 5, 1);
    ASSERT_TRUE(inputs.ok());
    (*inputs)[bad.input].i64()[bad.at] = bad.value;
    auto outputs = harness->model().run(*inputs, 5);
    ASSERT_FALSE(outputs.ok()) << bad.at << " " << bad.value;
    EXPECT_EQ(outputs.error().message,
              describeBadId(harness->signature().inputs[bad.input], bad.at, bad.value));
  }
  // Of several the first is named.
  auto inputs = makeRandomInputs(harness->signature(), 5, 1);
  (*inputs)[1].i64()[17] = 70;
  (*inputs)[1].i64()[3] = 71;
  auto outputs = harness->model().run(*inputs, 5);
  ASSERT_FALSE(outputs.ok());
  EXPECT_EQ(outputs.error().message, describeBadId(harness->signature().inputs[1], 3, 71));
  // The model is as good as before.
  expectGood(*harness);
}

TEST(BadIdsTest, AreRefusedWhereNothingReadsThem) {
  auto harness = compile(R"(model Test() {
    input ids: index<3>
    input x: f32[2]
    output y = x + 1
  })");
  ASSERT_TRUE(harness);
  expectGood(*harness);
  auto inputs = makeRandomInputs(harness->signature(), 2, 1);
  (*inputs)[0].i64()[1] = 3;
  EXPECT_FALSE(harness->model().run(*inputs, 2).ok());
}

TEST(BadIdsTest, AreRefusedByOneHot) {
  auto harness = compile(R"(model Test() {
    input ids: index<3>
    output y = one_hot(ids)
  })");
  ASSERT_TRUE(harness);
  auto inputs = makeRandomInputs(harness->signature(), 2, 1);
  (*inputs)[0].i64()[0] = -1;
  EXPECT_FALSE(harness->model().run(*inputs, 2).ok());
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

TEST(BatchTest, MayBeEmpty) {
  auto harness = compile(R"(model Test() {
    input ids: index<9>[3]
    input x: f32[4, 6, 5]
    output a = embedding(ids, 5, bag: mean)
    output b = relu(conv2d(x, 8, kernel: 3, padding: 1))
    output c = softmax(linear(flatten(x), 10))
    output d = sum(x)
    output e = x
  })");
  ASSERT_TRUE(harness);
  auto inputs = makeRandomInputs(harness->signature(), 0, 1);
  ASSERT_TRUE(inputs.ok());
  auto outputs = harness->model().run(*inputs, 0);
  ASSERT_TRUE(outputs.ok()) << outputs.error().message;
  ASSERT_EQ(outputs->size(), 5u);
  EXPECT_EQ((*outputs)[1].shape, (std::vector<int64_t>{0, 8, 6, 5}));
  expectGood(*harness, {0, 1, 0, 2});
}

TEST(BatchTest, OfAnySizeFollowsAnyOther) {
  auto harness = compile(R"(model Test() {
    input x: f32[5]
    output y = layer_norm(x + gelu(linear(relu(linear(x, 20)), 5)))
  })");
  ASSERT_TRUE(harness);
  expectGood(*harness, {64, 1, 200, 2, 33, 0, 65, 7});
}

TEST(BatchTest, OfTheWrongShapeIsRefused) {
  auto harness = compile("model Test() { input x: f32[5] output y = x + 1 }");
  ASSERT_TRUE(harness);
  auto inputs = makeRandomInputs(harness->signature(), 3, 1);
  EXPECT_FALSE(harness->model().run(*inputs, 2).ok());
  EXPECT_FALSE(harness->model().run(*inputs, -1).ok());
  EXPECT_FALSE(harness->model().run({}, 3).ok());
}

//===----------------------------------------------------------------------===//
// Outputs and inputs
//===----------------------------------------------------------------------===//

TEST(OutputTest, MayBeInputsAndTheSameTwice) {
  auto harness = compile(R"(model Test() {
    input x: f32[3, 7]
    input unused: f32[2]
    input s: f32
    let y = relu(x)
    output a = x
    output b = x
    output c = y
    output d = y
    output e = y * 2
    output f = s
    output g = reshape(x, 21)
    output h = reshape(y, 7, 3)
    output i = transpose(x)
    output j = x[1, :]
  })");
  ASSERT_TRUE(harness);
  expectGood(*harness);
}

// Written through outputs of other shapes, once and more often, cut, joined, or both.
TEST(OutputTest, MayBeReshapes) {
  auto harness = compile(R"(model Test() {
    input x: f32[6]
    param w: f32[4, 6] = normal(0.0, 1.0)
    let y = relu(x + 1)
    let z = x @ transpose(w)
    output a = y
    output b = reshape(y, 3, 2)
    output c = reshape(reshape(y, 3, 2), 6)
    output d = reshape(reshape(y, 3, 2), 2, 3)
    output e = reshape(sum(y), 1)
    output f = reshape(reshape(z, 2, 2), 1, 4, 1)
    output g = softmax(reshape(z, 2, 2))
  })");
  ASSERT_TRUE(harness);
  expectGood(*harness);
  expectGood(*harness, {0});
}

// What the language doesn't say but the dialect does: results that depend on no input.
TEST(OutputTest, MayBeParametersAndConstants) {
  auto harness = compileDialect(R"(
    func.func @Test(%x: tensor<?x3xf32> {weir.name = "x"})
        -> (tensor<4x5xf32>, tensor<4x5xf32>, tensor<?x3xf32>, tensor<5x4xf32>, tensor<4xf32>,
            tensor<20xf32>, tensor<2x2x5xf32>) {
      %p = weir.param "p" {init = "normal", init_args = array<f64: 0.0, 1.0>} : tensor<4x5xf32>
      %q = weir.relu %p : tensor<4x5xf32>
      %t = weir.transpose %p {permutation = array<i64: 1, 0>} : (tensor<4x5xf32>) -> tensor<5x4xf32>
      %s = weir.sum %q {axes = array<i64: 1>} : (tensor<4x5xf32>) -> tensor<4xf32>
      %j = weir.reshape %q : (tensor<4x5xf32>) -> tensor<20xf32>
      %c = weir.reshape %p : (tensor<4x5xf32>) -> tensor<2x2x5xf32>
      return %p, %q, %x, %t, %s, %j, %c
          : tensor<4x5xf32>, tensor<4x5xf32>, tensor<?x3xf32>, tensor<5x4xf32>, tensor<4xf32>,
            tensor<20xf32>, tensor<2x2x5xf32>
    }
  )");
  ASSERT_TRUE(harness);
  expectGood(*harness);
  expectGood(*harness, {0});
}

TEST(InputTest, NeedNotBeAligned) {
  // check() hands over inputs that end where memory ends, so that few begin at a
  // multiple of a vector's size.
  auto harness = compile(R"(model Test() {
    input x: f32[33]
    input y: f32[1]
    output a = x * y
    output b = linear(x, 17)
    output c = sum(x)
  })");
  ASSERT_TRUE(harness);
  expectGood(*harness, {1, 2, 3, 5, 7});
}

TEST(GreyImageTest, OneChannelOfAnyWidth) {
  for (const CompileOptions &options : {testOptions(), plainOptions()})
    expectAgrees({{"x: f32[1, 11, 37]", "y: f32[1, 11, 37]", "z: f32[1, 5, 3]"},
                  {"conv2d(x, 3, kernel: 5, stride: 2, padding: 2)", "relu(x) * y",
                   "conv2d(x, 1, kernel: 3, padding: 1) + y", "max_pool2d(x, 2)",
                   "conv2d(relu(z), 2, kernel: 3, padding: 1)", "concat(x, y) * 2",
                   "max_pool2d(relu(conv2d(y, 1, kernel: 2)), 3)"}},
                 options);
}

TEST(ModelTest, GivesTheSameBitsEachTime) {
  for (int times = 0; times < 2; ++times) {
    auto first = compile(twoTables), second = compile(twoTables);
    ASSERT_TRUE(first && second);
    auto inputs = makeRandomInputs(first->signature(), 9, 1);
    auto a = first->model().run(*inputs, 9), b = second->model().run(*inputs, 9);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_EQ(std::memcmp((*a)[0].data(), (*b)[0].data(), (*a)[0].byteCount()), 0);
  }
}

} // namespace
} // namespace weir::property
