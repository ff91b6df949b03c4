// What the cross-entropy over a whole vocabulary needs of it, in one pass: log Σ exp of the scores and the mean of the word
// vectors under their softmax, which is the gradient's larger part. The word vectors are the largest matrix of the model:
// they are read from memory once for many rows, and neither scores nor probabilities are ever written there.
#include <algorithm>
#include <cfloat>
#include <cmath>
#include <mutex>
#include <stdexcept>

#include "parallel.h"
#include "registration.h"
#include "scratch.h"
#include "vectorised.h"
#include "vocabulary-sums.h"

namespace lpt {
namespace {

/** The vocabulary is cut into so many parts, however many threads there are: no bit hangs on them. */
constexpr int64_t PARTS = 32;
/** Rows whose numbers and sums lie in a core's cache together with a block of words. */
constexpr int64_t CHUNK = 64;
static_assert(CHUNK % ROWS_OF_SUMS == 0, "a chunk is whole groups of rows");

const SumWords sumWords = wordSummation();

/** All parts' sums, one behind the other. */
struct Parts {
  float* memory;
  int64_t rows, width;

  static int64_t numbers(int64_t rows, int64_t width) { return PARTS * rows * (width + 2); }
  Sums at(int64_t part, int64_t row) const {
    float* const from = memory + part * rows * (width + 2);
    return {from + row, from + rows + row, from + 2 * rows + row * width};
  }
};

/** The parts of one row, in their order. */
VECTORISED void joinRow(const Parts& parts, int64_t row, float* logSum, float* expected) {
  float highest = -FLT_MAX, total = 0;
  for (int64_t part = 0; part < PARTS; part += 1) highest = std::max(highest, *parts.at(part, row).highest);
  std::fill_n(expected, parts.width, 0.0f);
  for (int64_t part = 0; part < PARTS; part += 1) {
    const Sums sums = parts.at(part, row);
    const float share = exponential(*sums.highest - highest);
    total += share * *sums.total;
#pragma omp simd
    for (int64_t i = 0; i < parts.width; i += 1) expected[i] += share * sums.vectors[i];
  }
#pragma omp simd
  for (int64_t i = 0; i < parts.width; i += 1) expected[i] /= total;
  *logSum = highest + std::log(total);
}

/** Chunks of one part follow one another, so that its words are still in a cache that the cores share. */
void sumParts(const Words& words, const float* rows, const Parts& parts) {
  const int64_t chunks = (parts.rows + CHUNK - 1) / CHUNK, width = words.width;
  parallelTasks(PARTS * chunks, [&](int64_t task) {
    const int64_t part = task / chunks, row = task % chunks * CHUNK;
    const int64_t begin = words.count * part / PARTS, end = words.count * (part + 1) / PARTS;
    const Words ofPart{words.vectors + begin * width, words.bias + begin, end - begin, width};
    sumWords(ofPart, rows + row * width, std::min(CHUNK, parts.rows - row), parts.at(part, row));
  });
}

/** Rows are padded to whole groups: the added ones are zero, and nobody reads what they make. */
void expectedWord(KernelCall& call) {
  static std::mutex oneAtATime;
  static Scratch paddedScratch, partsScratch;
  const Shape rows = call.shape(0, 2), vectors = call.shape(1, 2);
  const int64_t count = rows[0], width = rows[1], vocabulary = vectors[0];
  if (width % COLUMNS_OF_SUMS != 0) throw std::invalid_argument("the width is no multiple of 64");
  const float *const from = call.input(0, rows), *const words = call.input(1, {vocabulary, width});
  const float* const bias = call.input(2, {vocabulary});
  float *const logSums = call.output(0, {count, 1}), *const expected = call.output(1, rows);
  const std::lock_guard<std::mutex> lock(oneAtATime);
  const int64_t padded = (count + ROWS_OF_SUMS - 1) / ROWS_OF_SUMS * ROWS_OF_SUMS;
  float* const copied = static_cast<float*>(paddedScratch.bytes(padded * width * sizeof(float)));
  std::copy_n(from, count * width, copied);
  std::fill(copied + count * width, copied + padded * width, 0.0f);
  const Parts parts{static_cast<float*>(partsScratch.bytes(Parts::numbers(padded, width) * sizeof(float))), padded, width};
  sumParts({words, bias, vocabulary, width}, copied, parts);
  parallelTasks(count, [&](int64_t row) { joinRow(parts, row, logSums + row, expected + row * width); });
}

const bool registered =
    sumWords == nullptr || registerKernel({"LptExpectedWord",
                                           {"rows: float", "vectors: float", "bias: float"},
                                           {"log_sum: float", "expected: float"},
                                           {}},
                                          guarded<expectedWord>);

}  // namespace
}  // namespace lpt
