//===- Random.cpp - Counter-based random numbers ------------------------------===//
#include "weir/Runtime/Random.h"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace weir {

std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t{0xD2511F53} * c[0];
    uint64_t product1 = uint64_t{0xCD9E8D57} * c[2];
    c = {static_cast<uint32_t>(product1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(product1),
         static_cast<uint32_t>(product0 >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(product0)};
    k[0] += 0x9E3779B9; // the golden ratio
    k[1] += 0xBB67AE85; // the square root of 3, less 1
  }
  return c;
}

uint64_t streamOf(std::string_view name) {
  uint64_t hash = 0xCBF29CE484222325;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001B3;
  return hash;
}

/// Numbers 4 * block to 4 * block + 3 of a stream.
static std::array<uint32_t, 4> randomBlock(uint64_t seed, uint64_t stream, uint64_t block) {
  return philox4x32({static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
                     static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
                    {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

static float uniformFrom(uint32_t bits) { return static_cast<float>(bits >> 8) * 0x1p-24f; }

/// Box-Muller; `odd` chooses which normal of the pair. Computed in double so that
/// the float doesn't depend on the C library's last digit.
static double normalFrom(uint32_t bits0, uint32_t bits1, bool odd) {
  double radius = std::sqrt(-2.0 * std::log((bits0 + 1.0) * 0x1p-32)); // (0, 1]: log is finite
  double angle = 2.0 * std::numbers::pi * (bits1 * 0x1p-32);
  return radius * (odd ? std::sin(angle) : std::cos(angle));
}

uint32_t randomBits(uint64_t seed, uint64_t stream, uint64_t index) {
  return randomBlock(seed, stream, index / 4)[index % 4];
}

float uniform(uint64_t seed, uint64_t stream, uint64_t index) {
  return uniformFrom(randomBits(seed, stream, index));
}

float normal(uint64_t seed, uint64_t stream, uint64_t index) {
  std::array<uint32_t, 4> block = randomBlock(seed, stream, index / 4);
  unsigned first = index % 4 & ~1u;
  return static_cast<float>(normalFrom(block[first], block[first + 1], index & 1));
}

Result<Init> parseInit(std::string_view name) {
  if (name == "constant")
    return Init::Constant;
  if (name == "normal")
    return Init::Normal;
  if (name == "uniform")
    return Init::Uniform;
  return fail("unknown initializer {}; expected 'constant', 'normal' or 'uniform'", inQuotes(name));
}

void fill(Tensor &tensor, Init init, double a, double b, uint64_t seed, std::string_view name) {
  float *values = tensor.f32();
  uint64_t count = static_cast<uint64_t>(tensor.elements());
  if (init == Init::Constant) {
    std::fill(values, values + count, static_cast<float>(a));
    return;
  }
  uint64_t stream = streamOf(name);
  for (uint64_t start = 0; start < count; start += 4) {
    std::array<uint32_t, 4> block = randomBlock(seed, stream, start / 4);
    for (uint64_t lane = 0; lane < std::min<uint64_t>(4, count - start); ++lane) {
      double value;
      if (init == Init::Uniform)
        value = a + (b - a) * uniformFrom(block[lane]);
      else
        value = a + b * normalFrom(block[lane & ~1u], block[lane | 1u], lane & 1);
      values[start + lane] = static_cast<float>(value);
    }
  }
}

} // namespace weir
