// Attention where one position of each packed sequence asks, straight over the rows: every head has a vector that it seeks
// in them, [B, heads, D], and gets their mean under its softmax.
#include <algorithm>

#include "block-product.h"
#include "packed-heads.h"
#include "parallel.h"
#include "registration.h"
#include "scratch.h"
#include "softmax.h"

namespace lpt {
namespace {

/** What one head of a sequence has among `heads` · N numbers lies together, sequence after sequence. */
struct Pool {
  const float *sought, *rows;  // [B, heads, D], [N, D]
  Sequences sequences;
  int64_t count, heads, width;
  float scale;

  Pool(KernelCall& call, int first, int starts)
      : sequences(call, starts, call.shape(first + 1, 2)[0]),
        count(call.shape(first + 1)[0]),
        heads(call.shape(first, 3)[1]),
        width(call.shape(first + 1)[1]),
        scale(call.attributes.scale) {
    sought = call.input(first, shape());
    rows = call.input(first + 1, {count, width});
  }

  Shape shape() const { return {sequences.count(), heads, width}; }
};

/** The part of one sequence. */
struct Part {
  int64_t length, heads, width;
  const float *sought, *rows;  // [heads, D], [length, D]
  int64_t soughtPlace, rowsPlace, place;

  Part(const Pool& in, int64_t sequence)
      : length(in.sequences.length(sequence)), heads(in.heads), width(in.width),
        soughtPlace(sequence * in.heads * in.width), rowsPlace(in.sequences.start(sequence) * in.width),
        place(in.heads * in.sequences.start(sequence)) {
    sought = in.sought + soughtPlace;
    rows = in.rows + rowsPlace;
  }

  /** For what `scoreRows` and `multiplyRows` need beside their results. */
  int64_t numbersAside() const { return std::max(width * padded(heads), length * padded(width)); }
};

/** factor · rows · vectorsᵀ, [length, padded(heads)], from vectors of [heads, D]. */
void scoreRows(const Part& in, const float* vectors, float factor, float* scratch, float* scores) {
  const int64_t wide = padded(in.heads);
  copyTransposed({vectors, in.width, in.heads, in.width, nullptr, factor}, scratch);
  multiply({{in.rows, in.width, 1}, scratch, wide, scores, wide, in.length, wide, in.width});
}

/** weights · rows, [heads, D], from weights of [heads, stride]. */
void multiplyRows(const Part& in, const float* weights, int64_t stride, float* scratch, float* to) {
  const int64_t wide = padded(in.width);
  const float* rows = in.rows;
  if (wide > in.width) {
    copyRows({in.rows, in.width, in.length, in.width}, scratch);
    rows = scratch;
  }
  multiply({{weights, stride, 1}, rows, wide, to, in.width, in.heads, in.width, in.length});
}

VECTORISED void softmaxColumn(const float* scores, int64_t stride, int64_t length, float* to) {
  for (int64_t row = 0; row < length; row += 1) to[row] = scores[row * stride];
  softmaxInPlace(to, length);
}

void poolSequence(const Part& in, float scale, float* probabilities, float* pooled) {
  const int64_t wide = padded(in.heads), stride = padded(in.length);
  float* const scores = scratchNumbers(in.length * wide + in.heads * stride + in.numbersAside());
  float *const shares = scores + in.length * wide, *const rest = shares + in.heads * stride;
  scoreRows(in, in.sought, scale, rest, scores);
  for (int64_t head = 0; head < in.heads; head += 1) {
    softmaxColumn(scores + head, wide, in.length, shares + head * stride);
    std::copy_n(shares + head * stride, in.length, probabilities + in.place + head * in.length);
  }
  multiplyRows(in, shares, stride, rest, pooled + in.soughtPlace);
}

void pool(KernelCall& call) {
  const Pool in(call, 0, 2);
  float *const probabilities = call.output(0, {in.heads * in.count}), *const pooled = call.output(1, in.shape());
  parallelTasks(in.sequences.count(), [&](int64_t sequence) {
    poolSequence(Part(in, sequence), in.scale, probabilities, pooled);
  });
}

struct Gradients {
  const float *pooled, *probabilities;
  float *rows, *sought;
  float scale;
};

/** Of one head. */
VECTORISED void softmaxGradientColumn(const float* gradient, int64_t stride, const float* probabilities, int64_t length, float scale, float* to) {
  for (int64_t row = 0; row < length; row += 1) to[row] = gradient[row * stride];
  softmaxGradient(to, probabilities, length, scale, to);
}

/** Σ over heads of p · gradient + dScore · sought is one product: both weights beside one another, both vectors below. */
void sequenceGradients(const Part& in, const Gradients& with) {
  const int64_t wide = padded(in.heads), stride = padded(in.length), vector = padded(in.width);
  const int64_t numbers = std::max(in.numbersAside(), 2 * in.heads * vector);
  float* const scores = scratchNumbers(in.length * wide + 2 * in.heads * stride + numbers);
  float *const shares = scores + in.length * wide, *const toScores = shares + in.heads * stride;
  float* const rest = toScores + in.heads * stride;
  scoreRows(in, with.pooled + in.soughtPlace, 1, rest, scores);
  for (int64_t head = 0; head < in.heads; head += 1) {
    const float* const probabilities = with.probabilities + in.place + head * in.length;
    std::copy_n(probabilities, in.length, shares + head * stride);
    softmaxGradientColumn(scores + head, wide, probabilities, in.length, with.scale, toScores + head * stride);
  }
  multiplyRows(in, toScores, stride, rest, with.sought + in.soughtPlace);
  copyRows({with.pooled + in.soughtPlace, in.width, in.heads, in.width}, rest);
  copyRows({in.sought, in.width, in.heads, in.width}, rest + in.heads * vector);
  multiply({{shares, 1, stride}, rest, vector, with.rows + in.rowsPlace, in.width, in.length, in.width, 2 * in.heads});
}

void poolGradient(KernelCall& call) {
  const Pool in(call, 1, 4);
  const Gradients with{call.input(0, in.shape()), call.input(3, {in.heads * in.count}),
                       call.output(0, {in.count, in.width}), call.output(1, in.shape()), in.scale};
  parallelTasks(in.sequences.count(), [&](int64_t sequence) { sequenceGradients(Part(in, sequence), with); });
}

const bool registered[] = {
    registerKernel({"LptPool",
                    {"sought: float", "rows: float", "starts: int32"},
                    {"probabilities: float", "pooled: float"},
                    {"scale: float"}},
                   guarded<pool>),
    registerKernel({"LptPoolGradient",
                    {"gradient: float", "sought: float", "rows: float", "probabilities: float", "starts: int32"},
                    {"to_rows: float", "to_sought: float"},
                    {"scale: float"}},
                   guarded<poolGradient>),
};

}  // namespace
}  // namespace lpt
