//===- DataTextTest.cpp - Running text as ids ---------------------------------===//
#include "DataTestSupport.h"
#include "weir/Data/Text.h"

using namespace weir;
using namespace weir::test;
using Ids = std::vector<int64_t>;
using Words = std::vector<std::string_view>;

TEST(Text, FindsWords) {
  EXPECT_EQ(tokenize("In the Beginning, God's 2nd\n-\xC3\xA9t\xC3\xA9-", TextUnit::Words).all,
            (Words{"in", "the", "beginning", "god", "s", "nd", "t"}));
  EXPECT_EQ(tokenize("a b c d", TextUnit::Words, 2).all, (Words{"a", "b"}));
  EXPECT_TRUE(tokenize("", TextUnit::Words).all.empty());
  EXPECT_TRUE(tokenize("12, 34.", TextUnit::Words).all.empty());
  Tokens moved = tokenize("x", TextUnit::Words), there = std::move(moved);
  EXPECT_EQ(there.all, (Words{"x"}));
}

TEST(Text, FindsCharacters) {
  EXPECT_EQ(tokenize("Aa \xC3\xA9\n\xF0\x9F\x98\x80", TextUnit::Characters).all,
            (Words{"A", "a", " ", "\xC3\xA9", "\n", "\xF0\x9F\x98\x80"}));
  EXPECT_EQ(tokenize("a\xFF"
                     "b\xC3",
                     TextUnit::Characters)
                .all,
            (Words{"a", "b"}));
  EXPECT_EQ(tokenize("abc", TextUnit::Characters, 2).all, (Words{"a", "b"}));
}

TEST(Text, MakesWindows) {
  Tokens tokens = tokenize("the cat and the dog and the end", TextUnit::Words);
  Result<TextEncoder> encoder =
      TextEncoder::fit(tokens, {.vocabulary = 3, .window = 2, .input = "word", .target = "after"});
  ASSERT_TRUE(encoder) << encoder.error().message;
  EXPECT_EQ(encoder->vocabulary().label(1), "the");
  EXPECT_EQ(encoder->vocabulary().label(2), "and");
  Result<Tensor> ids = encoder->encode(tokens);
  expectIds(ids, {8}, {1, 0, 2, 1, 0, 2, 1, 0});
  Result<Dataset> data = encoder->windows(tokens);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->rows(), 6);
  Result<std::vector<Tensor>> batch = data->makeBatch(3);
  ASSERT_TRUE(batch) << batch.error().message;
  data->gather(Ids{0, 5, 2}, *batch);
  EXPECT_EQ(data->fields()[0].name, "word");
  EXPECT_EQ(idsOf((*batch)[0]), (Ids{1, 0, 2, 1, 2, 1}));
  EXPECT_EQ((*batch)[1].shape, (Ids{3}));
  EXPECT_EQ(idsOf((*batch)[1]), (Ids{2, 0, 0}));
  EXPECT_TRUE(data->find("after")->target);
}

TEST(Text, TravelsAsJson) {
  Tokens tokens = tokenize("\"\xC3\xA9\n\xC3\xA9", TextUnit::Characters);
  Result<TextEncoder> encoder =
      TextEncoder::fit(tokens, {.unit = TextUnit::Characters, .vocabulary = 9, .window = 1});
  ASSERT_TRUE(encoder) << encoder.error().message;
  std::string json = encoder->toJson();
  Result<TextEncoder> back = TextEncoder::fromJson(json);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->toJson(), json);
  EXPECT_EQ(back->spec().unit, TextUnit::Characters);
  EXPECT_EQ(back->vocabulary().find("\xC3\xA9"), 1);
  expectIds(back->encode(tokens), {4}, {2, 1, 3, 1});
  expectSurvivesDamage(json, [](std::span<const std::byte> bytes) {
    return TextEncoder::fromJson({reinterpret_cast<const char *>(bytes.data()), bytes.size()}).ok();
  });
}

TEST(Text, Refuses) {
  Tokens tokens = tokenize("a b c", TextUnit::Words);
  expectRefused(TextEncoder::fit(tokens, {.vocabulary = 0}), "a vocabulary of 0 ids");
  expectRefused(TextEncoder::fit(tokens, {.window = 0}), "a window of 0 tokens");
  expectRefused(TextEncoder::fit(tokens, {.input = "x", .target = "x"}), "expected two");
  expectRefused(TextEncoder::fit(tokenize("1 2", TextUnit::Words), {}), "the text has no words");
  expectRefused(
      TextEncoder::fit(tokenize("", TextUnit::Characters), {.unit = TextUnit::Characters}),
      "the text has no characters");
  Result<TextEncoder> encoder = TextEncoder::fit(tokens, {.window = 3});
  ASSERT_TRUE(encoder);
  expectRefused(encoder->windows(tokens),
                "the text has 3 words, expected more than the window's 3");

  std::string good = R"({"format":"weir.text","version":1,"unit":"words","vocabulary":3,)"
                     R"("window":2,"input":"x","target":"y","labels":["a","b"]})";
  expectOk(TextEncoder::fromJson(good));
  struct Case {
    std::string from, to, message;
  };
  for (const Case &c : std::vector<Case>{
           {"weir.text", "weir.table", "found the format 'weir.table', expected 'weir.text'"},
           {":1,", ":3,", "found version 3"},
           {"words", "pages", "found the unit 'pages'"},
           {":3", ":2", "2 labels besides the unknown, expected less than 2"},
           {":3", ":1e3", "found number as 'vocabulary'"},
           {":2", ":0", "a window of 0"},
           {"\"y\"", "\"x\"", "expected two"},
           {"\"b\"", "\"a\"", "there twice"},
           {"\"window\":2,", "", "'window' is missing"},
       }) {
    SCOPED_TRACE(c.message);
    std::string bad = good;
    bad.replace(bad.find(c.from), c.from.size(), c.to);
    expectRefused(TextEncoder::fromJson(bad), c.message);
  }
}
