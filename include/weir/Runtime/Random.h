//===- Random.h - Counter-based random numbers --------------------------------===//
//
// Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
// as 1, 2, 3" (SC 2011). A number is a pure function of (seed, stream, index), so it
// depends neither on the order in which numbers are asked for nor on threads.
//
//===----------------------------------------------------------------------===//
#ifndef WEIR_RUNTIME_RANDOM_H
#define WEIR_RUNTIME_RANDOM_H

#include "weir/Runtime/Tensor.h"
#include <array>

namespace weir {

/// One block of Philox4x32-10: four random words for a 128-bit counter and a
/// 64-bit key, both with their lowest word first.
std::array<uint32_t, 4> philox4x32(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// The stream of a name: its 64-bit FNV-1a hash.
uint64_t streamOf(std::string_view name);

/// Number `index` of a stream, 32 random bits.
uint32_t randomBits(uint64_t seed, uint64_t stream, uint64_t index);

/// Number `index` of a stream, uniform in [0, 1), a multiple of 2^-24.
float uniform(uint64_t seed, uint64_t stream, uint64_t index);

/// Number `index` of a stream, normal with mean 0 and deviation 1: Box-Muller on the
/// uniform numbers of the pair {index & ~1, index | 1}.
float normal(uint64_t seed, uint64_t stream, uint64_t index);

/// How a parameter starts: constant(a), normal(mean a, deviation b), uniform(a, b).
enum class Init { Constant, Normal, Uniform };

/// "constant", "normal" or "uniform", as the dialect spells them.
Result<Init> parseInit(std::string_view name);

/// Fills an F32 tensor. Element i is number i of the stream of `name`, so a
/// parameter's start depends on the seed, its name and nothing else.
void fill(Tensor &tensor, Init init, double a, double b, uint64_t seed, std::string_view name);

} // namespace weir

#endif
