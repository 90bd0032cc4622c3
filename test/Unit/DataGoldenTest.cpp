//===- DataGoldenTest.cpp - The encodings that PyTorch's models were given ----===//
//
// Runs where the golden models and their data lie beside the sources.
//
//===----------------------------------------------------------------------===//
#include "DataTestSupport.h"
#include "weir/Data/Encoder.h"
#include "weir/Data/Npy.h"
#include "weir/Data/Text.h"
#include <cmath>
#include <cstdio>
#define JSON_NOEXCEPTION
#include <nlohmann/json.hpp>

using namespace weir;
using namespace weir::test;

static std::string shared(const std::string &path) { return WEIR_SOURCE_DIR "/../shared/" + path; }

#define SKIP_WITHOUT(file)                                                                         \
  if (!isRegularFile(file))                                                                        \
  GTEST_SKIP() << file << " isn't there"

static nlohmann::json readAbout(const std::string &model) {
  Result<FileBytes> file = readFile(shared("golden/" + model + "/about.json"));
  EXPECT_TRUE(file.ok());
  return file.ok() ? nlohmann::json::parse(file->text(), nullptr, false) : nlohmann::json();
}

/// Expects the first examples of the field to be what the golden file holds.
static void expectGolden(const Dataset &data, std::string_view field, const std::string &model,
                         const std::string &file) {
  SCOPED_TRACE(file);
  Result<Tensor> golden = readNpy(shared("golden/" + model + "/" + file + ".npy"));
  ASSERT_TRUE(golden) << golden.error().message;
  const DataField *found = data.find(field);
  ASSERT_NE(found, nullptr);
  ASSERT_EQ(found->dtype, golden->dtype);
  for (int64_t i = 0; i < golden->elements(); ++i) {
    if (golden->dtype == DType::I64)
      ASSERT_EQ(found->values->i64()[i], golden->i64()[i]) << i;
    else
      ASSERT_NEAR(found->values->f32()[i], golden->f32()[i], 1e-6) << i;
  }
}

TEST(DataGolden, Adult) {
  std::string path = shared("data/adult/train.csv");
  SKIP_WITHOUT(path);
  nlohmann::json about = readAbout("tabular_adult");
  std::vector<std::string> continuous;
  for (const nlohmann::json &name : about["continuous_order"])
    continuous.push_back(name.get<std::string>());
  std::vector<FieldSpec> specs = {
      {.name = "continuous",
       .columns = continuous,
       .exampleShape = {static_cast<int64_t>(continuous.size())},
       .standardize = true},
      {.name = "label", .target = true, .kind = FieldKind::Class, .columns = {"income"}}};
  for (const auto &[name, labels] : about["vocab"].items())
    specs.push_back({.name = name, .kind = FieldKind::Category, .columns = {name}});
  ASSERT_EQ(specs.size(), 10u);

  Result<Table> train = readCsv(path), test = readCsv(shared("data/adult/test.csv"));
  ASSERT_TRUE(train) << train.error().message;
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(train->rows(), 32561);
  Result<Encoder> encoder = Encoder::fit(specs, *train);
  ASSERT_TRUE(encoder) << encoder.error().message;
  for (const auto &[name, labels] : about["vocab"].items()) {
    std::span<const std::string> found = encoder->find(name)->vocabulary.all();
    EXPECT_EQ(std::vector<std::string>(found.begin(), found.end()),
              labels.get<std::vector<std::string>>());
  }
  for (size_t i = 0; i < continuous.size(); ++i) {
    const NumberScale &scale = encoder->find("continuous")->scales[i];
    double mean = about["mean_std"][continuous[i]][0].get<double>(),
           deviation = about["mean_std"][continuous[i]][1].get<double>();
    EXPECT_NEAR(scale.mean, mean, 1e-9 * std::abs(mean)) << continuous[i];
    EXPECT_NEAR(scale.deviation, deviation, 1e-9 * deviation) << continuous[i];
  }

  // Through the checkpoint's form, as predict does it.
  Result<Encoder> loaded = Encoder::fromJson(encoder->toJson());
  ASSERT_TRUE(loaded) << loaded.error().message;
  Result<Dataset> data = loaded->encode(*test);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->rows(), 16281);
  for (const FieldSpec &spec : specs)
    expectGolden(*data, spec.name, "tabular_adult", spec.name);
}

TEST(DataGolden, Collab) {
  std::string path = shared("data/movielens/train.csv");
  SKIP_WITHOUT(path);
  Result<Table> train = readCsv(path), valid = readCsv(shared("data/movielens/valid.csv"));
  ASSERT_TRUE(train) << train.error().message;
  ASSERT_TRUE(valid) << valid.error().message;
  Result<Encoder> encoder =
      Encoder::fit({{.name = "user", .kind = FieldKind::Category, .columns = {"user"}},
                    {.name = "movie", .kind = FieldKind::Category, .columns = {"movie"}},
                    {.name = "rating", .target = true, .columns = {"rating"}, .exampleShape = {1}}},
                   *train);
  ASSERT_TRUE(encoder) << encoder.error().message;
  nlohmann::json about = readAbout("collab_dot");
  EXPECT_EQ(encoder->find("user")->cardinality(), about["users"].get<int64_t>());
  EXPECT_EQ(encoder->find("movie")->cardinality(), about["movies"].get<int64_t>());
  Result<Dataset> data = encoder->encode(*valid);
  ASSERT_TRUE(data) << data.error().message;
  for (const char *field : {"user", "movie", "rating"})
    expectGolden(*data, field, "collab_dot", field);
}

TEST(DataGolden, Movies) {
  std::string path = shared("data/movielens/movies.csv");
  SKIP_WITHOUT(path);
  Result<Table> movies = readCsv(path);
  ASSERT_TRUE(movies) << movies.error().message;
  EXPECT_EQ(movies->rows(), 9066);
  EXPECT_EQ(movies->find("title")->text(0), "Toy Story");
}

/// What a program writes to its standard output.
static std::string outputOf(const char *command) {
  std::string text;
  FILE *pipe = ::popen(command, "r");
  EXPECT_NE(pipe, nullptr) << command;
  if (!pipe)
    return text;
  char buffer[4096];
  while (size_t got = std::fread(buffer, 1, sizeof(buffer), pipe))
    text.append(buffer, got);
  ::pclose(pipe);
  return text;
}

TEST(DataGolden, NextWord) {
  std::string path = shared("golden/next_word/vocab.txt");
  SKIP_WITHOUT(path);
  SKIP_WITHOUT("/usr/bin/bible"); // Debian's package bible-kjv
  std::string bible = outputOf("/usr/bin/bible -f gen1:1-rev22:21");
  Tokens tokens = tokenize(bible, TextUnit::Words, 200000);
  ASSERT_EQ(tokens.all.size(), 200000u);
  Result<TextEncoder> encoder =
      TextEncoder::fit(tokens, {.vocabulary = 2000, .window = 3, .input = "words"});
  ASSERT_TRUE(encoder) << encoder.error().message;

  // One label a line, that of the unknown first, which has another name there.
  Result<FileBytes> file = readFile(path);
  ASSERT_TRUE(file) << file.error().message;
  std::string labels = "<unk>\n";
  for (const std::string &label : encoder->vocabulary().all().subspan(1))
    labels += label + "\n";
  EXPECT_EQ(labels, file->text());

  // The golden examples are the first of the 5,000 held out.
  Result<Dataset> data = encoder->windows(tokens);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->rows(), 199997);
  Result<Split> split = splitTail(data->rows(), 5000);
  Result<Tensor> golden = readNpy(shared("golden/next_word/words.npy"));
  Result<std::vector<Tensor>> batch = data->makeBatch(256);
  ASSERT_TRUE(split && golden && batch);
  data->gather(std::span(split->valid).first(256), *batch);
  EXPECT_EQ(idsOf((*batch)[0]), idsOf(*golden));
}
