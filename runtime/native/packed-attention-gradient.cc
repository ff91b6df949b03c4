// The gradients of attention over packed rows, of every head of every sequence.
#include <algorithm>

#include "block-product.h"
#include "packed-heads.h"
#include "parallel.h"
#include "registration.h"
#include "scratch.h"
#include "softmax.h"

namespace lpt {
namespace {

struct Gradients {
  const float *context, *probabilities;
  float *query, *keyValue;
  float scale;
  int64_t width;
};

/** In place, to the scores before they were scaled. */
VECTORISED void softmaxGradientRows(float* gradients, const float* probabilities, int64_t length, float scale) {
  const int64_t stride = padded(length);
  for (int64_t row = 0; row < length; row += 1) {
    float* const gradient = gradients + row * stride;
    softmaxGradient(gradient, probabilities + row * length, length, scale, gradient);
  }
}

void headGradients(const PackedHead& head, const Gradients& with) {
  const int64_t length = head.length, size = head.size, wide = padded(length), vector = padded(size);
  const float* const probabilities = with.probabilities + head.square;
  const Source context{with.context + head.place, with.width, length, size};
  float* const scores = scratchNumbers(length * wide + length * vector + std::max(size * wide, length * vector));
  float *const gradient = scores + length * wide, *const copy = gradient + length * vector;
  prefetch(head.value), prefetch(context), prefetch(head.key), prefetch(head.query);
  copyTransposed(head.value, copy);
  copyRows(context, gradient);
  multiply({{gradient, vector, 1}, copy, wide, scores, wide, length, wide, size});
  softmaxGradientRows(scores, probabilities, length, with.scale);
  copyRows(head.key, copy);
  multiply({{scores, wide, 1}, copy, vector, with.query + head.place, with.width, length, size, length});
  copyRows(head.query, copy);
  multiply({{scores, 1, wide}, copy, vector, with.keyValue + head.keyPlace, 2 * with.width, length, size, length});
  float* const toValue = with.keyValue + head.valuePlace;
  multiply({{probabilities, 1, length}, gradient, vector, toValue, 2 * with.width, length, size, length});
}

void attendGradient(KernelCall& call) {
  const PackedHeads in(call, 1, 6);
  const float *const context = call.input(0, in.shape()), *const probabilities = call.input(5, {in.squares()});
  float *const query = call.output(0, in.shape()), *const keyValue = call.output(1, in.keyValueShape());
  const Gradients with{context, probabilities, query, keyValue, call.attributes.scale, in.width()};
  parallelTasks(in.tasks(), [&](int64_t task) { headGradients(in.head(task), with); });
}

const bool registered =
    registerKernel({"LptAttendGradient",
                    {"gradient: float", "query: float", "key_value: float", "query_bias: float",
                     "key_value_bias: float", "probabilities: float", "starts: int32"},
                    {"to_query: float", "to_key_value: float"},
                    {"heads: int", "scale: float"}},
                   guarded<attendGradient>);

}  // namespace
}  // namespace lpt
