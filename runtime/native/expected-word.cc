// What the cross-entropy over a whole vocabulary needs of it, in one pass: log Σ exp of the scores and the mean of the word
// vectors under their softmax, which is the gradient's larger part. The word vectors are the largest matrix of the model:
// they are read from memory once, and neither scores nor probabilities are ever written there.
#include "registration.h"

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <mutex>
#include <stdexcept>

#include "parallel.h"
#include "scratch.h"
#include "vectorised.h"

#define WIDE_VECTORS __attribute__((target("avx512f,avx512dq")))
// The sums live in registers only where every loop over them is unrolled.
#define UNROLLED _Pragma("GCC unroll 8")

namespace lpt {
namespace {

/** Rows, words and vectors of columns that are worked on at one time: as many sums as there are registers. */
constexpr int64_t ROWS = 4, WORDS = 6, VECTORS = 4;
/** Words whose scores are made, and then used, while their vectors are in a core's cache. */
constexpr int64_t BLOCK = 8 * WORDS;
/** The vocabulary is cut into so many parts, however many threads there are: no bit hangs on them. */
constexpr int64_t PARTS = 32;

struct Words {
  const float *vectors, *bias;  // [V, D], [V]
  int64_t count, width;
};

/** One part's sums, of every row: Σ e^(score − highest) alone, and with the word vectors. */
struct Sums {
  float *highest, *total, *vectors;  // [N], [N], [N, D]
};

/** Scores of `W` words for `ROWS` rows. */
template <int64_t W>
WIDE_VECTORS INLINED void score(const float* rows, const float* words, int64_t width, float* scores) {
  __m512 sums[ROWS][W];
  UNROLLED for (int64_t i = 0; i < ROWS; i += 1) UNROLLED for (int64_t j = 0; j < W; j += 1) sums[i][j] = _mm512_setzero_ps();
  for (int64_t k = 0; k < width; k += LANES) {
    __m512 left[ROWS];
    UNROLLED for (int64_t i = 0; i < ROWS; i += 1) left[i] = _mm512_loadu_ps(rows + i * width + k);
    UNROLLED for (int64_t j = 0; j < W; j += 1) {
      const __m512 right = _mm512_loadu_ps(words + j * width + k);
      UNROLLED for (int64_t i = 0; i < ROWS; i += 1) sums[i][j] = _mm512_fmadd_ps(left[i], right, sums[i][j]);
    }
  }
  UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
    UNROLLED for (int64_t j = 0; j < W; j += 1) scores[i * BLOCK + j] = _mm512_reduce_add_ps(sums[i][j]);
  }
}

WIDE_VECTORS void scoreBlock(const Words& words, const float* rows, int64_t count, float* scores) {
  int64_t word = 0;
  for (; word + WORDS <= words.count; word += WORDS) {
    for (int64_t row = 0; row < count; row += ROWS) {
      score<WORDS>(rows + row * words.width, words.vectors + word * words.width, words.width, scores + row * BLOCK + word);
    }
  }
  for (; word < words.count; word += 1) {
    for (int64_t row = 0; row < count; row += ROWS) {
      score<1>(rows + row * words.width, words.vectors + word * words.width, words.width, scores + row * BLOCK + word);
    }
  }
}

/** Turns a row's scores into e^(score − highest); what was summed before is scaled when the highest rises. */
WIDE_VECTORS void weigh(const Words& words, float* scores, int64_t row, const Sums& sums) {
  float highest = sums.highest[row];
  for (int64_t j = 0; j < words.count; j += 1) {
    scores[j] += words.bias[j];
    highest = std::max(highest, scores[j]);
  }
  if (highest > sums.highest[row]) {
    const float fading = exponential(sums.highest[row] - highest);
    float* const vector = sums.vectors + row * words.width;
#pragma omp simd
    for (int64_t i = 0; i < words.width; i += 1) vector[i] *= fading;
    sums.total[row] *= fading;
    sums.highest[row] = highest;
  }
  float total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t j = 0; j < words.count; j += 1) {
    scores[j] = exponential(scores[j] - highest);
    total += scores[j];
  }
  sums.total[row] += total;
}

/** Adds word vectors, each times its weight, to `ROWS` rows of sums in `VECTORS` vectors of columns. */
WIDE_VECTORS void addVectors(const Words& words, const float* weights, int64_t column, float* to) {
  const int64_t width = words.width;
  __m512 sums[ROWS][VECTORS];
  UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
    UNROLLED for (int64_t v = 0; v < VECTORS; v += 1) sums[i][v] = _mm512_loadu_ps(to + i * width + column + v * LANES);
  }
  for (int64_t j = 0; j < words.count; j += 1) {
    __m512 right[VECTORS];
    UNROLLED for (int64_t v = 0; v < VECTORS; v += 1) {
      right[v] = _mm512_loadu_ps(words.vectors + j * width + column + v * LANES);
    }
    UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
      const __m512 weight = _mm512_set1_ps(weights[i * BLOCK + j]);
      UNROLLED for (int64_t v = 0; v < VECTORS; v += 1) sums[i][v] = _mm512_fmadd_ps(weight, right[v], sums[i][v]);
    }
  }
  UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
    UNROLLED for (int64_t v = 0; v < VECTORS; v += 1) _mm512_storeu_ps(to + i * width + column + v * LANES, sums[i][v]);
  }
}

void sumPart(const Words& words, const float* rows, int64_t count, const Sums& sums) {
  static thread_local Scratch scratch;
  float* const scores = static_cast<float*>(scratch.bytes(count * BLOCK * sizeof(float)));
  std::fill_n(sums.highest, count, -FLT_MAX);
  std::fill_n(sums.total, count, 0.0f);
  std::fill_n(sums.vectors, count * words.width, 0.0f);
  for (int64_t word = 0; word < words.count; word += BLOCK) {
    const Words block{words.vectors + word * words.width, words.bias + word, std::min(BLOCK, words.count - word),
                      words.width};
    scoreBlock(block, rows, count, scores);
    for (int64_t row = 0; row < count; row += 1) weigh(block, scores + row * BLOCK, row, sums);
    for (int64_t column = 0; column < words.width; column += VECTORS * LANES) {
      for (int64_t row = 0; row < count; row += ROWS) {
        addVectors(block, scores + row * BLOCK, column, sums.vectors + row * words.width);
      }
    }
  }
}

/** All parts' sums, one behind the other. */
struct Parts {
  float* memory;
  int64_t rows, width;

  static int64_t numbers(int64_t rows, int64_t width) { return PARTS * rows * (width + 2); }
  Sums at(int64_t part) const {
    float* const from = memory + part * rows * (width + 2);
    return {from, from + rows, from + 2 * rows};
  }
};

/** The parts of one row, in their order. */
VECTORISED void joinRow(const Parts& parts, int64_t row, float* logSum, float* expected) {
  float highest = -FLT_MAX, total = 0;
  for (int64_t part = 0; part < PARTS; part += 1) highest = std::max(highest, parts.at(part).highest[row]);
  std::fill_n(expected, parts.width, 0.0f);
  for (int64_t part = 0; part < PARTS; part += 1) {
    const Sums sums = parts.at(part);
    const float share = exponential(sums.highest[row] - highest);
    const float* const vector = sums.vectors + row * parts.width;
    total += share * sums.total[row];
#pragma omp simd
    for (int64_t i = 0; i < parts.width; i += 1) expected[i] += share * vector[i];
  }
#pragma omp simd
  for (int64_t i = 0; i < parts.width; i += 1) expected[i] /= total;
  *logSum = highest + std::log(total);
}

/** Rows are padded to whole groups: the added ones are zero, and nobody reads what they make. */
void expectedWord(KernelCall& call) {
  static std::mutex oneAtATime;
  static Scratch paddedScratch, partsScratch;
  const Shape rows = call.shape(0, 2), vectors = call.shape(1, 2);
  const int64_t count = rows[0], width = rows[1], vocabulary = vectors[0];
  if (width % (VECTORS * LANES) != 0) throw std::invalid_argument("the width is no multiple of 64");
  const float *const from = call.input(0, rows), *const words = call.input(1, {vocabulary, width});
  const float* const bias = call.input(2, {vocabulary});
  float *const logSums = call.output(0, {count, 1}), *const expected = call.output(1, rows);
  const std::lock_guard<std::mutex> lock(oneAtATime);
  const int64_t padded = (count + ROWS - 1) / ROWS * ROWS;
  float* const copied = static_cast<float*>(paddedScratch.bytes(padded * width * sizeof(float)));
  std::copy_n(from, count * width, copied);
  std::fill(copied + count * width, copied + padded * width, 0.0f);
  const Parts parts{static_cast<float*>(partsScratch.bytes(Parts::numbers(padded, width) * sizeof(float))), padded, width};
  parallelTasks(PARTS, [&](int64_t part) {
    const int64_t begin = vocabulary * part / PARTS, end = vocabulary * (part + 1) / PARTS;
    sumPart({words + begin * width, bias + begin, end - begin, width}, copied, padded, parts.at(part));
  });
  parallelTasks(count, [&](int64_t row) { joinRow(parts, row, logSums + row, expected + row * width); });
}

bool hasWideVectors() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
}

const bool registered =
    !hasWideVectors() || registerKernel({"LptExpectedWord",
                                         {"rows: float", "vectors: float", "bias: float"},
                                         {"log_sum: float", "expected: float"},
                                         {}},
                                        guarded<expectedWord>);

}  // namespace
}  // namespace lpt

#endif
