//===- FrontendErrorsTest.cpp - What people get wrong, and what they read -===//
//
// Each case is a text and pieces of the message that it must get: the place,
// what was found, the note and the fix.
//
//===----------------------------------------------------------------------===//

#include "FrontendTestSupport.h"

#include <gtest/gtest.h>

namespace weir::test {
namespace {

struct Case {
  const char *name;
  std::string text;
  std::vector<std::string> expected;
};

void PrintTo(const Case &test, std::ostream *os) { *os << test.name; }

class Errors : public testing::TestWithParam<Case> {};

TEST_P(Errors, SayWhatAndWhere) {
  Loaded loaded(GetParam().text);
  EXPECT_FALSE(loaded.ok());
  for (const std::string &expected : GetParam().expected)
    EXPECT_NE(loaded.messages().find(expected), std::string::npos) << "no '" << expected << "' in\n"
                                                                   << loaded.messages();
  EXPECT_EQ(loaded.messages().find("mistake in Weir"), std::string::npos) << loaded.messages();
}

std::string image(const std::string &statements) { return modelWith("f32[3, 8, 8]", statements); }

const Case cases[] = {
    {"MissingComma",
     image("  output y = conv2d(x, 8 kernel: 3)"),
     {"test.weir:3:26: error: expected ',' between arguments, found 'kernel'"}},
    {"MissingBrace",
     "model M() {\n  input x: f32[4]\n  output y = relu(x)\n",
     {"test.weir:3:21: error: expected '}' to close model 'M', the file ends",
      "test.weir:1:11: note: it is opened here"}},
    {"MissingParenthesis",
     image("  let h = relu(x\n  output y = h"),
     {"test.weir:3:17: error: expected ')' to close the arguments, found 'output'"}},
    {"UnknownLayer",
     image("  output y = x |> conv2D(8, kernel: 3) |> Relu"),
     {"3:19: error: there is no layer, function or block called 'conv2D'", "did you mean 'conv2d'?",
      "did you mean 'relu'?"}},
    {"FarLayer", image("  output y = leaner(x, 8)"), {"did you mean 'linear'?"}},
    {"NoLayer", image("  output y = laser(x, 8)"), {"docs/language.md lists all layers"}},
    {"BatchNormMomentum",
     image("  output y = batch_norm(x, momentum: 1.5)"),
     {"3:38: error: the momentum of a batch norm is at least 0 and at most 1, this is",
      "the share of the batch"}},
    {"OtherFrameworksWord", image("  output y = dense(x, 8)"), {"it is called 'linear' here"}},
    {"WrongArgumentName",
     image("  output y = conv2d(x, 8, kernal: 3)"),
     {"3:27: error: 'conv2d' has no argument 'kernal'", "did you mean 'kernel'?"}},
    {"ArgumentByEquals",
     image("  output y = conv2d(x, 8, kernel = 3)"),
     {"arguments are named with ':'", "write `kernel: ...`"}},
    {"ArgumentTwice",
     image("  output y = conv2d(x, 8, kernel: 3, channels: 5)"),
     {"3:38: error: the argument 'channels' of 'conv2d' is given twice",
      "3:24: note: it is given here already"}},
    {"MissingArgument",
     image("  output y = conv2d(x, 8)"),
     {"'conv2d' needs the argument 'kernel'",
      "it is called as conv2d(x, channels: size, kernel: pair"}},
    {"TooManyArguments", image("  output y = relu(x, 1)"), {"'relu' takes at most 1 argument"}},
    {"PositionalAfterNamed",
     image("  output y = conv2d(x, kernel: 3, 8)"),
     {"3:35: error: an argument without a name comes before those with names"}},
    {"ChannelsDoNotMatch",
     image("  let a = conv2d(x, 8, kernel: 3, padding: 1)\n  output y = a + x"),
     {"4:14: error: the shapes f32[8, 8, 8] and f32[3, 8, 8] of '+' don't fit together",
      "3:11: note: the left one, f32[8, 8, 8], comes from here",
      "2:12: note: the right one, f32[3, 8, 8], comes from here", "8 and 3 are not"}},
    {"KernelTooLarge",
     image("  output y = conv2d(x, 8, kernel: (3, 9))"),
     {"the kernel is larger than the padded input: it reaches over 9", "8 + 2 * 0 in axis 2",
      "2:12: note: the shape f32[3, 8, 8] comes from here"}},
    {"DilatedKernelTooLarge",
     image("  output y = conv2d(x, 8, kernel: 3, dilation: 4)"),
     {"it reaches over 9"}},
    {"KernelZero",
     image("  output y = conv2d(x, 8, kernel: 0)"),
     {"the argument 'kernel' of 'conv2d' is at least 1, this is 0"}},
    {"StrideZero",
     image("  output y = max_pool2d(x, 2, stride: 0)"),
     {"the argument 'stride' of 'max_pool2d' is at least 1, this is 0"}},
    {"GroupsOfInputs",
     image("  output y = conv2d(x, 8, kernel: 3, groups: 2)"),
     {"groups must divide the channels of the input: 3 channels, 2 groups"}},
    {"GroupsOfOutputs",
     image("  output y = conv2d(x, 8, kernel: 3, groups: 3)"),
     {"groups must divide the channels of the result: 8 channels, 3 groups"}},
    {"PoolPadding",
     image("  output y = max_pool2d(x, 3, padding: 2)"),
     {"the padding of a pool is at most half its kernel: 2 for a kernel of 3"}},
    {"NotAnImage",
     modelWith("f32[8, 8]", "  output y = conv2d(x, 8, kernel: 3)"),
     {"'conv2d' needs an image [channels, height, width], this is f32[8, 8]",
      "reshape(x, 1, 8, 8)"}},
    {"ConcatShapes",
     image("  let a = max_pool2d(x, 2)\n  output y = concat(x, a)"),
     {"concat along axis 0 of f32[3, 8, 8] and f32[3, 4, 4]: all other sizes must be equal",
      "f32[3, 4, 4] comes from here"}},
    {"ConcatWithParameter",
     modelWith("f32[4]", "  param w: f32[4] = zeros()\n  output y = concat(x, w)"),
     {"concat of what depends on the inputs with what doesn't"}},
    {"SizeWithoutValue",
     "model M(users: size) {\n  input x: index<users>\n"
     "  output y = embedding(x, 5)\n}\n",
     {"1:9: error: the size 'users' has no value", "--set users=..."}},
    {"IdsAsNumbers",
     modelWith("index<5>", "  output y = 2.0 * x"),
     {"3:20: error: these are ids (index<5>), not numbers to compute with", "embedding(ids, 50)"}},
    {"IdsInThePrelude",
     modelWith("index<5>", "  output y = gelu(x)"),
     {"test.weir:3:14: error: these are ids", "prelude.weir:"}},
    {"NumbersAsIds",
     modelWith("f32[5]", "  output y = embedding(x, 3)"),
     {"the argument 'ids' of 'embedding' is ids (index<n>), this is f32[5]"}},
    {"NoIds",
     modelWith("index<0>", "  output y = one_hot(x)"),
     {"there must be at least one id, this is 0"}},
    {"BagOfOne",
     modelWith("index<9>", "  output y = embedding(x, 3, bag: sum)"),
     {"a bag needs several ids per example"}},
    {"BagKind",
     modelWith("index<9>[2]", "  output y = embedding(x, 3, bag: sun)"),
     {"a bag is a sum, a mean or a max, not 'sun'", "did you mean 'sum'?"}},
    {"Recursion",
     "block f(x) { return g(x) }\nblock g(x) { return f(x) }\n" + image("  output y = f(x)"),
     {"2:21: error: block 'f' calls itself", "5:14: note: in this use of block 'f'"}},
    {"DivisionByZero",
     image("  let n = 0\n  output y = linear(x, 8 / n)"),
     {"4:24: error: division by zero", "4:28: note: this is 0"}},
    {"RemainderByZero",
     image("  output y = linear(x, 8 % 0)"),
     {"remainder of a division by zero"}},
    {"SumOverflows",
     image("  output y = linear(x, 9223372036854775807 + 1)"),
     {"the integer overflows: 9223372036854775807 + 1"}},
    {"ProductOverflows",
     image("  output y = linear(x, 4294967296 * 4294967296)"),
     {"the integer overflows"}},
    {"NegationOverflows",
     image("  output y = linear(x, -(-9223372036854775807 - 1))"),
     {"the integer overflows"}},
    {"PowerOverflows", image("  output y = linear(x, pow(10, 20))"), {"the integer overflows"}},
    {"LiteralOverflows",
     image("  output y = linear(x, 99999999999999999999)"),
     {"the number is too large for a size"}},
    {"HugeSize",
     image("  output y = linear(x, 5000000000)"),
     {"the argument 'features' of 'linear' is too large: 5000000000"}},
    {"HugeTensor",
     modelWith("f32[65536]", "  output y = linear(x, 2000000000)"),
     {"the tensor f32[2000000000, 65536] is too large"}},
    {"HugeBroadcast",
     modelWith("f32[1000000]", "  output y = reshape(x, -1, 1) + x"),
     {"the tensor f32[1000000, 1000000] is too large"}},
    {"FloatAsSize",
     image("  output y = linear(x, 8 * 0.5)"),
     {"the argument 'features' of 'linear' is a size (a whole number), this is the float 4"}},
    {"UseBeforeDefinition",
     image("  output y = h\n  let h = relu(x)"),
     {"3:14: error: 'h' is not defined", "4:7: note: it is defined only here, further down",
      "move this statement up"}},
    {"UndefinedName", image("  let hidden = x\n  output y = hiden"), {"did you mean 'hidden'?"}},
    {"LayerWithoutCall",
     image("  output y = relu"),
     {"'relu' is called with parentheses, or as a stage: `x |> relu`"}},
    {"DefinedTwice",
     image("  let x = 3\n  output y = x"),
     {"3:7: error: 'x' is already defined", "2:9: note: the first definition is here"}},
    {"LetInLoop",
     image("  let h = x\n  for i in 0..2 { let h = relu(h) }\n  output y = h"),
     {"to change it in the loop, write `h = ...` without `let`"}},
    {"ChangeOutsideLoop",
     image("  let h = x\n  h = relu(h)\n  output y = h"),
     {"values are changed only within a `for`"}},
    {"ChangeOfParameter",
     "model M(n: size = 3) {\n  input x: f32[2]\n"
     "  for i in 0..2 { n = 4 }\n  output y = x\n}\n",
     {"'n' can't be changed"}},
    {"BackwardsLoop",
     image("  for i in 3..1 { }\n  output y = x"),
     {"the range runs backwards: from 3 to 1"}},
    {"EndlessLoop",
     image("  for i in 0..9000000000 { x = relu(x) }\n  output y = x"),
     {"the model is too large: more than 200000 expressions"}},
    {"NoOutput", image("  let y = x"), {"4:1: error: model 'M' has no output"}},
    {"TwoOutputs",
     image("  output y = x\n  output y = x"),
     {"4:10: error: there are two outputs called 'y'", "3:10: note: the first is here"}},
    {"OutputOfParameters",
     modelWith("f32[3]", "  param w: f32[3] = ones()\n  output y = w"),
     {"the output 'y' doesn't depend on any input"}},
    {"OutputOfNumbers",
     image("  output y = 3"),
     {"an output is a tensor of f32, this is the size 3"}},
    {"InputWithValue",
     "model M() {\n  input x: f32[3] = 3\n  output y = x\n}\n",
     {"an input has no initial value"}},
    {"InputInBlock",
     "block f(x) {\n  input z: f32[3]\n  return x\n}\n" + image("  output y = f(x)"),
     {"an input belongs to a model, not to a block"}},
    {"ParamWithoutValues",
     modelWith("f32[3]", "  param w: f32[3]\n  output y = x + w"),
     {"the parameter 'w' has no initial values"}},
    {"UnknownInitializer",
     modelWith("f32[3]", "  param w: f32[3] = zeroes()\n  output y = x + w"),
     {"expected an initializer", "did you mean 'zeros'?"}},
    {"SliceOutside",
     image("  output y = x[:, 2..9]"),
     {"3:19: error: the range 2..9 is outside of axis 1 of size 8"}},
    {"SliceEmpty", image("  output y = x[2..2]"), {"the range 2..2 is empty"}},
    {"IndexOutside", image("  output y = x[3]"), {"the index 3 is outside of axis 0 of size 3"}},
    {"TooManyIndices",
     image("  output y = x[0, 0, 0, 0]"),
     {"there are 4 indices for f32[3, 8, 8] of rank 3"}},
    {"ReshapeCount",
     image("  output y = reshape(x, 4, 50)"),
     {"the shape [4, 50] has 200 elements, f32[3, 8, 8] has 192"}},
    {"MatmulInner",
     modelWith("f32[5]", "  param w: f32[4, 5] = zeros()\n  output y = x @ w"),
     {"f32[5] has 5 columns, f32[4, 5] has 4 rows", "x @ transpose(w)"}},
    {"MatmulNumber", image("  output y = x @ 3"), {"a product with a number is written `*`"}},
    {"AxisOutside",
     image("  output y = softmax(x, axis: 3)"),
     {"there is no axis 3 in a tensor of rank 3", "from -1 to -3"}},
    {"AxisTwice", image("  output y = sum(x, axis: (1, -2))"), {"axis -2 is given twice"}},
    {"TransposeOrder",
     image("  output y = transpose(x, 0, 1)"),
     {"the order must name each of the 3 axes"}},
    {"PadCount",
     image("  output y = pad(x, 1)"),
     {"'pad' needs one number for each of the 3 axes"}},
    {"SameParameterName",
     image("  output y = conv2d(conv2d(x, 3, kernel: 3, name: c), 3, kernel: 3, name: c)"),
     {"two parameters are called 'c.weight'", "3:21: note: the first is made here", "`name: ...`"}},
    {"BadName", image("  output y = linear(x, 3, name: \"a b\")"), {"this is not a name"}},
    {"ConditionOfTensor",
     image("  output y = if x then x else x"),
     {"a condition is true or false, this is f32[3, 8, 8]"}},
    {"ComparisonOfTensor",
     image("  output y = x >= 0"),
     {"'>=' doesn't apply to f32[3, 8, 8] and the size 0", "tensors are compared by `<` and `>`"}},
    {"ChainedComparison",
     image("  let a = 1 < 2 < 3\n  output y = x"),
     {"comparisons can't be chained"}},
    {"UnknownProperty",
     image("  output y = x + x.chanels"),
     {"a tensor has no property 'chanels'", "did you mean 'channels'?"}},
    {"PropertyOfOtherRank",
     image("  output y = x + x.length"),
     {"'length' is a property of [channels, length], this is f32[3, 8, 8]"}},
    {"ReturnInModel", image("  return x"), {"a model has no `return`"}},
    {"BlockWithoutReturn",
     "block f(x) {\n  let y = x\n}\n" + image("  output y = f(x)"),
     {"3:1: error: block 'f' returns nothing"}},
    {"ErrorInBlock",
     "block f(x) { return linear(x, 0) }\n" + image("  output y = f(x)"),
     {"1:31: error: the argument 'features' of 'linear' is at least 1, this is 0",
      "4:14: note: in this use of block 'f'"}},
    {"BlockCallsTensorAsSize",
     "block f(x, n: size) { return linear(x, n) }\n" + image("  output y = f(x, x)"),
     {"the argument 'n' of 'f' is a size (a whole number), this is f32[3, 8, 8]"}},
    {"KeywordAsName",
     "model M() {\n  input in: f32[3]\n  output y = in\n}\n",
     {"2:9: error: 'in' is a word of the language"}},
    {"ForeignName",
     image("  let gr\xc3\xb6\xc3\x9f"
           "e = x\n  output y = x"),
     {"3:7: error: 'gr\xc3\xb6\xc3\x9f"
      "e' can't be a name"}},
    {"HashComment", image("  output y = x # done"), {"comments start with `//`"}},
    {"WrongType",
     "model M() {\n  input x: float[3]\n  output y = x\n}\n",
     {"2:12: error: expected a type, found 'float'"}},
    {"IntParameter",
     "model M(n: int = 3) {\n  input x: f32[3]\n  output y = x\n}\n",
     {"whole numbers have the type `size`"}},
    {"EmptyFile", "", {"there is no model in 'test.weir'"}},
    {"BlocksOnly", "block f(x) { return x }\n", {"there is no model in 'test.weir'"}},
    {"TwoModels",
     "model A() { input x: f32[3] output y = x }\n"
     "model B() { input x: f32[3] output y = x }\n",
     {"there are several models in 'test.weir': A, B"}},
    {"SameDefinition",
     "block f(x) { return x }\nblock f(x) { return x }\n" + image("  output y = x"),
     {"2:7: error: 'f' is already defined"}},
};

INSTANTIATE_TEST_SUITE_P(All, Errors, testing::ValuesIn(cases),
                         [](const auto &info) { return std::string(info.param.name); });

TEST(ErrorsTogether, AreAllReportedAndDoNotCascade) {
  Loaded loaded(image("  let a = conv2d(x, 8, kernel: 9)\n"
                      "  let b = relu(a) + 1\n"
                      "  let c = linear(x, 1 / 0)\n"
                      "  output y = concat(b, c)"));
  EXPECT_EQ(loaded.diagnostics.errors(), 2u) << loaded.messages();
}

TEST(ErrorsTogether, OfOneBlockAreReportedOnce) {
  Loaded loaded("block f(x) { return linear(x, 0) }\n" +
                image("  output y = f(x) + f(x)\n  output z = f(x)"));
  EXPECT_EQ(loaded.diagnostics.errors(), 1u) << loaded.messages();
}

TEST(Warnings, NameWhatIsUnused) {
  Loaded loaded(image("  input z: f32[3]\n  let q = relu(x)\n  output y = x"));
  EXPECT_TRUE(loaded.ok());
  EXPECT_EQ(loaded.diagnostics.warnings(), 2u) << loaded.messages();
  EXPECT_NE(loaded.messages().find("3:9: warning: the input 'z' is never used"), std::string::npos)
      << loaded.messages();
}

} // namespace
} // namespace weir::test
