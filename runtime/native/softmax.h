// Softmax of one row, in place, and back.
#pragma once

#include <cfloat>

#include "vectorised.h"

namespace lpt {

/** Numbers that a row of so many takes in scratch memory: a whole number of vectors. */
constexpr int64_t padded(int64_t width) { return (width + LANES - 1) / LANES * LANES; }

/** What stands behind the width, up to `padded`, becomes 0. */
INLINED void softmaxInPlace(float* row, int64_t width) {
  const int64_t whole = padded(width);
  for (int64_t i = width; i < whole; i += 1) row[i] = -FLT_MAX;
  float highest = -FLT_MAX, total = 0;
#pragma omp simd reduction(max : highest)
  for (int64_t i = 0; i < whole; i += 1) highest = row[i] > highest ? row[i] : highest;
#pragma omp simd reduction(+ : total)
  for (int64_t i = 0; i < whole; i += 1) {
    row[i] = exponential(row[i] - highest);
    total += row[i];
  }
  const float share = 1.0f / total;
#pragma omp simd
  for (int64_t i = 0; i < whole; i += 1) row[i] *= share;
}

/** scale · p ⊙ (g − Σ g p): from the gradient to the probabilities, which it may replace. */
INLINED void softmaxGradient(const float* gradient, const float* probabilities, int64_t width, float scale, float* to) {
  float along = 0;
#pragma omp simd reduction(+ : along)
  for (int64_t i = 0; i < width; i += 1) along += gradient[i] * probabilities[i];
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) to[i] = (gradient[i] - along) * probabilities[i] * scale;
}

}  // namespace lpt
