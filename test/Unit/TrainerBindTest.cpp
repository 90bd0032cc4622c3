//===- TrainerBindTest.cpp - Data and the sizes that follow from it -----------===//

#include "TrainerTestSupport.h"

#include "weir/Data/Npy.h"
#include "weir/Training/Fingerprint.h"

#include <set>

using namespace weir;
using namespace weir::test;

namespace {

class TrainerBind : public ::testing::Test {
protected:
  std::string write(const std::string &name, std::string_view text) {
    expectOk(writeFile(folder.file(name), text));
    return folder.file(name);
  }
  Result<PreparedTraining> bind(const char *model, DataArguments data) {
    source = sourceOf(model);
    for (auto &[name, value] : sizes)
      source.sizes[name] = value;
    return prepare(source, data);
  }
  int64_t size(const char *name) { return std::get<int64_t>(source.sizes.lookup(name)); }

  TemporaryFolder folder;
  TrainingSource source;
  std::map<std::string, Binding> sizes;
};

// The cells of a table that `kColours` learns from.
constexpr const char *kCells = "shape,weight,body height,colour\n"
                               "round,1,10,red\nflat,3,30,green\nround,5,20,blue\nlong,,20,red\n";

} // namespace

TEST_F(TrainerBind, sizesFollowFromTheData) {
  auto prepared = bind(kRatings, {.data = {write("r.csv", ratingsCsv())}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(size("users"), 21); // with one for the unknown
  EXPECT_EQ(size("films"), 16); // the default gives way
  EXPECT_FALSE(source.sizes.contains("factors"));
  EXPECT_EQ(prepared->loaded.ports[1].cardinality, 16);
  EXPECT_EQ(prepared->data.trainRows.size(), 200u);
  EXPECT_TRUE(prepared->data.validRows.empty());
}

TEST_F(TrainerBind, setsMustHoldWhatTheDataNeeds) {
  sizes["films"] = int64_t{15};
  DataArguments data{.data = {write("r.csv", ratingsCsv())}};
  expectRefused(bind(kRatings, data), "--set films=15 doesn't fit input 'film': column film has 15 "
                                      "categories, which with 0 for what is unknown makes 16 ids");
  sizes["films"] = int64_t{100}; // room for films to come
  auto prepared = bind(kRatings, data);
  expectOk(prepared);
  EXPECT_EQ(size("films"), 100);
}

TEST_F(TrainerBind, vocabulariesAreThoseOfTheTrainingRows) {
  auto prepared =
      bind(kRatings,
           {.data = {write("r.csv", "user,film,rating\na,x,1\nb,x,2\nc,y,3\n")}, .splitTail = 1});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(size("users"), 3);
  EXPECT_EQ(size("films"), 2);
  const DataField *film = prepared->data.dataset.find("film");
  EXPECT_EQ(film->values->i64()[2], 0) << "unknown";
}

TEST_F(TrainerBind, columnsKindsAndScales) {
  auto prepared = bind(kColours, {.data = {write("c.csv", kCells)}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(size("shapes"), 4);
  const Dataset &dataset = prepared->data.dataset;
  EXPECT_EQ(dataset.fields().size(), 3u);
  EXPECT_EQ(dataset.find("shape")->values->i64()[0], 3);  // flat, long, round
  EXPECT_EQ(dataset.find("colour")->values->i64()[0], 2); // blue, green, red: no unknown
  const float *facts = dataset.find("facts")->values->f32();
  EXPECT_FLOAT_EQ(facts[6], 0.0f) << "the missing weight is the median, which is the mean";
  EXPECT_LT(facts[0], 0);
  EXPECT_EQ(prepared->data.format.labels("colour")[1], "green");
  EXPECT_EQ(prepared->data.format.columns("facts").size(), 2u);
}

TEST_F(TrainerBind, bindsFromTheCommandLineComeFirst) {
  std::string text = "shape,a,b,colour\nround,1,7,red\nflat,3,8,green\nlong,5,9,blue\n";
  auto prepared = bind(kColours, {.data = {write("c.csv", text)}, .binds = {"facts=b,a"}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_FLOAT_EQ(prepared->data.dataset.find("facts")->values->f32()[0], 7);
  prepared = bind(kColours, {.data = {folder.file("c.csv")}, .binds = {"facts=b,a standardize"}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_FLOAT_EQ(prepared->data.dataset.find("facts")->values->f32()[2], 0);
}

TEST_F(TrainerBind, widthsFollowFromTheColumns) {
  std::string model = kColours;
  model.replace(model.find("(shapes"), 7, "(n: size, shapes");
  model.replace(model.find("f32[2]"), 6, "f32[n]");
  DataArguments data{.data = {write("c.csv", kCells)}};
  expectOk(bind(model.c_str(), data));
  EXPECT_EQ(size("n"), 2);
  sizes["n"] = int64_t{3};
  expectRefused(bind(model.c_str(), data), "'facts' is f32[3] and takes 3 columns, 2 are given");
  sizes.clear();

  model.replace(model.find("  data facts"), model.find("  loss") - model.find("  data facts"), "");
  expectRefused(bind(model.c_str(), data), "the shape of input 'facts' isn't known");
  data.binds = {"facts=weight"};
  expectOk(bind(model.c_str(), data));
  EXPECT_EQ(size("n"), 1);
  // One column makes no rows of three.
  model.replace(model.find("f32[n]"), 6, "f32[n, 3]");
  expectRefused(bind(model.c_str(), data), "the shape of input 'facts' isn't known");
}

TEST_F(TrainerBind, refusesBadBinds) {
  DataArguments data{.data = {write("c.csv", kCells)}};
  data.binds = {"facts"};
  expectRefused(bind(kColours, data), "--bind 'facts': expected NAME=COLUMN");
  data.binds = {"fact=weight"};
  expectRefused(bind(kColours, data), "no input or target 'fact'; they are shape, facts, colour");
  data.binds = {"facts=weight"};
  expectRefused(bind(kColours, data), "input 'facts' [2] needs 2 columns, but 1 is bound to it");
  data.binds = {"facts=weight,,shape"};
  expectRefused(bind(kColours, data), "a column's name is empty");
  data.binds = {"facts=weight,wide"};
  expectRefused(bind(kColours, data), "no column 'wide'");
  data.binds = {"shape=shape standardize"};
  expectRefused(bind(kColours, data), "only numbers can be standardized");
  data.binds = {"shape=shape", "shape=weight"};
  expectRefused(bind(kColours, data), "'shape' is already bound");
}

TEST_F(TrainerBind, refusesBadTables) {
  auto refuses = [&](std::string_view text, std::string_view message) {
    expectRefused(bind(kColours, {.data = {write("c.csv", text)}}), message);
  };
  refuses("", "c.csv: the file is empty");
  refuses("shape,weight,body height,colour\n", "c.csv: the table has no rows");
  refuses("form,weight,body height,colour\na,1,2,red\n",
          "input 'shape' has no column of its name; say which it is by --bind shape=COLUMN. The "
          "columns are 'form', 'weight'");
  refuses("shape,weight,colour\na,1,red\n", "there is no column 'body height'");
  refuses("shape,weight,body height,colour\na,1,tall,red\n",
          "c.csv:2: column 'body height': found 'tall', expected a number");
  refuses("shape,weight,body height,colour\na,1,2\n", "c.csv:2: found 3 cells, expected 4");
  refuses("shape,weight,body height,colour\na,1,2,red\nb,1,2,green\na,1,2,blue\nb,1,2,\n",
          "c.csv:5: column 'colour': found nothing, expected a class");
  refuses("shape,weight,body height,colour\na,1,2,red\nb,1,2,blue\n",
          "target 'colour' is index<3>, but column colour has 2 classes: write index<2>");
  expectRefused(bind(kColours, {.data = {folder.file("none.csv")}}), "none.csv");
}

TEST_F(TrainerBind, heldOutFilesAreEncodedAsTheTrainingData) {
  DataArguments data{.data = {write("c.csv", kCells)},
                     .valid = {write("v.csv", "colour,shape,body height,weight\n"
                                              "red,square,10,1\nred,flat,10,1\n")}};
  auto prepared = bind(kColours, data);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  const Dataset &valid = prepared->data.validation();
  EXPECT_EQ(valid.rows(), 2);
  EXPECT_EQ(valid.find("shape")->values->i64()[0], 0) << "unseen in training";
  EXPECT_EQ(valid.find("shape")->values->i64()[1], 1);
  EXPECT_EQ(prepared->data.validRows.size(), 2u);
  data.valid = {write("w.csv", "shape,weight,body height,colour\nflat,1,1,violet\n")};
  expectRefused(bind(kColours, data), "found 'violet', expected one of the 3 classes");
}

TEST_F(TrainerBind, splits) {
  DataArguments data{.data = {write("r.csv", ratingsCsv())}, .splitFraction = "0.25"};
  auto prepared = bind(kRatings, data);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->data.validRows.size(), 50u);
  EXPECT_EQ(prepared->data.trainRows.size(), 150u);
  uint64_t before = prepared->data.fingerprint;
  data.seed = 1;
  prepared = bind(kRatings, data);
  EXPECT_NE(prepared->data.fingerprint, before);
  data.limit = 100;
  prepared = bind(kRatings, data);
  EXPECT_EQ(prepared->data.trainRows.size(), 75u);
  data.splitFraction = "";
  data.splitColumn = "user=u1,u2";
  data.limit = 0;
  prepared = bind(kRatings, data);
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->data.validRows.size(), 20u);
  EXPECT_EQ(size("users"), 19);
  // The first rating is of u0: nothing is left to measure with, or to learn from.
  data.limit = 1;
  expectRefused(bind(kRatings, data), "--split-column user=u1,u2: the first 1 rows, which --limit "
                                      "leaves, are all on one side");
  data.splitColumn = "user=u0";
  expectRefused(bind(kRatings, data), "are all on one side");
  data.limit = 2;
  expectOk(bind(kRatings, data));
  data.limit = 0;
  data.splitColumn = "user";
  expectRefused(bind(kRatings, data), "expected NAME=MARK");
  data.splitColumn = "who=u1";
  expectRefused(bind(kRatings, data), "--split-column: ");
  data.splitTail = 3;
  expectRefused(bind(kRatings, data), "exclude each other");
  data = {.data = data.data, .splitFraction = "1.5"};
  expectRefused(bind(kRatings, data), "expected a number between 0 and 1");
}

TEST_F(TrainerBind, fingerprintsSeeEveryElement) {
  auto print = [&](const std::string &text) {
    auto prepared = bind(kRatings, {.data = {write("r.csv", text)}});
    EXPECT_TRUE(prepared.ok());
    return prepared.ok() ? prepared->data.fingerprint : 0;
  };
  std::string text = ratingsCsv(), other = text;
  other.replace(other.rfind(",") + 1, 1, "9");
  EXPECT_EQ(print(text), print(text));
  EXPECT_NE(print(text), print(other));
}

TEST(TrainerFingerprint, nothingIsHashedToo) {
  const char zeros[9] = {};
  std::set<uint64_t> hashes = {7};
  for (size_t bytes = 0; bytes <= sizeof(zeros); ++bytes)
    hashes.insert(mixBytes(7, bytes ? zeros : nullptr, bytes));
  EXPECT_EQ(hashes.size(), sizeof(zeros) + 2) << "each number of zeros has its own hash";
}

TEST_F(TrainerBind, arrays) {
  const char *model = "model M(kinds: size) {\n input kind: index<kinds>\n input x: f32[2]\n"
                      "output y = sum(embedding(kind, 2) * x) }\n"
                      "training M { target t: f32 loss mse(y, t) optimizer sgd(lr: 0.1) }";
  auto prepared = bind(model, {.data = {"kind=0,4,2", "x=1,2;3,4;5,6", "t=1,2,3"}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(size("kinds"), 5);
  EXPECT_EQ(prepared->data.format.kind(), DataKind::Arrays);
  expectRefused(bind(model, {.data = {"kind=0,4,2", "x=1,2;3,4;5,6"}}),
                "target 't' is missing; give it as --data t=FILE");
  expectRefused(bind(model, {.data = {"kind=0,4,2", "x=1,2;3,4", "t=1,2,3"}}), "--data");
  expectRefused(bind(model, {.data = {"kinds=0,4,2"}}), "no input or target 'kinds'");
  expectRefused(bind(model, {.data = {"kind=0,1", "a.csv"}}), "--data names both arrays");
  expectRefused(bind(model, {.data = {"a.csv", "b.csv"}}), "--data is given 2 times");
  expectRefused(bind(model, {.data = {}}), "there is no data");
  sizes["kinds"] = int64_t{3};
  expectRefused(bind(model, {.data = {"kind=0,4,2", "x=1,2;3,4;5,6", "t=1,2,3"}}),
                "input 'kind', example 1: the id 4 is outside 0..2");
}

TEST_F(TrainerBind, text) {
  const char *model = "model Next(vocabulary: size = 6) {\n input words: index<vocabulary>[2]\n"
                      "output logits = flatten(embedding(words, 3)) |> linear(vocabulary) }\n"
                      "training Next { target next: index<vocabulary>\n"
                      "loss cross_entropy(logits, next)\n optimizer sgd(lr: 0.1) }";
  std::string path = write("a.txt", "The cat and the dog and the cat.");
  auto prepared = bind(model, {.data = {path}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(size("vocabulary"), 5); // the, and, cat, dog, and what is unknown
  EXPECT_EQ(prepared->data.dataset.rows(), 6);
  EXPECT_EQ(prepared->data.format.labels("next")[1], "the");
  prepared = bind(model, {.data = {path}, .text = "characters"});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(size("vocabulary"), 6) << "the default is the most that there are";
  prepared = bind(model, {.data = {path}, .splitTail = 2, .limit = 7});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->data.trainRows.size(), 3u);
  expectRefused(bind(model, {.data = {path}, .limit = 2}), "expected more than the window's 2");
  expectRefused(bind(model, {.data = {path}, .binds = {"words=a"}}), "only tables have columns");
  expectRefused(bind(kColours, {.data = {path}}), "the model needs one input index<n>[k]");
  sizes["vocabulary"] = int64_t{3};
  prepared = bind(model, {.data = {path}});
  ASSERT_TRUE(prepared.ok()) << prepared.error().message;
  EXPECT_EQ(prepared->data.format.labels("next").size(), 3u);
}

TEST_F(TrainerBind, whatIsWrongWithTheModelIsSaid) {
  DataArguments data{.data = {write("r.csv", ratingsCsv())}};
  expectRefused(bind("model M() { input x: f32\n output y = x }", data), "nothing says how 'M'");
  std::string wrong = kRatings;
  wrong.replace(wrong.find("+ bias"), 6, "+ bios");
  expectRefused(bind(wrong.c_str(), data), "'bios'");
  expectRefused(bind("block b(x) { return x }", data), "no model");
}
