// AdamW's update of one variable and its two moments in one pass. What changes from step to step comes as a tensor: another
// attribute would be another kernel to TensorFlow, and it keeps all that it ever made.
#include <cmath>

#include "parallel.h"
#include "registration.h"
#include "vectorised.h"

namespace lpt {
namespace {

struct Update {
  const float *value, *gradient, *first, *second;
  /** On the gradient. */
  float clip;
  /** On the value; on the move; on the root of the second moment. */
  float shrink, rate, correction;
  /** What stays of a moment, and what comes to it. */
  float kept1, added1, kept2, added2;
  float epsilon;
  float *newValue, *newFirst, *newSecond;
};

VECTORISED void update(const Update& in, int64_t begin, int64_t end) {
#pragma omp simd
  for (int64_t i = begin; i < end; i += 1) {
    const float g = in.gradient[i] * in.clip;
    const float m = in.first[i] * in.kept1 + g * in.added1;
    const float v = in.second[i] * in.kept2 + g * g * in.added2;
    in.newFirst[i] = m;
    in.newSecond[i] = v;
    in.newValue[i] = in.value[i] * in.shrink - m / (std::sqrt(v) * in.correction + in.epsilon) * in.rate;
  }
}

void adamW(KernelCall& call) {
  const Shape shape = call.shape(0);
  const float* const f = call.input(5, {8});
  const Update in{call.input(0, shape),  call.input(1, shape),  call.input(2, shape), call.input(3, shape), *call.input(4, {}),
                  f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7],
                  call.output(0, shape), call.output(1, shape), call.output(2, shape)};
  parallelRows(sizeOf(shape), 1, [in](int64_t begin, int64_t end) { update(in, begin, end); });
}

const bool registered =
    registerKernel({"LptAdamW",
                    {"value: float", "gradient: float", "first: float", "second: float", "clip: float", "factors: float"},
                    {"new_value: float", "new_first: float", "new_second: float"},
                    {}},
                   guarded<adamW>);

}  // namespace
}  // namespace lpt
