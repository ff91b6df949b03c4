// AdamW's update of several variables and their moments, and the norm of their gradients that clipping goes by. What changes
// from step to step comes as a tensor: another attribute would be another kernel to TensorFlow, and it keeps all that it ever made.
#include <algorithm>
#include <cmath>
#include <vector>

#include "parallel.h"
#include "registration.h"
#include "vectorised.h"

namespace lpt {
namespace {

/** Numbers that are summed in single precision; the sums of several such pieces are added in double. */
constexpr int64_t PIECE = 1 << 14;

VECTORISED float sumOfSquares(const float* numbers, int64_t count) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; i += 1) sum += numbers[i] * numbers[i];
  return sum;
}

/** Always the same pieces, added in their order: the same bits however many threads there are. */
double squaresOf(const float* numbers, int64_t count) {
  std::vector<float> sums((count + PIECE - 1) / PIECE);
  parallelRows(static_cast<int64_t>(sums.size()), PIECE, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; piece += 1) {
      const int64_t from = piece * PIECE;
      sums[piece] = sumOfSquares(numbers + from, std::min(PIECE, count - from));
    }
  });
  double total = 0;
  for (const float sum : sums) total += sum;
  return total;
}

/** The norm of all gradients taken as one vector, and what to multiply them with so that it is the limit at most. */
void clip(KernelCall& call) {
  constexpr float EPSILON = 1e-6f;  // torch's clip_grad_norm_ adds it to the norm before dividing
  const int count = call.inputs() - 1;
  double squares = 0;
  for (int index = 0; index < count; index += 1) {
    const Shape shape = call.shape(index);
    squares += squaresOf(call.input(index, shape), sizeOf(shape));
  }
  const float norm = static_cast<float>(std::sqrt(squares));
  *call.output(0, {}) = norm;
  *call.output(1, {}) = std::min(*call.input(count, {}) / (norm + EPSILON), 1.0f);
}

/** What is the same for all variables of a step. */
struct Factors {
  /** On the gradient. */
  float clip;
  /** On the move; on the root of the second moment. */
  float rate, correction;
  /** What stays of a moment, and what comes to it. */
  float kept1, added1, kept2, added2;
  float epsilon;
};

struct Update {
  const float *value, *gradient, *first, *second;
  /** On the value. */
  float shrink;
  float *newValue, *newFirst, *newSecond;
};

VECTORISED void update(const Update& in, const Factors& by, int64_t begin, int64_t end) {
#pragma omp simd
  for (int64_t i = begin; i < end; i += 1) {
    const float g = in.gradient[i] * by.clip;
    const float m = in.first[i] * by.kept1 + g * by.added1;
    const float v = in.second[i] * by.kept2 + g * g * by.added2;
    in.newFirst[i] = m;
    in.newSecond[i] = v;
    in.newValue[i] = in.value[i] * in.shrink - m / (std::sqrt(v) * by.correction + by.epsilon) * by.rate;
  }
}

void adamW(KernelCall& call) {
  constexpr int SHARED = 7;
  const int count = (call.inputs() - 2) / 4;
  const float* const f = call.input(4 * count + 1, {SHARED + count});
  const Factors by{*call.input(4 * count, {}), f[0], f[1], f[2], f[3], f[4], f[5], f[6]};
  for (int index = 0; index < count; index += 1) {
    const Shape shape = call.shape(index);
    const auto given = [&](int list) { return call.input(list * count + index, shape); };
    const auto made = [&](int list) { return call.output(list * count + index, shape); };
    const Update in{given(0), given(1), given(2), given(3), f[SHARED + index], made(0), made(1), made(2)};
    parallelRows(sizeOf(shape), 1, [&](int64_t begin, int64_t end) { update(in, by, begin, end); });
  }
}

const bool registered[] = {
    registerKernel({"LptClip", {"gradients: N * float", "limit: float"}, {"norm: float", "clip: float"}, {"N: int >= 1"}},
                   guarded<clip>),
    registerKernel({"LptAdamW",
                    {"values: N * float", "gradients: N * float", "first: N * float", "second: N * float",
                     "clip: float", "factors: float"},
                    {"new_values: N * float", "new_first: N * float", "new_second: N * float"},
                    {"N: int >= 1"}},
                   guarded<adamW>),
};

}  // namespace
}  // namespace lpt
