//===- TrainerCheckpointTest.cpp - Checkpoints, whole and damaged -------------===//

#include "TrainerTestSupport.h"

#include <cmath>

using namespace weir;
using namespace weir::test;

namespace {

class TrainerCheckpoint : public ::testing::Test {
protected:
  Checkpoint make() {
    Checkpoint checkpoint;
    checkpoint.source = sourceOf("model M() { }\n");
    checkpoint.source.model = "M";
    checkpoint.source.sizes["users"] = int64_t{7};
    checkpoint.source.sizes["scale"] = 0.1;
    checkpoint.source.sizes["deep"] = true;
    checkpoint.source.overrides.statements = {"epochs 3", "loss mse(\"y\", t)"};
    checkpoint.source.overrides.optimizerArguments["lr"] = 1e-3;
    checkpoint.scores = "epoch 2: fine";
    TrainingProgress progress;
    progress.seed = ~uint64_t{0};
    progress.fingerprint = 0x8000000000000001;
    progress.epochs = 3;
    progress.batch = 16;
    progress.epoch = 2;
    progress.step = 5;
    progress.sums = {0.1, 1e300, INFINITY, NAN, -0.0};
    progress.examples = 80;
    progress.best = 0.3;
    progress.bestEpoch = 1;
    checkpoint.progress = progress;
    expectOk(checkpoint.parameters.add("fc.weight", *makeTensor({2, 1}, {1, 2})));
    expectOk(checkpoint.states.add("fc.weight.m", *makeTensor({2, 1}, {3, 4})));
    return checkpoint;
  }
  // What comes back after `change` to the file.
  Result<Checkpoint> changed(std::function<void(ParameterFile &)> change) {
    expectOk(writeCheckpoint(folder.file("c.safetensors"), make()));
    Result<ParameterFile> file = readParameters(folder.file("c.safetensors"));
    change(*file);
    expectOk(writeParameters(folder.file("d.safetensors"), *file));
    return readCheckpoint(folder.file("d.safetensors"));
  }

  TemporaryFolder folder;
};

} // namespace

TEST_F(TrainerCheckpoint, comesBackToTheLastBit) {
  expectOk(writeCheckpoint(folder.file("c.safetensors"), make()));
  Result<Checkpoint> read = readCheckpoint(folder.file("c.safetensors"));
  ASSERT_TRUE(read.ok()) << read.error().message;
  Checkpoint expected = make();
  EXPECT_EQ(describeDifference(read->source, expected.source), "");
  EXPECT_EQ(read->source.path, "m.weir");
  EXPECT_EQ(read->scores, expected.scores);
  ASSERT_TRUE(read->progress);
  EXPECT_EQ(read->progress->seed, expected.progress->seed);
  EXPECT_EQ(read->progress->fingerprint, expected.progress->fingerprint);
  EXPECT_EQ(read->progress->epoch, 2);
  EXPECT_EQ(read->progress->step, 5);
  EXPECT_EQ(read->progress->examples, 80);
  EXPECT_EQ(read->progress->best, 0.3);
  ASSERT_EQ(read->progress->sums.size(), 5u);
  EXPECT_EQ(read->progress->sums[0], 0.1);
  EXPECT_EQ(read->progress->sums[1], 1e300);
  EXPECT_TRUE(std::isinf(read->progress->sums[2]));
  EXPECT_TRUE(std::isnan(read->progress->sums[3]));
  EXPECT_TRUE(std::signbit(read->progress->sums[4]));
  EXPECT_EQ(read->parameters.size(), 1u);
  EXPECT_EQ(read->parameters.find("fc.weight")->f32()[1], 2);
  EXPECT_EQ(read->states.find("fc.weight.m")->f32()[1], 4);
}

TEST_F(TrainerCheckpoint, statesAreNoParametersOfTheModel) {
  expectOk(writeCheckpoint(folder.file("c.safetensors"), make()));
  Result<ParameterFile> file = readParameters(folder.file("c.safetensors"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->size(), 2u);
  Result<ParameterFile> bare = withoutStates(std::move(*file));
  ASSERT_TRUE(bare.ok());
  EXPECT_EQ(bare->size(), 1u);
  EXPECT_TRUE(bare->find("fc.weight"));
  // Of another file nothing is taken away.
  ParameterFile foreign;
  expectOk(foreign.add("weir.optimizer.x", *makeTensor({1}, {1})));
  EXPECT_EQ(withoutStates(std::move(foreign))->size(), 1u);
}

TEST_F(TrainerCheckpoint, refusesWhatIsNone) {
  expectRefused(readCheckpoint(folder.file("none.safetensors")), "none.safetensors");
  expectOk(writeFile(folder.file("text"), "user,movie\n1,2\n"));
  expectRefused(readCheckpoint(folder.file("text")), "Expected a whole checkpoint");
  ParameterFile bare;
  expectOk(bare.add("a", *makeTensor({1}, {1})));
  expectOk(writeParameters(folder.file("bare.safetensors"), bare));
  expectRefused(readCheckpoint(folder.file("bare.safetensors")),
                "a file of parameters but not a checkpoint of `weir train`");
}

TEST_F(TrainerCheckpoint, refusesEveryTruncation) {
  std::string path = folder.file("c.safetensors");
  expectOk(writeCheckpoint(path, make()));
  std::string whole(readFile(path)->text());
  for (size_t size = 0; size < whole.size(); size += 7) {
    expectOk(writeFile(path, whole.substr(0, size)));
    EXPECT_FALSE(readCheckpoint(path).ok()) << "accepted the first " << size << " bytes";
  }
}

TEST_F(TrainerCheckpoint, refusesMetadataThatContradictsItself) {
  auto refuses = [&](const char *key, const char *value, const char *message) {
    expectRefused(changed([&](ParameterFile &file) { file.metadata[key] = value; }), message);
  };
  expectOk(changed([](ParameterFile &) {}));
  refuses("weir.version", "2", "version '2', expected 1");
  refuses("weir.sizes", "{", "'weir.sizes' isn't JSON");
  refuses("weir.sizes", "[1]", "'weir.sizes' isn't an object");
  refuses("weir.sizes", "{\"a\": [1]}", "has a 'a' that isn't a number");
  refuses("weir.sizes", "{\"a\": \"1x\"}", "has a 'a' that isn't a number");
  refuses("weir.overrides", "{\"statements\": [1]}", "has a 'statements' that isn't text");
  refuses("weir.progress", "{}", "'weir.progress' has no proper 'seed'");
  refuses("weir.data", "{\"format\":\"x\"}", "'weir.data'");
  refuses("weir.overrides", "[[[[[[[[[[[]]]]]]]]]]]", "nested too deep");
  for (const char *key :
       {"weir.model", "weir.text", "weir.path", "weir.sizes", "weir.data", "weir.overrides"})
    expectRefused(changed([&](ParameterFile &file) { file.metadata.erase(key); }), "is missing");
  auto progress = changed([](ParameterFile &file) {
    std::string &text = file.metadata["weir.progress"];
    text.replace(text.find("\"epoch\":2"), 9, "\"epoch\":9");
  });
  expectRefused(progress, "beyond its last epoch");
}

TEST_F(TrainerCheckpoint, differencesAreNamed) {
  TrainingSource a = make().source, b = make().source;
  EXPECT_EQ(describeDifference(a, b), "");
  b.sizes["users"] = int64_t{8};
  EXPECT_EQ(describeDifference(a, b), "the size users (7 now, 8 then)");
  b = a;
  b.text += " ";
  EXPECT_EQ(describeDifference(a, b), "the text of m.weir");
  b = a;
  b.overrides.optimizerArguments.erase("lr");
  EXPECT_EQ(describeDifference(a, b), "the optimizer's lr (0.001 now, not given then)");
  EXPECT_EQ(describeDifference(b, a), "the optimizer's lr (not given now, 0.001 then)");
}

TEST_F(TrainerCheckpoint, theStateLiesBesideTheModel) {
  EXPECT_EQ(lastPath("a/m.safetensors"), "a/m.last.safetensors");
  EXPECT_EQ(lastPath("m"), "m.last");
}

TEST_F(TrainerCheckpoint, aFullDiskIsAnError) {
  if (!std::filesystem::exists("/dev/full"))
    GTEST_SKIP() << "no /dev/full";
  expectRefused(writeCheckpoint("/dev/full", make()), "/dev/full");
}
