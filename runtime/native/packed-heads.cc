// Attention's inputs over packed rows, and their way into scratch memory.
#include "packed-heads.h"

#include <algorithm>
#include <stdexcept>

#include "softmax.h"
#include "vectorised.h"

namespace lpt {

PackedHeads::PackedHeads(KernelCall& call, int first, int starts)
    : sequences_(call, starts, call.shape(first, 2)[0]),
      rows_(call.shape(first)[0]),
      width_(call.shape(first)[1]),
      heads_(call.attributes.heads) {
  if (heads_ < 1 || width_ % heads_ != 0) {
    throw std::invalid_argument("Expected rows for " + std::to_string(heads_) + " heads, found rows of " +
                                std::to_string(width_) + " numbers.");
  }
  query_ = call.input(first, shape());
  keyValue_ = call.input(first + 1, keyValueShape());
  queryBias_ = call.input(first + 2, {width_});
  keyValueBias_ = call.input(first + 3, {2 * width_});
}

PackedHead PackedHeads::head(int64_t task) const {
  const int64_t sequence = task / heads_, head = task % heads_, start = sequences_.start(sequence);
  const int64_t length = sequences_.length(sequence), size = width_ / heads_, column = head * size;
  const int64_t place = start * width_ + column, key = start * 2 * width_ + column, value = key + width_;
  return {length, size, place, key, value, heads_ * sequences_.squares(sequence) + head * length * length,
          Source{query_ + place, width_, length, size, queryBias_ + column},
          Source{keyValue_ + key, 2 * width_, length, size, keyValueBias_ + column},
          Source{keyValue_ + value, 2 * width_, length, size, keyValueBias_ + width_ + column}};
}

void prefetch(const Source& from) {
  constexpr int64_t LINE = 16;  // numbers
  for (int64_t row = 0; row < from.rows; row += 1) {
    const float* const numbers = from.numbers + row * from.stride;
    for (int64_t i = 0; i < from.columns; i += LINE) __builtin_prefetch(numbers + i);
  }
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

using Four __attribute__((vector_size(4 * sizeof(float)), aligned(sizeof(float)), may_alias)) = float;

/** Four numbers of two vectors, by their places in both. */
#if defined(__clang__)
#define CHOSEN(left, right, ...) __builtin_shufflevector(left, right, __VA_ARGS__)
#else
using Places __attribute__((vector_size(4 * sizeof(int32_t)))) = int32_t;
#define CHOSEN(left, right, ...) __builtin_shuffle(left, right, Places{__VA_ARGS__})
#endif

Four& at(float* numbers) { return *reinterpret_cast<Four*>(numbers); }

/** Four columns of four rows. */
INLINED void transposeBlock(const float* const* rows, const float* bias, float factor, float* to, int64_t stride) {
  Four block[4];
  for (int64_t i = 0; i < 4; i += 1) {
    block[i] = *reinterpret_cast<const Four*>(rows[i]);
    if (bias != nullptr) block[i] += *reinterpret_cast<const Four*>(bias);
    block[i] *= factor;
  }
  const auto [a, b, c, d] = block;
  const Four ab = CHOSEN(a, b, 0, 4, 1, 5), cd = CHOSEN(c, d, 0, 4, 1, 5);
  const Four lowerAb = CHOSEN(a, b, 2, 6, 3, 7), lowerCd = CHOSEN(c, d, 2, 6, 3, 7);
  at(to) = CHOSEN(ab, cd, 0, 1, 4, 5);
  at(to + stride) = CHOSEN(ab, cd, 2, 3, 6, 7);
  at(to + 2 * stride) = CHOSEN(lowerAb, lowerCd, 0, 1, 4, 5);
  at(to + 3 * stride) = CHOSEN(lowerAb, lowerCd, 2, 3, 6, 7);
}

void copyTransposed(const Source& from, float* to) {
  const int64_t stride = padded(from.rows), whole = from.columns / 4 * 4;
  for (int64_t row = 0; row < stride; row += 4) {
    const float* rows[4];
    for (int64_t i = 0; i < 4; i += 1) rows[i] = from.numbers + std::min(row + i, from.rows - 1) * from.stride;
    for (int64_t column = 0; column < whole; column += 4) {
      transposeBlock(rows, from.bias == nullptr ? nullptr : from.bias + column, from.factor, to + column * stride + row, stride);
      for (int64_t i = 0; i < 4; i += 1) rows[i] += 4;
    }
    for (int64_t column = whole; column < from.columns; column += 1) {
      const float bias = from.bias == nullptr ? 0 : from.bias[column];
      for (int64_t i = 0; i < 4; i += 1) to[column * stride + row + i] = (*rows[i]++ + bias) * from.factor;
    }
  }
}

}  // namespace lpt
