//===- OpsSupport.h - Many small checks in one model --------------------------===//
#ifndef WEIR_TEST_PROPERTY_OPSSUPPORT_H
#define WEIR_TEST_PROPERTY_OPSSUPPORT_H

#include "Harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::property {

/// A model of inputs, say "a: f32[3, 4]", and of one output for each expression:
/// compiling one model of many outputs is quicker than compiling many models.
struct ModelText {
  std::vector<std::string> inputs;
  std::vector<std::string> expressions;

  std::string text() const {
    std::string result = "model Test() {\n";
    for (const std::string &input : inputs)
      result += "  input " + input + "\n";
    for (size_t i = 0; i < expressions.size(); ++i)
      result += fmt::format("  output y{} = {}\n", i, expressions[i]);
    return result + "}\n";
  }
};

/// Whatever can run in parallel does.
inline CompileOptions testOptions() {
  CompileOptions options;
  options.parallelWork = 1;
  return options;
}

/// The same with vectors of 128 bits, little cache and separate multiply and add, as on
/// a processor without more.
inline CompileOptions plainOptions() {
  CompileOptions options = testOptions();
  options.target.vectorBits = 128;
  options.target.vectorRegisters = 16;
  options.target.cacheBytes = 4096;
  options.target.fusedMultiplyAdd = false;
  return options;
}

/// Compiles the model of this text and checks it with random inputs.
inline void expectAgrees(const std::string &text, const CompileOptions &options = testOptions(),
                         const std::vector<int64_t> &batches = {1, 3, 8, 13}) {
  auto harness = Harness::create(text, options, /*seed=*/1);
  ASSERT_TRUE(harness.ok()) << harness.error().message << text;
  for (int64_t batch : batches) {
    Result<void> good = (*harness)->check(batch, /*seed=*/batch);
    EXPECT_TRUE(good.ok()) << good.error().message << "\n" << text;
  }
}

inline void expectAgrees(const ModelText &model, const CompileOptions &options = testOptions(),
                         const std::vector<int64_t> &batches = {1, 3, 8, 13}) {
  ASSERT_FALSE(model.expressions.empty());
  expectAgrees(model.text(), options, batches);
}

} // namespace weir::property

#endif
