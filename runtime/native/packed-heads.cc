// Attention's inputs over packed rows, and their way into scratch memory.
#include "packed-heads.h"

#include <algorithm>
#include <stdexcept>

#include "softmax.h"
#include "vectorised.h"

namespace lpt {

PackedHeads::PackedHeads(KernelCall& call, int first, int starts)
    : sequences(call, starts, call.shape(first, 2)[0]),
      rows(call.shape(first)[0]),
      width(call.shape(first)[1]),
      heads(call.attributes.heads) {
  if (heads < 1 || width % heads != 0) {
    throw std::invalid_argument("Expected rows for " + std::to_string(heads) + " heads, found rows of " +
                                std::to_string(width) + " numbers.");
  }
  size = width / heads;
  query = call.input(first, {rows, width});
  keyValue = call.input(first + 1, {rows, 2 * width});
  queryBias = call.input(first + 2, {width});
  keyValueBias = call.input(first + 3, {2 * width});
}

PackedHead::PackedHead(const PackedHeads& in, int64_t task) {
  const int64_t sequence = task / in.heads, head = task % in.heads, start = in.sequences.start(sequence);
  length = in.sequences.length(sequence);
  size = in.size;
  column = head * size;
  place = start * in.width + column;
  keyPlace = start * 2 * in.width + column;
  valuePlace = keyPlace + in.width;
  square = in.heads * in.sequences.squares(sequence) + head * length * length;
}

VECTORISED void copyRows(const Source& from, float* to) {
  const int64_t columns = from.columns, stride = padded(columns);
  const float factor = from.factor;
  const float* const bias = from.bias;
  for (int64_t row = 0; row < from.rows; row += 1) {
    const float* const source = from.numbers + row * from.stride;
    float* const target = to + row * stride;
    if (bias == nullptr) {
#pragma omp simd
      for (int64_t i = 0; i < columns; i += 1) target[i] = source[i] * factor;
    } else {
#pragma omp simd
      for (int64_t i = 0; i < columns; i += 1) target[i] = (source[i] + bias[i]) * factor;
    }
    std::fill(target + columns, target + stride, 0.0f);
  }
}

void copyTransposed(const Source& from, float* to) {
  const int64_t stride = padded(from.rows);
  for (int64_t row = 0; row < from.rows; row += 1) {
    const float* const source = from.numbers + row * from.stride;
    for (int64_t i = 0; i < from.columns; i += 1) {
      to[i * stride + row] = (source[i] + (from.bias == nullptr ? 0 : from.bias[i])) * from.factor;
    }
  }
  for (int64_t i = 0; i < from.columns; i += 1) std::fill(to + i * stride + from.rows, to + (i + 1) * stride, 0.0f);
}

}  // namespace lpt
