//===- ExecutionTargetTest.cpp - processors by name, and generated headers ----------===//

#include "weir/CodeGen/CpuTarget.h"
#include "weir/Execution/Aot.h"

#include "llvm/Target/TargetMachine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace weir;
using testing::HasSubstr;
using testing::Not;

namespace {

struct Expected {
  const char *triple, *cpu, *features;
  int64_t bits, registers;
  bool fma;
};

class NamedTarget : public testing::TestWithParam<Expected> {};

TEST_P(NamedTarget, DecidesByWhatTheProcessorHas) {
  const Expected &expected = GetParam();
  llvm::Expected<CpuTarget> target =
      CpuTarget::named(expected.triple, expected.cpu, expected.features);
  ASSERT_TRUE(static_cast<bool>(target)) << llvm::toString(target.takeError());
  EXPECT_EQ(target->vectorBits, expected.bits);
  EXPECT_EQ(target->vectorRegisters, expected.registers);
  EXPECT_EQ(target->fusedMultiplyAdd, expected.fma);
  EXPECT_EQ(target->rootEstimates, expected.bits == 512);
  auto machine = target->createTargetMachine();
  ASSERT_TRUE(static_cast<bool>(machine)) << llvm::toString(machine.takeError());
  EXPECT_EQ((*machine)->getTargetTriple().str(), target->triple);
}

INSTANTIATE_TEST_SUITE_P(
    All, NamedTarget,
    testing::Values(Expected{"x86_64-linux-gnu", "x86-64", "", 128, 16, false},
                    Expected{"x86_64-linux-gnu", "", "", 128, 16, false},
                    Expected{"x86_64-linux-gnu", "sandybridge", "", 256, 16, false},
                    Expected{"x86_64-linux-gnu", "x86-64-v3", "", 256, 16, true},
                    Expected{"x86_64-linux-gnu", "haswell", "-fma", 256, 16, false},
                    Expected{"x86_64-linux-gnu", "", "+avx2,+fma", 256, 16, true},
                    Expected{"x86_64-linux-gnu", "skylake-avx512", "", 512, 32, true},
                    Expected{"x86_64-linux-gnu", "znver4", "", 512, 32, true},
                    Expected{"x86_64-linux-gnu", "znver4", "-avx512vl", 256, 16, true},
                    Expected{"i686-linux-gnu", "pentium4", "", 128, 8, false},
                    Expected{"aarch64-linux-gnu", "", "", 128, 32, true},
                    Expected{"aarch64-linux-gnu", "cortex-a76", "", 128, 32, true},
                    Expected{"riscv64-linux-gnu", "", "", 128, 16, false}));

static std::string refusal(const char *triple, const char *cpu, const char *features) {
  llvm::Expected<CpuTarget> target = CpuTarget::named(triple, cpu, features);
  return target ? "accepted" : llvm::toString(target.takeError());
}

TEST(CpuTarget, RefusesWhatNoOneHas) {
  EXPECT_THAT(refusal("x86_64-linux-gnu", "pentium9", ""),
              HasSubstr("unknown processor 'pentium9' for x86_64"));
  EXPECT_THAT(refusal("aarch64-linux-gnu", "znver4", ""), HasSubstr("'znver4'"));
  EXPECT_THAT(refusal("x86_64-linux-gnu", "", "+avx9"), HasSubstr("'+avx9'"));
  EXPECT_THAT(refusal("x86_64-linux-gnu", "", "+avx2,fma"), HasSubstr("'fma'"));
  EXPECT_THAT(refusal("x86_64-linux-gnu", "", "+"), HasSubstr("'+'"));
  EXPECT_THAT(refusal("pdp11-unix", "", ""), HasSubstr("unknown target triple"));
  EXPECT_THAT(refusal("nvptx64-nvidia-cuda", "", ""), HasSubstr("nvptx64"));
  EXPECT_THAT(refusal("aarch64_be-linux-gnu", "", ""), HasSubstr("big-endian"));
}

TEST(CpuTarget, KnowsTheHost) {
  CpuTarget host = CpuTarget::host();
  EXPECT_FALSE(host.cpu.empty());
  EXPECT_GE(host.vectorBits, 128);
  EXPECT_GT(host.cacheBytes, 0);
  auto machine = host.createTargetMachine();
  EXPECT_TRUE(static_cast<bool>(machine)) << llvm::toString(machine.takeError());
}

TEST(Header, NamesOnlyWhatCanBeNamed) {
  EXPECT_TRUE(isCIdentifier("net_2"));
  EXPECT_TRUE(isCIdentifier("_"));
  EXPECT_FALSE(isCIdentifier(""));
  EXPECT_FALSE(isCIdentifier("2net"));
  EXPECT_FALSE(isCIdentifier("my-net"));
  EXPECT_FALSE(isCIdentifier("n\xC3\xA9t"));
}

// An id, a vector, an output, a parameter.
static Signature smallSignature() {
  Signature signature;
  signature.model = "Small";
  signature.inputs.resize(2);
  signature.inputs[0].name = "user";
  signature.inputs[0].isIndex = true;
  signature.inputs[0].cardinality = 672;
  signature.inputs[1].name = "x";
  signature.inputs[1].shape = {3, 4};
  signature.outputs.push_back({"y", {5}, true});
  signature.parameters.resize(1);
  signature.parameters[0].name = "layer.weight";
  signature.parameters[0].shape = {5, 12};
  return signature;
}

TEST(Header, SaysWhatGoesInAndWhatComesOut) {
  std::string text = writeHeader(smallSignature(), "net", /*embedded=*/false, 256);
  EXPECT_THAT(text, HasSubstr("The model Small"));
  EXPECT_THAT(text, HasSubstr("int64_t [batch], ids 0 to 671"));
  EXPECT_THAT(text, HasSubstr("float [batch, 3, 4]"));
  EXPECT_THAT(text, HasSubstr("layer.weight                             float [5, 12]"));
  EXPECT_THAT(text, HasSubstr("Bytes of the packed parameters, 256 here"));
  EXPECT_THAT(text, HasSubstr("#define NET_PARAMETERS 1"));
  EXPECT_THAT(text, HasSubstr("int net_pack(const float *const *parameters"));
  EXPECT_THAT(text, HasSubstr("user 1, x 12, y 5."));
  EXPECT_THAT(text, HasSubstr("const int64_t *in_user, const float *in_x, float *out_y,"));
  EXPECT_THAT(text, Not(HasSubstr("net_weights")));
}

TEST(Header, WithWeightsInsideAsksForNone) {
  std::string text = writeHeader(smallSignature(), "net", /*embedded=*/true, 256);
  EXPECT_THAT(text, HasSubstr("const void *net_weights(void);"));
  EXPECT_THAT(text, HasSubstr("frame.prepared = net_weights();"));
  EXPECT_THAT(text, Not(HasSubstr("net_prepare")));
  EXPECT_THAT(text, Not(HasSubstr("NET_PARAMETERS")));
}

} // namespace
