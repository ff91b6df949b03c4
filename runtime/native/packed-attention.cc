// Attention over packed rows: softmax(scale · q kᵀ) v of every head of every sequence.
#include <algorithm>

#include "block-product.h"
#include "packed-heads.h"
#include "parallel.h"
#include "registration.h"
#include "scratch.h"
#include "softmax.h"

namespace lpt {
namespace {

/** One row for each key, with a column for each query: so the work on all queries is vector code, however few keys there are. */
struct Scores {
  float *numbers, *highest, *totals;  // [length, wide], [wide], [wide]
  int64_t length, wide;

  float* row(int64_t key) const { return numbers + key * wide; }
};

/** The first column of a row that is worked on. With `causal`, a key is seen by the queries from its own position on. */
INLINED int64_t firstSeen(int64_t key, bool causal) { return causal ? key / LANES * LANES : 0; }

VECTORISED void softmaxOfColumns(const Scores& in, bool causal) {
  const int64_t wide = in.wide;
  float *const highest = in.highest, *const totals = in.totals;
  std::fill_n(highest, wide, -FLT_MAX);
  std::fill_n(totals, wide, 0.0f);
  for (int64_t key = 0; key < in.length; key += 1) {
    float* const row = in.row(key);
    const int64_t first = firstSeen(key, causal);
    if (causal) std::fill(row + first, row + key, -FLT_MAX);
#pragma omp simd
    for (int64_t i = first; i < wide; i += 1) highest[i] = row[i] > highest[i] ? row[i] : highest[i];
  }
  for (int64_t key = 0; key < in.length; key += 1) {
    float* const row = in.row(key);
#pragma omp simd
    for (int64_t i = firstSeen(key, causal); i < wide; i += 1) {
      row[i] = exponential(row[i] - highest[i]);
      totals[i] += row[i];
    }
  }
  for (int64_t i = 0; i < wide; i += 1) totals[i] = 1.0f / totals[i];
  for (int64_t key = 0; key < in.length; key += 1) {
    float* const row = in.row(key);
    const int64_t first = firstSeen(key, causal);
    std::fill_n(row, first, 0.0f);
#pragma omp simd
    for (int64_t i = first; i < wide; i += 1) row[i] *= totals[i];
  }
}

struct Outputs {
  float *context, *probabilities;  // the latter only where they are kept
  int64_t width;
};

void keep(const Scores& scores, float* scratch, float* probabilities) {
  const int64_t length = scores.length;
  copyTransposed({scores.numbers, scores.wide, length, length}, scratch);
  for (int64_t row = 0; row < length; row += 1) {
    std::copy_n(scratch + row * scores.wide, length, probabilities + row * length);
  }
}

void attendHead(const PackedHead& head, const Attributes& given, const Outputs& to) {
  const int64_t length = head.length, size = head.size, wide = padded(length), vector = padded(size);
  const bool causal = given.causal != 0;
  const int64_t largest = std::max({size * wide, length * wide, length * vector});
  float* const numbers = scratchNumbers(length * wide + 2 * wide + length * vector + largest);
  const Scores scores{numbers, numbers + length * wide, numbers + length * wide + wide, length, wide};
  float *const rows = scores.totals + wide, *const copy = rows + length * vector;
  prefetch(head.query), prefetch(head.key), prefetch(head.value);
  Source query = head.query;
  query.factor = given.scale;
  copyTransposed(query, copy);
  copyRows(head.key, rows);
  multiply({{rows, vector, 1}, copy, wide, scores.numbers, wide, length, wide, size, false, causal});
  softmaxOfColumns(scores, causal);
  copyRows(head.value, rows);
  multiply({{scores.numbers, 1, wide}, rows, vector, to.context + head.place, to.width, length, size, length, causal});
  if (to.probabilities != nullptr) keep(scores, copy, to.probabilities + head.square);
}

void attend(KernelCall& call, bool training) {
  const PackedHeads in(call, 0, 4);
  float* const context = call.output(0, in.shape());
  const Outputs to{context, training ? call.output(1, {in.squares()}) : nullptr, in.width()};
  parallelTasks(in.tasks(), [&](int64_t task) { attendHead(in.head(task), call.attributes, to); });
}

void attendForInference(KernelCall& call) { attend(call, false); }

void attendForTraining(KernelCall& call) { attend(call, true); }

const std::vector<const char*> INPUTS = {"query: float", "key_value: float", "query_bias: float",
                                         "key_value_bias: float", "starts: int32"};
const std::vector<const char*> ATTRIBUTES = {"heads: int", "causal: int", "scale: float"};

const bool registered[] = {
    registerKernel({"LptAttend", INPUTS, {"context: float"}, ATTRIBUTES}, guarded<attendForInference>),
    registerKernel({"LptAttendForTraining", INPUTS, {"context: float", "probabilities: float"}, ATTRIBUTES},
                   guarded<attendForTraining>),
};

}  // namespace
}  // namespace lpt
