// While the vectors of a block of words are in a core's cache, their scores are made, weighed, and multiplied with them again.
#include "vocabulary-sums.h"

#include <algorithm>
#include <cfloat>
#include <utility>

#include "scratch.h"
#include "vectorised.h"

namespace lpt {

#if defined(__GNUC__) && defined(__x86_64__)

namespace {

constexpr int64_t ROWS = ROWS_OF_SUMS;

/**
 * What a generation of processors works on at one time, beside `ROWS` rows: words for their scores, vectors of columns for
 * the word vectors. As many sums as it has registers for.
 */
template <int64_t lanes, int64_t words, int64_t vectors, bool fetching>
struct Tile {
  static constexpr int64_t VECTOR = lanes, WORDS = words, VECTORS = vectors, COLUMNS = lanes * vectors;
  static constexpr int64_t BLOCK = 8 * words;
  /** Whether the next block's vectors are asked for while the block's are added. */
  static constexpr bool FETCHING = fetching;
};

/** Leaves in every lane the sum of all: half is added to half, then quarter to quarter. Written out, it stays in registers. */
template <int64_t step, size_t... lane>
INLINED void sumLanes(Vector<sizeof...(lane)>& numbers, std::index_sequence<lane...> all) {
#ifdef __clang__
  numbers += __builtin_shufflevector(numbers, numbers, (lane ^ step)...);
#else
  using Places __attribute__((vector_size(sizeof numbers))) = int32_t;
  numbers += __builtin_shuffle(numbers, Places{static_cast<int32_t>(lane ^ step)...});
#endif
  if constexpr (step > 1) sumLanes<step / 2>(numbers, all);
}

/** Vectors of one side of a product, one behind the other, and how far their results are from one another. */
struct Side {
  const float* vectors;
  int64_t apart;
};

/** Each of `F` vectors times each of `M`, of which there are more: the few wait in registers while the many go by. */
template <typename T, int64_t F, int64_t M>
INLINED void multiplySides(const Side& few, const Side& many, int64_t width, float* products) {
  using Numbers = Vector<T::VECTOR>;
  Numbers sums[M][F];
  UNROLLED for (int64_t i = 0; i < M; i += 1) UNROLLED for (int64_t j = 0; j < F; j += 1) sums[i][j] = Numbers{};
  for (int64_t k = 0; k < width; k += T::VECTOR) {
    Numbers waiting[F];
    UNROLLED for (int64_t j = 0; j < F; j += 1) waiting[j] = *reinterpret_cast<const Numbers*>(few.vectors + j * width + k);
    UNROLLED for (int64_t i = 0; i < M; i += 1) {
      const Numbers passing = *reinterpret_cast<const Numbers*>(many.vectors + i * width + k);
      UNROLLED for (int64_t j = 0; j < F; j += 1) sums[i][j] += passing * waiting[j];
    }
  }
  UNROLLED for (int64_t i = 0; i < M; i += 1) {
    UNROLLED for (int64_t j = 0; j < F; j += 1) {
      sumLanes<T::VECTOR / 2>(sums[i][j], std::make_index_sequence<T::VECTOR>{});
      products[i * many.apart + j * few.apart] = sums[i][j][0];
    }
  }
}

/** Scores of `W` words for `ROWS` rows. */
template <typename T, int64_t W>
INLINED void score(const float* rows, const float* words, int64_t width, float* scores) {
  if constexpr (W < ROWS) multiplySides<T, W, ROWS>({words, 1}, {rows, T::BLOCK}, width, scores);
  else multiplySides<T, ROWS, W>({rows, T::BLOCK}, {words, 1}, width, scores);
}

template <typename T>
INLINED void scoreBlock(const Words& words, const float* rows, int64_t count, float* scores) {
  const int64_t width = words.width;
  int64_t word = 0;
  for (; word + T::WORDS <= words.count; word += T::WORDS) {
    for (int64_t row = 0; row < count; row += ROWS) {
      score<T, T::WORDS>(rows + row * width, words.vectors + word * width, width, scores + row * T::BLOCK + word);
    }
  }
  for (; word < words.count; word += 1) {
    for (int64_t row = 0; row < count; row += ROWS) {
      score<T, 1>(rows + row * width, words.vectors + word * width, width, scores + row * T::BLOCK + word);
    }
  }
}

/** Turns a row's scores into e^(score − highest); what was summed before is scaled when the highest rises. */
INLINED void weigh(const Words& words, float* scores, int64_t row, const Sums& sums) {
  float highest = sums.highest[row];
#pragma omp simd reduction(max : highest)
  for (int64_t j = 0; j < words.count; j += 1) {
    scores[j] += words.bias[j];
    highest = scores[j] > highest ? scores[j] : highest;
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
template <typename T, bool fetching>
INLINED void addVectors(const Words& words, const float* weights, int64_t column, float* to) {
  using Numbers = Vector<T::VECTOR>;
  constexpr int64_t V = T::VECTORS;
  const int64_t width = words.width;
  const float* from = words.vectors + column;
  to += column;
  Numbers sums[ROWS][V];
  UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
    UNROLLED for (int64_t v = 0; v < V; v += 1) sums[i][v] = *reinterpret_cast<Numbers*>(to + i * width + v * T::VECTOR);
  }
  for (int64_t j = 0; j < words.count; j += 1, from += width) {
    if constexpr (fetching) __builtin_prefetch(from + T::BLOCK * width);
    Numbers right[V];
    UNROLLED for (int64_t v = 0; v < V; v += 1) right[v] = *reinterpret_cast<const Numbers*>(from + v * T::VECTOR);
    UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
      const float weight = weights[i * T::BLOCK + j];
      UNROLLED for (int64_t v = 0; v < V; v += 1) sums[i][v] += weight * right[v];
    }
  }
  UNROLLED for (int64_t i = 0; i < ROWS; i += 1) {
    UNROLLED for (int64_t v = 0; v < V; v += 1) *reinterpret_cast<Numbers*>(to + i * width + v * T::VECTOR) = sums[i][v];
  }
}

template <typename T>
INLINED void addBlock(const Words& words, const float* weights, int64_t count, float* vectors) {
  for (int64_t column = 0; column < words.width; column += T::COLUMNS) {
    addVectors<T, T::FETCHING>(words, weights, column, vectors);
    for (int64_t row = ROWS; row < count; row += ROWS) {
      addVectors<T, false>(words, weights + row * T::BLOCK, column, vectors + row * words.width);
    }
  }
}

template <typename T>
INLINED void sumBlocks(const Words& words, const float* rows, int64_t count, const Sums& sums) {
  float* const scores = scratchNumbers(count * T::BLOCK);
  std::fill_n(sums.highest, count, -FLT_MAX);
  std::fill_n(sums.total, count, 0.0f);
  std::fill_n(sums.vectors, count * words.width, 0.0f);
  for (int64_t word = 0; word < words.count; word += T::BLOCK) {
    const int64_t left = words.count - word;
    const Words block{words.vectors + word * words.width, words.bias + word, std::min(T::BLOCK, left), words.width};
    scoreBlock<T>(block, rows, count, scores);
    for (int64_t row = 0; row < count; row += 1) weigh(block, scores + row * T::BLOCK, row, sums);
    addBlock<T>(block, scores, count, sums.vectors);
  }
}

__attribute__((target("avx512f,avx512dq"))) void sumBy512Bits(const Words& words, const float* rows, int64_t count, const Sums& sums) {
  sumBlocks<Tile<16, 6, 4, false>>(words, rows, count, sums);
}

__attribute__((target("avx2,fma"))) void sumBy256Bits(const Words& words, const float* rows, int64_t count, const Sums& sums) {
  sumBlocks<Tile<8, 3, 2, true>>(words, rows, count, sums);
}

}  // namespace

SumWords wordSummation() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return sumBy512Bits;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? sumBy256Bits : nullptr;
}

#else

SumWords wordSummation() { return nullptr; }

#endif

}  // namespace lpt
