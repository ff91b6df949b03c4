// Sums over a vocabulary under the softmax of its scores, which are made block by block and never written to memory whole.
#pragma once

#include <cstdint>

namespace lpt {

struct Words {
  const float *vectors, *bias;  // [V, D], [V]
  int64_t count, width;
};

/** Of every row: Σ e^(score − highest) alone, and with the word vectors. */
struct Sums {
  float *highest, *total, *vectors;  // [N], [N], [N, D]
};

/** What the number of rows, and the width of words and rows, are multiples of. */
constexpr int64_t ROWS_OF_SUMS = 4, COLUMNS_OF_SUMS = 64;

/** Of `count` rows of the words' width. A row's sums do not depend on the other rows. */
using SumWords = void (*)(const Words& words, const float* rows, int64_t count, const Sums& sums);

/** For this processor; null where it has neither AVX-512 nor AVX2 with FMA. */
SumWords wordSummation();

}  // namespace lpt
