// Bias, residual and layer normalisation of a row while it is in the cache; and the gradient of the normalisation's input.
#include <algorithm>
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

VECTORISED void sumRow(const Row& row, const Shared& shared) {
  const float *const product = row.product, *const residual = row.residual, *const bias = shared.bias;
  float* const sum = row.normalized;
#pragma omp simd
  for (int64_t i = 0; i < shared.width; i += 1) sum[i] = product[i] + bias[i] + residual[i];
}

/** In place; gives 1/σ. */
VECTORISED float normalizeRow(float* row, int64_t width, float epsilon) {
  float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < width; i += 1) sum += row[i];
  const float mean = sum / static_cast<float>(width);
#pragma omp simd reduction(+ : squares)
  for (int64_t i = 0; i < width; i += 1) {
    const float centred = row[i] - mean;
    squares += centred * centred;
  }
  const float inverseDeviation = 1.0f / std::sqrt(squares / static_cast<float>(width) + epsilon);
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) row[i] = (row[i] - mean) * inverseDeviation;
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
      sumRow(row, in.shared);
      normalizeRow(row.normalized, in.shared.width, in.shared.epsilon);
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
      sumRow(row, in.shared);
      inverseDeviation[index] = normalizeRow(row.normalized, in.shared.width, in.shared.epsilon);
      scaleAndShiftRow(row, in.shared);
    }
  });
}

/** Of rows as they are: in front of a block. */
void normalizeForTraining(KernelCall& call) {
  const Shape shape = call.shape(0, 2);
  const int64_t rows = shape[0], width = shape[1];
  const float* const input = call.input(0, shape);
  const Shared shared{nullptr, call.input(1, {width}), call.input(2, {width}), width, call.attributes.epsilon};
  float *const output = call.output(0, shape), *const normalized = call.output(1, shape);
  float* const inverseDeviation = call.output(2, {rows, 1});
  parallelRows(rows, width, [=](int64_t begin, int64_t end) {
    for (int64_t index = begin; index < end; index += 1) {
      const int64_t at = index * width;
      const Row row{nullptr, nullptr, output + at, normalized + at};
      std::copy_n(input + at, width, row.normalized);
      inverseDeviation[index] = normalizeRow(row.normalized, width, shared.epsilon);
      scaleAndShiftRow(row, shared);
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

const std::vector<const char*> FOR_TRAINING = {"output: float", "normalized: float", "inverse_deviation: float"};
const std::vector<const char*> SUM = {"product: float", "bias: float", "residual: float", "gain: float",
                                      "shift: float"};

const bool registered[] = {
    registerKernel({"LptAddAndNormalize", SUM, {"output: float"}, {"epsilon: float"}}, guarded<addAndNormalize>),
    registerKernel({"LptAddAndNormalizeForTraining",
                    SUM,
                    FOR_TRAINING,
                    {"epsilon: float"}},
                   guarded<addAndNormalizeForTraining>),
    registerKernel({"LptNormalizeForTraining",
                    {"rows: float", "gain: float", "shift: float"},
                    FOR_TRAINING,
                    {"epsilon: float"}},
                   guarded<normalizeForTraining>),
    registerKernel({"LptLayerNormInputGradient",
                    {"gradient: float", "gain: float", "normalized: float", "inverse_deviation: float"},
                    {"output: float"},
                    {}},
                   guarded<layerNormInputGradient>),
};

}  // namespace
}  // namespace lpt
