//===- Generator.h - Random valid models --------------------------------------===//
#ifndef WEIR_TEST_PROPERTY_GENERATOR_H
#define WEIR_TEST_PROPERTY_GENERATOR_H

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace weir::property {

/// The same numbers on every machine, unlike the standard library's distributions.
class Chooser {
public:
  explicit Chooser(uint64_t seed) : bits(seed) {}
  /// Uniform over low..high, both included.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(bits() % static_cast<uint64_t>(high - low + 1));
  }
  /// True once in `n` times.
  bool oneIn(int64_t n) { return between(1, n) == 1; }
  template <typename T> const T &of(const std::vector<T> &choices) {
    return choices[between(0, static_cast<int64_t>(choices.size()) - 1)];
  }

private:
  std::mt19937_64 bits;
};

/// The text of a random valid model that follows from the seed. It takes all layers of
/// the language together in small and odd sizes, with values used several times, and
/// computes nothing that is far from what f32 can hold.
std::string generateModel(uint64_t seed);

} // namespace weir::property

#endif
