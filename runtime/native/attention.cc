// Attention scores to probabilities, softmax(scores · scale + bias), and back.
#include <algorithm>

#include "parallel.h"
#include "registration.h"
#include "softmax.h"
#include "vectorised.h"

namespace lpt {
namespace {

struct Scores {
  const float *scores, *bias;
  float* probabilities;
  int64_t width, rowsOfExample;
  float scale;
};

/** Rows are short and seldom a whole number of vectors: each one is worked on in scratch memory. */
INLINED void softmaxRow(const float* scores, const float* bias, const Scores& in, float* scratch) {
  const int64_t width = in.width;
  const float scale = in.scale;
#pragma omp simd
  for (int64_t i = 0; i < width; i += 1) scratch[i] = scores[i] * scale + bias[i];
  softmaxInPlace(scratch, width);
}

VECTORISED void softmaxRows(const Scores& in, int64_t begin, int64_t end) {
  std::vector<float> scratch(padded(in.width));
  for (int64_t row = begin; row < end; row += 1) {
    softmaxRow(in.scores + row * in.width, in.bias + row / in.rowsOfExample * in.width, in, scratch.data());
    std::copy_n(scratch.data(), in.width, in.probabilities + row * in.width);
  }
}

void attentionSoftmax(KernelCall& call) {
  const Shape shape = call.shape(0, 4);  // [B, heads, Q, T]
  const Shape shared{shape[0], 1, 1, shape[3]};
  const Scores in{call.input(0, shape),          call.input(1, shared), call.output(0, shape), shape[3],
                  std::max<int64_t>(1, shape[1] * shape[2]), call.attributes.scale};
  if (in.width == 0) return;
  const int64_t rows = sizeOf(shape) / in.width;
  parallelRows(rows, in.width, [in](int64_t begin, int64_t end) { softmaxRows(in, begin, end); });
}

struct Gradients {
  const float *gradient, *probabilities;
  float* output;
  int64_t width;
  float scale;
};

VECTORISED void softmaxGradientRows(const Gradients& in, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row += 1) {
    const int64_t place = row * in.width;
    softmaxGradient(in.gradient + place, in.probabilities + place, in.width, in.scale, in.output + place);
  }
}

void attentionSoftmaxGradient(KernelCall& call) {
  const Shape shape = call.shape(0, 4);  // [B, heads, Q, T]
  const Gradients in{call.input(0, shape), call.input(1, shape), call.output(0, shape), shape[3],
                     call.attributes.scale};
  if (in.width == 0) return;
  const int64_t rows = sizeOf(shape) / in.width;
  parallelRows(rows, in.width, [in](int64_t begin, int64_t end) { softmaxGradientRows(in, begin, end); });
}

const bool registered[] = {
    registerKernel(
        {"LptAttentionSoftmax", {"scores: float", "bias: float"}, {"probabilities: float"}, {"scale: float"}},
        guarded<attentionSoftmax>),
    registerKernel({"LptAttentionSoftmaxGradient",
                    {"gradient: float", "probabilities: float"},
                    {"output: float"},
                    {"scale: float"}},
                   guarded<attentionSoftmaxGradient>),
};

}  // namespace
}  // namespace lpt
