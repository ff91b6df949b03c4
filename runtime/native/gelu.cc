// The bias of a linear layer and the gelu behind it, x Φ(x), in one pass; for training its slope Φ(x) + x φ(x) as well. And
// the same with Φ approximated by the hyperbolic tangent.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "parallel.h"
#include "registration.h"
#include "vectorised.h"

namespace lpt {
namespace {

struct Gelu {
  float output, slope;
};

/**
 * Φ by the error function of Abramowitz and Stegun 7.1.26 (error ≤ 1.5e-7), which needs the same e^(-x²/2) as the slope.
 */
INLINED Gelu geluOf(float x) {
  constexpr float INVERSE_SQRT_2 = 0.707106781f, INVERSE_SQRT_2_PI = 0.398942280f;
  const float bell = exponential(-0.5f * x * x);
  const float t = 1.0f / (1.0f + 0.3275911f * INVERSE_SQRT_2 * std::fabs(x));
  float series = 1.061405429f;
  series = series * t - 1.453152027f;
  series = series * t + 1.421413741f;
  series = series * t - 0.284496736f;
  series = series * t + 0.254829592f;
  const float tail = 0.5f * series * t * bell;  // Φ(-|x|): without cancellation however far out
  // tail below 0 and 1 - tail above, without a comparison: it would leave a branch, and no vector code.
  const float side = std::copysign(0.5f, x), cumulative = (0.5f + side) - 2.0f * side * tail;
  return {x * cumulative, cumulative + x * INVERSE_SQRT_2_PI * bell};
}

/** Of what is not negative, by its bits: they rise with it, and a comparison of floats would leave a branch. */
INLINED float atMostTen(float x) {
  constexpr uint32_t TEN = 0x41200000;
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  bits = std::min(bits, TEN);
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

/**
 * (1 + tanh u) / 2 = 1 / (1 + e^(-2u)) with u = √(2/π) (x + 0.044715 x³). Beyond ±10 it has long been 0 or 1: u is taken there,
 * so that nothing overflows.
 */
INLINED Gelu geluTanhOf(float x) {
  constexpr float SQRT_2_OVER_PI = 0.797884561f, CUBIC = 0.044715f;
  const float near = std::copysign(atMostTen(std::fabs(x)), x);
  const float squared = near * near;
  const float u = near * SQRT_2_OVER_PI * (1.0f + CUBIC * squared);
  const float slopeOfU = SQRT_2_OVER_PI * (1.0f + 3.0f * CUBIC * squared);
  const float power = exponential(-2.0f * u);
  const float cumulative = 1.0f / (1.0f + power);
  const float rest = power * cumulative;  // 1 - cumulative, without cancellation
  return {x * cumulative, cumulative + 2.0f * x * slopeOfU * cumulative * rest};
}

VECTORISED void geluRow(const float* product, const float* bias, float* output, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) output[i] = geluOf(product[i] + bias[i]).output;
}

VECTORISED void geluTanhRow(const float* product, const float* bias, float* output, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) output[i] = geluTanhOf(product[i] + bias[i]).output;
}

struct Outputs {
  float *output, *slope;
};

VECTORISED void geluAndSlopeRow(const float* product, const float* bias, Outputs to, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) {
    const Gelu gelu = geluOf(product[i] + bias[i]);
    to.output[i] = gelu.output;
    to.slope[i] = gelu.slope;
  }
}

VECTORISED void geluTanhAndSlopeRow(const float* product, const float* bias, Outputs to, int64_t width) {
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) {
    const Gelu gelu = geluTanhOf(product[i] + bias[i]);
    to.output[i] = gelu.output;
    to.slope[i] = gelu.slope;
  }
}

void withoutSlope(KernelCall& call, void (*rowOf)(const float*, const float*, float*, int64_t)) {
  const Shape shape = call.shape(0, 2);
  const int64_t rows = shape[0], width = shape[1];
  const float *product = call.input(0, shape), *bias = call.input(1, {width});
  float* const output = call.output(0, shape);
  parallelRows(rows, width, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += 1) rowOf(product + row * width, bias, output + row * width, width);
  });
}

void withSlope(KernelCall& call, void (*rowOf)(const float*, const float*, Outputs, int64_t)) {
  const Shape shape = call.shape(0, 2);
  const int64_t rows = shape[0], width = shape[1];
  const float *product = call.input(0, shape), *bias = call.input(1, {width});
  float *const output = call.output(0, shape), *const slope = call.output(1, shape);
  parallelRows(rows, width, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += 1) {
      const int64_t at = row * width;
      rowOf(product + at, bias, {output + at, slope + at}, width);
    }
  });
}

void biasGelu(KernelCall& call) { withoutSlope(call, geluRow); }
void biasGeluTanh(KernelCall& call) { withoutSlope(call, geluTanhRow); }
void biasGeluWithSlope(KernelCall& call) { withSlope(call, geluAndSlopeRow); }
void biasGeluTanhWithSlope(KernelCall& call) { withSlope(call, geluTanhAndSlopeRow); }

const bool registered[] = {
    registerKernel({"LptBiasGelu", {"product: float", "bias: float"}, {"output: float"}, {}}, guarded<biasGelu>),
    registerKernel({"LptBiasGeluTanh", {"product: float", "bias: float"}, {"output: float"}, {}},
                   guarded<biasGeluTanh>),
    registerKernel(
        {"LptBiasGeluWithSlope", {"product: float", "bias: float"}, {"output: float", "slope: float"}, {}},
        guarded<biasGeluWithSlope>),
    registerKernel(
        {"LptBiasGeluTanhWithSlope", {"product: float", "bias: float"}, {"output: float", "slope: float"}, {}},
        guarded<biasGeluTanhWithSlope>),
};

}  // namespace
}  // namespace lpt
