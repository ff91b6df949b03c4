// Matrices as tiles of 16-bit floats. A 32-bit float is the sum of three of them, x = x₁ + x₂ + x₃, each 2⁻⁸ of the one
// before, to the last bit. This header is for translation units that know the tile unit's instructions.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define TILED __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16")))

namespace lpt {

using Half = uint16_t;

/** A tile has 16 rows of 64 bytes: of A 16 rows of 32 numbers, of B 16 pairs of rows of 16 numbers, of C 16 × 16 floats. */
constexpr int64_t SIDE = 16, DEPTH = 32, TILE = SIDE * DEPTH;
/** A block has two tiles side by side for each part of its numbers. */
constexpr int64_t PARTS = 3, WIDE = 2 * SIDE, PART = 2 * TILE, BLOCK = PARTS * PART;

inline int64_t piecesOf(int64_t size, int64_t piece) { return (size + piece - 1) / piece; }

struct Split {
  __m512i parts[PARTS];
};

/** 32 floats as three times 32 halves, in their order. */
TILED inline Split split(__m512 low, __m512 high) {
  Split found;
  for (int64_t part = 0; part < PARTS; part += 1) {
    const __m512i halves = (__m512i)_mm512_cvtne2ps_pbh(high, low);
    found.parts[part] = halves;
    const __m512i first = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(halves));
    const __m512i second = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(halves, 1));
    low = _mm512_sub_ps(low, _mm512_castsi512_ps(_mm512_slli_epi32(first, 16)));
    high = _mm512_sub_ps(high, _mm512_castsi512_ps(_mm512_slli_epi32(second, 16)));
  }
  return found;
}

/** The first `count` of 16 floats, and zeros behind them. */
TILED inline __m512 load(const float* from, int64_t count) {
  if (count >= SIDE) return _mm512_loadu_ps(from);
  return count <= 0 ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps((__mmask16)((1u << count) - 1), from);
}

TILED inline void store(const Split& row, Half* to) {
  for (int64_t part = 0; part < PARTS; part += 1) _mm512_store_si512(to + part * PART, row.parts[part]);
}

/** What of a matrix is there to fill a tile with; the rest of the tile is zero. */
struct Extent {
  int64_t count, depth;
};

/** 16 rows of A, `stride` numbers apart. */
TILED inline void packRows(const float* from, int64_t stride, const Extent& there, Half* to) {
  for (int64_t row = 0; row < SIDE; row += 1) {
    const float* const source = from + row * stride;
    const int64_t depth = row < there.count ? there.depth : 0;
    store(split(load(source, depth), load(source + SIDE, depth - SIDE)), to + row * DEPTH);
  }
}

/** 16 × 16 pairs of halves, rows to columns. */
TILED inline void transpose(__m512i* rows) {
  __m512i other[SIDE];
  for (int i = 0; i < SIDE; i += 2) {
    other[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    other[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < SIDE; i += 4) {
    rows[i] = _mm512_unpacklo_epi64(other[i], other[i + 2]);
    rows[i + 1] = _mm512_unpackhi_epi64(other[i], other[i + 2]);
    rows[i + 2] = _mm512_unpacklo_epi64(other[i + 1], other[i + 3]);
    rows[i + 3] = _mm512_unpackhi_epi64(other[i + 1], other[i + 3]);
  }
  constexpr int EVEN = 0x88, ODD = 0xdd;  // quarters of two vectors
  for (int i = 0; i < SIDE; i += i % 8 == 3 ? 5 : 1) {
    other[i] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], EVEN);
    other[i + 4] = _mm512_shuffle_i32x4(rows[i], rows[i + 4], ODD);
  }
  for (int i = 0; i < SIDE / 2; i += 1) {
    rows[i] = _mm512_shuffle_i32x4(other[i], other[i + 8], EVEN);
    rows[i + 8] = _mm512_shuffle_i32x4(other[i], other[i + 8], ODD);
  }
}

/** 16 columns of B where they are rows in memory, `stride` numbers apart. */
TILED inline void packTransposed(const float* from, int64_t stride, const Extent& there, Half* to) {
  __m512i pairs[PARTS][SIDE];
  for (int64_t column = 0; column < SIDE; column += 1) {
    const float* const source = from + column * stride;
    const int64_t depth = column < there.count ? there.depth : 0;
    const Split numbers = split(load(source, depth), load(source + SIDE, depth - SIDE));
    for (int64_t part = 0; part < PARTS; part += 1) pairs[part][column] = numbers.parts[part];
  }
  for (int64_t part = 0; part < PARTS; part += 1) {
    transpose(pairs[part]);
    for (int64_t pair = 0; pair < SIDE; pair += 1) {
      _mm512_store_si512(to + part * PART + pair * DEPTH, pairs[part][pair]);
    }
  }
}

/** 16 columns of B where its rows are `stride` numbers apart: every two rows become one of pairs. */
TILED inline void packStraight(const float* from, int64_t stride, const Extent& there, Half* to) {
  alignas(64) uint16_t places[2 * SIDE];
  for (uint16_t column = 0; column < SIDE; column += 1) {
    places[2 * column] = column;
    places[2 * column + 1] = column + SIDE;
  }
  const __m512i paired = _mm512_load_si512(places);
  for (int64_t pair = 0; pair < SIDE; pair += 1) {
    const float* const source = from + 2 * pair * stride;
    const int64_t upper = 2 * pair < there.depth ? there.count : 0, lower = 2 * pair + 1 < there.depth ? there.count : 0;
    Split numbers = split(load(source, upper), load(source + stride, lower));
    for (__m512i& part : numbers.parts) part = _mm512_permutexvar_epi16(paired, part);
    store(numbers, to + pair * DEPTH);
  }
}

}  // namespace lpt
