//===- DataEncoderTest.cpp - From cells to inputs and targets -----------------===//
#include "DataTestSupport.h"
#include "weir/Data/Encoder.h"
#include <cmath>

using namespace weir;
using namespace weir::test;

static const char *people = "job,age,wage,city,home,class\n"
                            "cook,20,1.5,3,9,no\n"
                            "?,40,2.5,0,3,yes\n"
                            "smith,,3.5,2,9,no\n"
                            "cook,60,4.5,1,1,yes\n";

static std::vector<FieldSpec> specs() {
  return {{.name = "job", .kind = FieldKind::Category, .columns = {"job"}},
          {.name = "numbers",
           .kind = FieldKind::Number,
           .columns = {"age", "wage"},
           .exampleShape = {2},
           .standardize = true},
          {.name = "places",
           .kind = FieldKind::Id,
           .columns = {"city", "home"},
           .exampleShape = {2},
           .limit = 10},
          {.name = "label", .target = true, .kind = FieldKind::Class, .columns = {"class"}},
          {.name = "wage",
           .target = true,
           .kind = FieldKind::Number,
           .columns = {"wage"},
           .exampleShape = {1}}};
}

static Encoder fitted() {
  Result<Encoder> encoder = Encoder::fit(specs(), tableOf(people));
  EXPECT_TRUE(encoder.ok()) << (encoder.ok() ? "" : encoder.error().message);
  return encoder.ok() ? std::move(*encoder) : Encoder();
}

/// Expects that the field has that shape and these elements.
static void expectField(const Dataset &data, std::string_view name, std::vector<int64_t> shape,
                        const std::vector<double> &elements) {
  const DataField *field = data.find(name);
  ASSERT_NE(field, nullptr) << name;
  EXPECT_EQ(field->values->shape, shape) << name;
  ASSERT_EQ(field->values->elements(), static_cast<int64_t>(elements.size())) << name;
  for (size_t i = 0; i < elements.size(); ++i)
    EXPECT_FLOAT_EQ(field->dtype == DType::F32 ? field->values->f32()[i]
                                               : static_cast<float>(field->values->i64()[i]),
                    static_cast<float>(elements[i]))
        << name << " " << i;
}

TEST(Encoder, EncodesEveryKind) {
  Result<Dataset> data = fitted().encode(tableOf(people));
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->rows(), 4);
  expectField(*data, "job", {4}, {1, 0, 2, 1});
  // Ages 20, 40, 60: mean 40, variance 800 / 3; the missing one is the median, 40.
  double age = 20 / std::sqrt(800 / 3.0), wage = std::sqrt(1.25);
  expectField(*data, "numbers", {4, 2},
              {-age, -1.5 / wage, 0, -0.5 / wage, 0, 0.5 / wage, age, 1.5 / wage});
  expectField(*data, "places", {4, 2}, {3, 9, 0, 3, 2, 9, 1, 1});
  expectField(*data, "label", {4}, {0, 1, 0, 1});
  expectField(*data, "wage", {4, 1}, {1.5, 2.5, 3.5, 4.5});
  EXPECT_FALSE(data->find("job")->target);
  EXPECT_TRUE(data->find("label")->target);
}

TEST(Encoder, EncodesNewRowsWithoutTargets) {
  Encoder encoder = fitted();
  Result<Dataset> data = encoder.encode(
      tableOf("wage,home,extra,city,age,job\n2.5,1,x,2,NA,pilot\n"), /*withTargets=*/false);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->find("label"), nullptr);
  expectField(*data, "job", {1}, {0}); // unseen
  expectField(*data, "numbers", {1, 2}, {0, -0.5 / std::sqrt(1.25)});
  Result<Dataset> none = encoder.encode(tableOf("wage,home,city,age,job\n"), false);
  ASSERT_TRUE(none) << none.error().message;
  EXPECT_EQ(none->rows(), 0);
}

TEST(Encoder, LearnsFromTrainingRowsOnly) {
  Table table = tableOf(people);
  Result<Encoder> encoder = Encoder::fit(specs(), table, std::vector<int64_t>{0, 1});
  ASSERT_TRUE(encoder) << encoder.error().message;
  EXPECT_EQ(encoder->find("job")->cardinality(), 2); // unknown and cook
  EXPECT_DOUBLE_EQ(encoder->find("numbers")->scales[0].mean, 30);
  Result<Encoder> one = Encoder::fit(specs(), table, std::vector<int64_t>{0});
  ASSERT_TRUE(one) << one.error().message;
  EXPECT_EQ(one->find("label")->cardinality(), 2); // classes are those of all rows
  EXPECT_EQ(one->find("places")->cardinality(), 10);
  EXPECT_EQ(one->find("wage")->cardinality(), 0);
}

TEST(Encoder, RefusesCells) {
  Encoder encoder = fitted();
  struct Case {
    std::string row, message;
  };
  for (const Case &c : std::vector<Case>{
           {"cook,old,1,1,1,no", "t.csv:3: column 'age': found 'old', expected a number"},
           {"cook,1,,1,1,no", "column 'wage': found nothing, expected a number, since it is to be"},
           {"cook,1e60,1,1,1,no", "found '1e60', expected a number that fits a float"},
           {"cook,1,1,10,1,no", "t.csv:3: column 'city': found '10', expected an id in 0..9"},
           {"cook,1,1,-1,1,no", "found '-1', expected an id in 0..9"},
           {"cook,1,1,1.5,1,no", "found '1.5', expected an id"},
           {"cook,1,1,1,?,no", "column 'home': found '?', expected an id"},
           {"cook,1,1,1,99999999999999999999,no", "expected an id"},
           {"cook,1,1,1,1,?", "column 'class': found '?', expected a class"},
           {"cook,1,1,1,1,maybe", "found 'maybe', expected one of the 2 classes"},
       }) {
    SCOPED_TRACE(c.message);
    Table table = tableOf("job,age,wage,city,home,class\nx,1,1,1,1,no\n" + c.row + "\n");
    expectRefused(encoder.encode(table), c.message);
  }
  expectRefused(encoder.encode(tableOf("job,age\nx,1\n"), false),
                "t.csv: there is no column 'wage'; the columns are 'job', 'age'");
  expectRefused(Encoder::fit(specs(), tableOf("job,age,wage,city,home,class\nx,1,1,1,1,no\n"
                                              "x,one,1,1,1,no\n")),
                "t.csv:3: column 'age': found 'one', expected a number");
  expectRefused(Encoder::fit(specs(), tableOf("job,age,wage,city,home,class\nx,?,1,1,1,no\n")),
                "t.csv: column 'age' holds no number");
  expectRefused(Encoder::fit(specs(), tableOf("job,age,wage,city,home,class\n")),
                "t.csv: there are no rows to learn from");
}

TEST(Encoder, RefusesBadBindings) {
  Table table = tableOf(people);
  struct Case {
    FieldSpec spec;
    std::string message;
  };
  for (const Case &c : std::vector<Case>{
           {{.name = "", .columns = {"age"}}, "a field has no name"},
           {{.name = "x"}, "field 'x' has no columns"},
           {{.name = "x", .columns = {"age", "wage"}}, "has 2 columns for the 1 elements of []"},
           {{.name = "x", .columns = {"age"}, .exampleShape = {-1}}, "negative size"},
           {{.name = "x", .target = true, .kind = FieldKind::Category, .columns = {"job"}},
            "target 'x' is of kind 'category'"},
           {{.name = "x", .kind = FieldKind::Class, .columns = {"job"}, .standardize = true},
            "only numbers can be standardized"},
           {{.name = "x", .kind = FieldKind::Id, .columns = {"city"}}, "limit 0; expected 1 or"},
           {{.name = "x", .columns = {"age"}, .limit = 5}, "limit 5; expected none"},
           {{.name = "x", .columns = {"agee"}}, "there is no column 'agee'"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(Encoder::fit({c.spec}, table), c.message);
  }
  expectRefused(
      Encoder::fit({{.name = "x", .columns = {"age"}}, {.name = "x", .columns = {"age"}}}, table),
      "field 'x' is there twice");
}

TEST(Encoder, TakesFurtherCategories) {
  Encoder encoder = fitted();
  std::vector<std::string> labels = {"zoologist", "actor"};
  Result<void> added = encoder.addCategories("job", labels);
  ASSERT_TRUE(added) << added.error().message;
  // What was known keeps its ids, new ones follow in the order given.
  Result<Encoder> read = Encoder::fromJson(encoder.toJson());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->find("job")->cardinality(), 5);
  Result<Dataset> data = read->encode(tableOf("job,age,wage,city,home\nactor,1,1,1,1\n"
                                              "cook,1,1,1,1\nzoologist,1,1,1,1\nbaker,1,1,1,1\n"),
                                      /*withTargets=*/false);
  ASSERT_TRUE(data) << data.error().message;
  expectField(*data, "job", {4}, {4, 1, 3, 0});

  auto refuses = [&](std::string_view field, std::vector<std::string> texts,
                     std::string_view part) {
    expectRefused(encoder.addCategories(field, texts), part);
  };
  refuses("job", {"cook"}, "'cook' is a known category of 'job' already");
  refuses("job", {"NA"}, "'NA' means that the value isn't known");
  refuses("job", {"a", "a"}, "'a'");
  refuses("label", {"maybe"}, "there is no input 'label' of categories");
  EXPECT_EQ(encoder.find("job")->cardinality(), 5); // refusals change nothing
}

TEST(Encoder, TravelsAsJson) {
  Table table = tableOf("c,n,t\n\"q\"\"uo\n\xC3\xA9\",0.1,x\nb,0.30000000000000004,y\n");
  Result<Encoder> encoder =
      Encoder::fit({{.name = "c", .kind = FieldKind::Category, .columns = {"c"}},
                    {.name = "n", .columns = {"n"}, .standardize = true},
                    {.name = "k", .kind = FieldKind::Id, .columns = {"n"}, .limit = 7},
                    {.name = "t", .target = true, .kind = FieldKind::Class, .columns = {"t"}}},
                   table);
  ASSERT_TRUE(encoder) << encoder.error().message;
  std::string json = encoder->toJson();
  Result<Encoder> back = Encoder::fromJson(json);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->toJson(), json);
  ASSERT_EQ(back->fields().size(), 4u);
  EXPECT_EQ(back->find("c")->vocabulary.label(2), "q\"uo\n\xC3\xA9");
  EXPECT_EQ(back->find("n")->scales[0].mean, encoder->find("n")->scales[0].mean);
  EXPECT_EQ(back->find("n")->scales[0].deviation, encoder->find("n")->scales[0].deviation);
  EXPECT_TRUE(back->find("n")->standardize);
  EXPECT_EQ(back->find("k")->limit, 7);
  EXPECT_TRUE(back->find("t")->target);
  EXPECT_FALSE(back->find("t")->vocabulary.hasUnknown());
}

TEST(Encoder, RefusesHostileJson) {
  auto wrap = [](std::string fields) {
    return R"({"format":"weir.table","version":1,"fields":[)" + fields + "]}";
  };
  std::string good = R"({"name":"c","target":false,"kind":"category","columns":["c"],"shape":[],)"
                     R"("labels":["a","b"]})";
  std::string number = R"({"name":"n","target":false,"kind":"number","columns":["n"],"shape":[],)"
                       R"("standardize":true,"mean":[0.5],"deviation":[2],"fill":[1]})";
  expectOk(Encoder::fromJson(wrap(good + "," + number)));
  auto with = [&](std::string text, std::string_view from, std::string_view to) {
    size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return wrap(text.replace(at, from.size(), to));
  };
  struct Case {
    std::string json, message;
  };
  for (const Case &c : std::vector<Case>{
           {"", "bad JSON at byte"},
           {"{", "bad JSON at byte"},
           {"[]", "the encoder: found array, expected an object"},
           {"{}", "the encoder: 'format' is missing"},
           {std::string(100000, '['), "nested deeper than 8"},
           {R"({"format":"other","version":1,"fields":[]})", "found the format 'other'"},
           {R"({"format":"weir.table","version":2,"fields":[]})", "found version 2"},
           {R"({"format":"weir.table","version":1,"fields":[],"x":1})", "4 members, expected 3"},
           {R"({"format":"weir.table","format":"weir.table"})", "the key 'format' is there twice"},
           {R"({"format":1,"version":1,"fields":[]})", "found number as 'format', expected a text"},
           {wrap("7"), "field 1: found number, expected an object"},
           {wrap(good + "," + good), "field 'c' is there twice"},
           {with(good, R"("c")", "null"), "found null as 'name'"},
           {with(good, "false", "0"), "found number as 'target', expected true or false"},
           {with(good, "category", "colour"), "found the kind 'colour'"},
           {with(good, "[]", "[-1]"), "negative size"},
           {with(good, "[]", "[9223372036854775807,2]"), "more elements than can be counted"},
           {with(good, "[]", "[18446744073709551615]"), "expected a list of 64-bit integers"},
           {with(good, "[]", "[1.5]"), "expected a list of 64-bit integers"},
           {with(good, R"(["c"])", R"(["c",1])"), "found number as 'columns', expected a list of"},
           {with(good, R"(["c"])", R"(["c","d"])"), "2 columns for the 1 elements"},
           {with(good, R"("b")", R"("a")"), "the category 'a' is there twice"},
           {with(good, R"("b")", R"("#na#")"), "stands for unknown"},
           {with(good, R"("a","b")", R"({})"), "found object as 'labels'"},
           {with(good, R"(["a","b"])", R"("ab")"), "found string as 'labels', expected a list"},
           {with(good, "false", "true"), "target 'c' is of kind 'category'"},
           {with(number, "[0.5]", "[]"), "1 columns, but 0 means"},
           {with(number, "[2]", "[0]"), "the deviation positive"},
           {with(number, "[2]", "[-2]"), "the deviation positive"},
           {with(number, "[2]", "[\"2\"]"), "expected a list of numbers"},
           {with(number, "[2]", "[1e999]"), "bad JSON"},
           {with(number, R"(,"fill":[1])", ""), "'fill' is missing"},
           {with(number, "number", "id"), "'limit' is missing"},
       }) {
    SCOPED_TRACE(c.message);
    expectRefused(Encoder::fromJson(c.json), c.message);
  }
  std::string json = fitted().toJson();
  expectSurvivesDamage(json, [](std::span<const std::byte> bytes) {
    return Encoder::fromJson({reinterpret_cast<const char *>(bytes.data()), bytes.size()}).ok();
  });
}
