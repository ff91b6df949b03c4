// Bias, residual and layer normalisation of a row while it is in the cache; and the gradient of the normalisation's input.
#include <cmath>

#include "parallel.h"
#include "registration.h"
#include "vectorised.h"

namespace lpt {
namespace {

/** The vectors that every row shares. */
struct Shared {
  const float *bias, *gain, *shift;
  int64_t width;
  float epsilon;
};

/** `normalized` may be the same memory as `output`: then only the output is kept. */
struct Row {
  const float *product, *residual;
  float *output, *normalized;
};

VECTORISED float normalizeRow(const Row& row, const Shared& shared) {
  const float *const product = row.product, *const residual = row.residual, *const bias = shared.bias;
  float* const normalized = row.normalized;
  const int64_t width = shared.width;
  float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; i += 1) {
    const float value = product[i] + bias[i] + residual[i];
    normalized[i] = value;
    sum += value;
  }
  const float mean = sum / static_cast<float>(width);
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < width; i += 1) {
    const float centred = normalized[i] - mean;
    squares += centred * centred;
  }
  const float inverseDeviation = 1.0f / std::sqrt(squares / static_cast<float>(width) + shared.epsilon);
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) normalized[i] = (normalized[i] - mean) * inverseDeviation;
  return inverseDeviation;
}

VECTORISED void scaleAndShiftRow(const Row& row, const Shared& shared) {
  const float *const gain = shared.gain, *const shift = shared.shift, *const normalized = row.normalized;
  float* const output = row.output;
#pragma omp simd
  for (int64_t i = 0; i < shared.width; i += 1) output[i] = normalized[i] * gain[i] + shift[i];
}

struct Inputs {
  const float *product, *residual;
  int64_t rows;
  Shared shared;
};

Inputs inputsOf(KernelCall& call, const Shape& shape) {
  const int64_t width = shape[1];
  const Shared shared{call.input(1, {width}), call.input(3, {width}), call.input(4, {width}), width,
                      call.attributes.epsilon};
  return {call.input(0, shape), call.input(2, shape), shape[0], shared};
}

void addAndNormalize(KernelCall& call) {
  const Shape shape = call.shape(0, 2);
  const Inputs in = inputsOf(call, shape);
  float* const output = call.output(0, shape);
  parallelRows(in.rows, in.shared.width, [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index += 1) {
      const int64_t at = index * in.shared.width;
      const Row row{in.product + at, in.residual + at, output + at, output + at};
      normalizeRow(row, in.shared);
      scaleAndShiftRow(row, in.shared);
    }
  });
}

void addAndNormalizeForTraining(KernelCall& call) {
  const Shape shape = call.shape(0, 2);
  const Inputs in = inputsOf(call, shape);
  float *const output = call.output(0, shape), *const normalized = call.output(1, shape);
  float* const inverseDeviation = call.output(2, {in.rows, 1});
  parallelRows(in.rows, in.shared.width, [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index += 1) {
      const int64_t at = index * in.shared.width;
      const Row row{in.product + at, in.residual + at, output + at, normalized + at};
      inverseDeviation[index] = normalizeRow(row, in.shared);
      scaleAndShiftRow(row, in.shared);
    }
  });
}

struct Backward {
  const float *gradient, *normalized;
  float inverseDeviation;
  float* output;
};

/** dx = (g − mean(g) − x̂ mean(g x̂)) / σ with g = dy · gain. */
VECTORISED void inputGradientRow(const Backward& row, const float* gain, int64_t width) {
  const float *const gradient = row.gradient, *const normalized = row.normalized;
  float* const output = row.output;
  float sum = 0, along = 0;
#pragma omp simd reduction(+ : sum, along)
  for (int64_t i = 0; i < width; i += 1) {
    const float scaled = gradient[i] * gain[i];
    output[i] = scaled;
    sum += scaled;
    along += scaled * normalized[i];
  }
  const float mean = sum / static_cast<float>(width), meanAlong = along / static_cast<float>(width);
  const float inverseDeviation = row.inverseDeviation;
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) {
    output[i] = (output[i] - mean - normalized[i] * meanAlong) * inverseDeviation;
  }
}

void layerNormInputGradient(KernelCall& call) {
  const Shape shape = call.shape(0, 2);
  const int64_t rows = shape[0], width = shape[1];
  const float *gradient = call.input(0, shape), *gain = call.input(1, {width});
  const float *normalized = call.input(2, shape), *inverseDeviation = call.input(3, {rows, 1});
  float* const output = call.output(0, shape);
  parallelRows(rows, width, [=](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += 1) {
      const int64_t at = row * width;
      inputGradientRow({gradient + at, normalized + at, inverseDeviation[row], output + at}, gain, width);
    }
  });
}

const std::vector<const char*> SUM = {"product: float", "bias: float", "residual: float", "gain: float",
                                      "shift: float"};

const bool registered[] = {
    registerKernel({"LptAddAndNormalize", SUM, {"output: float"}, {"epsilon: float"}}, guarded<addAndNormalize>),
    registerKernel({"LptAddAndNormalizeForTraining",
                    SUM,
                    {"output: float", "normalized: float", "inverse_deviation: float"},
                    {"epsilon: float"}},
                   guarded<addAndNormalizeForTraining>),
    registerKernel({"LptLayerNormInputGradient",
                    {"gradient: float", "gain: float", "normalized: float", "inverse_deviation: float"},
                    {"output: float"},
                    {}},
                   guarded<layerNormInputGradient>),
};

}  // namespace
}  // namespace lpt
