// Loops that the compiler turns into vector code, once for each generation of processors.
#pragma once

#include <cstdint>
#include <cstring>

// The loader picks the clone that the processor can run, so one build serves every machine.
#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)
#define VECTORISED __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define VECTORISED
#endif

// A helper that is not inlined would keep the instructions of the oldest processor.
#define INLINED inline __attribute__((always_inline))

// Sums in an array live in registers only where every loop over them is unrolled.
#define UNROLLED _Pragma("GCC unroll 16")

namespace lpt {

/** Numbers in the widest vector. */
constexpr int64_t LANES = 16;

/** So many numbers at one time, wherever they lie in memory. */
template <int64_t lanes>
using Vector __attribute__((vector_size(lanes * sizeof(float)), aligned(sizeof(float)), may_alias)) = float;

/**
 * e^x to the last bit or so, of x up to 88; 0 where it falls below the normal numbers. NaN stays NaN. What is too low goes
 * through all the same and is masked out: choosing by a comparison would leave a branch, and no vector code.
 */
INLINED float exponential(float x) {
  constexpr float LOWEST = -87.3f;
  constexpr float LOG2_E = 1.44269504f, LN2_HIGH = 0.693359375f, LN2_LOW = -2.12194440e-4f;
  constexpr float ROUNDS = 12582912.0f;  // 1.5 · 2^23: adding it leaves no room for a fraction
  const float power = (x * LOG2_E + ROUNDS) - ROUNDS;
  const float rest = (x - power * LN2_HIGH) - power * LN2_LOW;
  float series = 1.9875691500e-4f;
  series = series * rest + 1.3981999507e-3f;
  series = series * rest + 8.3334519073e-3f;
  series = series * rest + 4.1665795894e-2f;
  series = series * rest + 1.6666665459e-1f;
  series = series * rest + 5.0000001201e-1f;
  const float mantissa = series * rest * rest + rest + 1.0f;
  const uint32_t bits = (static_cast<uint32_t>(static_cast<int32_t>(power)) + 127u) << 23;
  float scale;
  std::memcpy(&scale, &bits, sizeof scale);
  const float product = mantissa * scale;
  uint32_t masked;
  std::memcpy(&masked, &product, sizeof masked);
  masked &= static_cast<uint32_t>(x < LOWEST) - 1u;
  float result;
  std::memcpy(&result, &masked, sizeof result);
  return result;
}

}  // namespace lpt
