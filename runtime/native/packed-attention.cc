// Attention over packed rows: softmax(scale · q kᵀ) v of every head of every sequence, and its gradients.
#include <algorithm>

#include "block-product.h"
#include "packed-heads.h"
#include "parallel.h"
#include "registration.h"
#include "scratch.h"
#include "softmax.h"

namespace lpt {
namespace {

/** Scratch memory of this thread for so many numbers. */
float* scratchFor(int64_t numbers) {
  static thread_local Scratch scratch;
  return static_cast<float*>(scratch.bytes(numbers * sizeof(float)));
}

/** Rows of `padded(length)`. With `causal`, a row's positions after its own get no probability. */
VECTORISED void softmaxRows(float* scores, int64_t length, bool causal) {
  const int64_t stride = padded(length);
  for (int64_t row = 0; row < length; row += 1) {
    float* const numbers = scores + row * stride;
    const int64_t seen = causal ? row + 1 : length;
    softmaxInPlace(numbers, seen);
    for (int64_t i = padded(seen); i < stride; i += 1) numbers[i] = 0;
  }
}

/** Without `probabilities` they are not kept. */
void attendHead(const PackedHeads& in, const PackedHead& head, const Attributes& given, float* context, float* probabilities) {
  const int64_t length = head.length, size = head.size, wide = padded(length), vector = padded(size);
  float* const query = scratchFor(length * vector + size * wide + length * vector + length * wide);
  float *const key = query + length * vector, *const value = key + size * wide, *const scores = value + length * vector;
  copyRows({in.query + head.place, in.width, length, size, in.queryBias + head.column, given.scale}, query);
  copyTransposed({in.keyValue + head.keyPlace, 2 * in.width, length, size, in.keyValueBias + head.column, 1}, key);
  copyRows({in.keyValue + head.valuePlace, 2 * in.width, length, size, in.keyValueBias + in.width + head.column, 1}, value);
  multiply({{query, vector, 1}, key, wide, scores, wide, length, wide, size});
  softmaxRows(scores, length, given.causal != 0);
  multiply({{scores, wide, 1}, value, vector, context + head.place, in.width, length, size, length});
  if (probabilities == nullptr) return;
  for (int64_t row = 0; row < length; row += 1) {
    std::copy_n(scores + row * wide, length, probabilities + head.square + row * length);
  }
}

void attend(KernelCall& call, bool training) {
  const PackedHeads in(call, 0, 4);
  float* const context = call.output(0, {in.rows, in.width});
  float* const probabilities = training ? call.output(1, {in.squares()}) : nullptr;
  parallelTasks(in.tasks(), [&](int64_t task) {
    attendHead(in, PackedHead(in, task), call.attributes, context, probabilities);
  });
}

void attendForInference(KernelCall& call) { attend(call, false); }

void attendForTraining(KernelCall& call) { attend(call, true); }

struct Gradients {
  const float *context, *probabilities;
  float *query, *keyValue;
  float scale;
};

/** From the gradient to the probabilities, in place, to that to the scores before they were scaled: scale · p ⊙ (g − Σ g p). */
VECTORISED void softmaxGradientRows(float* gradients, const float* probabilities, int64_t length, float scale) {
  const int64_t stride = padded(length);
  for (int64_t row = 0; row < length; row += 1) {
    float* const gradient = gradients + row * stride;
    const float* const shares = probabilities + row * length;
    float along = 0;
#pragma omp simd reduction(+ : along)
    for (int64_t i = 0; i < length; i += 1) along += gradient[i] * shares[i];
#pragma omp simd
    for (int64_t i = 0; i < length; i += 1) gradient[i] = (gradient[i] - along) * shares[i] * scale;
  }
}

void headGradients(const PackedHeads& in, const PackedHead& head, const Gradients& with) {
  const int64_t length = head.length, size = head.size, wide = padded(length), vector = padded(size);
  const float *const probabilities = with.probabilities + head.square, *const context = with.context + head.place;
  float* const scores = scratchFor(length * wide + std::max(size * wide, length * vector));
  float* const copy = scores + length * wide;  // of one matrix after another
  copyTransposed({in.keyValue + head.valuePlace, 2 * in.width, length, size, in.keyValueBias + in.width + head.column, 1}, copy);
  multiply({{context, in.width, 1}, copy, wide, scores, wide, length, wide, size});
  softmaxGradientRows(scores, probabilities, length, with.scale);
  copyRows({in.keyValue + head.keyPlace, 2 * in.width, length, size, in.keyValueBias + head.column, 1}, copy);
  multiply({{scores, wide, 1}, copy, vector, with.query + head.place, in.width, length, size, length});
  copyRows({in.query + head.place, in.width, length, size, in.queryBias + head.column, 1}, copy);
  multiply({{scores, 1, wide}, copy, vector, with.keyValue + head.keyPlace, 2 * in.width, length, size, length});
  copyRows({context, in.width, length, size, nullptr, 1}, copy);
  multiply({{probabilities, 1, length}, copy, vector, with.keyValue + head.valuePlace, 2 * in.width, length, size, length});
}

void attendGradient(KernelCall& call) {
  const PackedHeads in(call, 1, 6);
  const Gradients with{call.input(0, {in.rows, in.width}), call.input(5, {in.squares()}),
                       call.output(0, {in.rows, in.width}), call.output(1, {in.rows, 2 * in.width}), call.attributes.scale};
  parallelTasks(in.tasks(), [&](int64_t task) { headGradients(in, PackedHead(in, task), with); });
}

const std::vector<const char*> INPUTS = {"query: float", "key_value: float", "query_bias: float", "key_value_bias: float",
                                         "starts: int32"};
const std::vector<const char*> ATTRIBUTES = {"heads: int", "causal: int", "scale: float"};

const bool registered[] = {
    registerKernel({"LptAttend", INPUTS, {"context: float"}, ATTRIBUTES}, guarded<attendForInference>),
    registerKernel({"LptAttendForTraining", INPUTS, {"context: float", "probabilities: float"}, ATTRIBUTES},
                   guarded<attendForTraining>),
    registerKernel({"LptAttendGradient",
                    {"gradient: float", "query: float", "key_value: float", "query_bias: float", "key_value_bias: float",
                     "probabilities: float", "starts: int32"},
                    {"to_query: float", "to_key_value: float"},
                    {"heads: int", "scale: float"}},
                   guarded<attendGradient>),
};

}  // namespace
}  // namespace lpt
