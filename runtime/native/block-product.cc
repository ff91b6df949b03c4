// The sums of a tile of C stay in registers while its rows of A and columns of B go by.
#include "block-product.h"

#include <algorithm>
#include <cstring>

#include "vectorised.h"

namespace lpt {
namespace {

/** What a generation of processors multiplies at one time: as many sums as it has registers for. */
template <int64_t lanes, int64_t rows, int64_t vectors>
struct Tile {
  static constexpr int64_t VECTOR = lanes, ROWS = rows, VECTORS = vectors, COLUMNS = lanes * vectors;
};

template <typename T, int64_t R, int64_t V>
INLINED void multiplyTile(const Strided& a, const float* b, int64_t strideOfB, int64_t depth, float* c, int64_t strideOfC) {
  using Numbers = Vector<T::VECTOR>;
  Numbers sums[R][V];
  UNROLLED for (int64_t i = 0; i < R; i += 1) UNROLLED for (int64_t v = 0; v < V; v += 1) sums[i][v] = Numbers{};
  const float* left = a.numbers;
  for (int64_t k = 0; k < depth; k += 1, left += a.step, b += strideOfB) {
    Numbers right[V];
    UNROLLED for (int64_t v = 0; v < V; v += 1) right[v] = *reinterpret_cast<const Numbers*>(b + v * T::VECTOR);
    UNROLLED for (int64_t i = 0; i < R; i += 1) {
      UNROLLED for (int64_t v = 0; v < V; v += 1) sums[i][v] += left[i * a.stride] * right[v];
    }
  }
  UNROLLED for (int64_t i = 0; i < R; i += 1) {
    UNROLLED for (int64_t v = 0; v < V; v += 1) *reinterpret_cast<Numbers*>(c + i * strideOfC + v * T::VECTOR) = sums[i][v];
  }
}

/** Of `rows` rows, which is `R` or less. */
template <typename T, int64_t R, int64_t V>
INLINED void multiplyRows(const BlockProduct& in, int64_t row, int64_t rows, int64_t column, float* c, int64_t strideOfC) {
  if constexpr (R > 1) {
    if (rows < R) return multiplyRows<T, R - 1, V>(in, row, rows, column, c, strideOfC);
  }
  const Strided a{in.a.numbers + row * in.a.stride, in.a.stride, in.a.step};
  const int64_t depth = in.lowerA ? std::min(in.depth, row + rows) : in.depth;
  multiplyTile<T, R, V>(a, in.b + column, in.strideOfB, depth, c, strideOfC);
}

template <typename T, int64_t V>
INLINED void multiplyColumns(const BlockProduct& in, int64_t column) {
  constexpr int64_t WIDE = V * T::VECTOR;
  const int64_t tiles = (in.rows + T::ROWS - 1) / T::ROWS, columns = std::min(WIDE, in.columns - column);
  for (int64_t tile = 0; tile < tiles; tile += 1) {
    // Of nearly one height: a tile of one row would wait for each of its sums.
    const int64_t row = in.rows * tile / tiles, rows = in.rows * (tile + 1) / tiles - row;
    if (in.upperC && column + WIDE <= row) break;
    float* const c = in.c + row * in.strideOfC + column;
    if (columns == WIDE) {
      multiplyRows<T, T::ROWS, V>(in, row, rows, column, c, in.strideOfC);
      continue;
    }
    float aside[T::ROWS * WIDE];
    multiplyRows<T, T::ROWS, V>(in, row, rows, column, aside, WIDE);
    for (int64_t i = 0; i < rows; i += 1) std::copy_n(aside + i * WIDE, columns, c + i * in.strideOfC);
  }
}

template <typename T>
INLINED void multiplyBy(const BlockProduct& in) {
  int64_t column = 0;
  for (; in.columns - column > T::COLUMNS - LANES; column += T::COLUMNS) multiplyColumns<T, T::VECTORS>(in, column);
  if constexpr (T::COLUMNS > LANES) {
    for (; column < in.columns; column += LANES) multiplyColumns<T, LANES / T::VECTOR>(in, column);
  }
}

using Multiply = void (*)(const BlockProduct&);

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__)

__attribute__((target("avx512f"))) void multiplyBy512Bits(const BlockProduct& in) { multiplyBy<Tile<16, 12, 2>>(in); }
__attribute__((target("avx2,fma"))) void multiplyBy256Bits(const BlockProduct& in) { multiplyBy<Tile<8, 6, 2>>(in); }
void multiplyBy128Bits(const BlockProduct& in) { multiplyBy<Tile<4, 3, 4>>(in); }

Multiply choose() {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) return multiplyBy512Bits;
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? multiplyBy256Bits : multiplyBy128Bits;
}

#else

void multiplyBy128Bits(const BlockProduct& in) { multiplyBy<Tile<4, 3, 4>>(in); }

Multiply choose() { return multiplyBy128Bits; }

#endif

}  // namespace

void multiply(const BlockProduct& product) {
  static const Multiply chosen = choose();
  chosen(product);
}

}  // namespace lpt
