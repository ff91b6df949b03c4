// Matrix products on the tile unit of recent Intel processors (AMX), which multiplies 16-bit floats many times as fast as
// the vector unit multiplies 32-bit ones. Of the nine products of two numbers of three parts the six largest are added up
// in 32 bits; what the other three would add is below the rounding of a 32-bit product.
#include "matrix-product.h"

#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 12

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>

#include "parallel.h"
#include "scratch.h"
#include "tiles.h"

namespace lpt {
namespace {

/** Depth worked on at one time, in blocks, and the most blocks of columns: so much of B stays in a core's cache. */
constexpr int64_t CHUNK = 24, GROUP = 6;
/** Rows of A that are packed at one time: it bounds the memory that the packed numbers take. */
constexpr int64_t SLAB = 2048;

struct Place {
  int64_t row, column;
};

/** A part of the product, in blocks: the columns of one task, the depth of one chunk. */
struct Piece {
  int64_t column, columns, depth, depths;
};

/** [blocks of rows][blocks of depth][BLOCK]. */
TILED void packBlockOfRows(const Product& in, int64_t block, Half* to) {
  const int64_t depths = piecesOf(in.k, DEPTH);
  for (int64_t depth = 0; depth < depths; depth += 1) {
    for (int64_t side = 0; side < 2; side += 1) {
      const int64_t row = block * WIDE + side * SIDE, at = depth * DEPTH;
      packRows(in.a + row * in.k + at, in.k, {in.m - row, in.k - at}, to + depth * BLOCK + side * TILE);
    }
  }
}

/** Laid out as [blocks of columns][CHUNK][BLOCK]. */
TILED void packTile(const Product& in, const Piece& piece, const Place& tile, Half* to) {
  const int64_t column = piece.column * WIDE + tile.column * SIDE, k = (piece.depth + tile.row) * DEPTH;
  const Extent there{in.n - column, in.k - k};
  Half* const target = to + (tile.column / 2 * CHUNK + tile.row) * BLOCK + tile.column % 2 * TILE;
  if (in.transposed) packTransposed(in.b + column * in.k + k, in.k, there, target);
  else packStraight(in.b + k * in.n + column, in.n, there, target);
}

/** In the order in which the numbers lie in memory. */
TILED void packPiece(const Product& in, const Piece& piece, Half* to) {
  const int64_t tiles = 2 * piece.columns * piece.depths;
  for (int64_t index = 0; index < tiles; index += 1) {
    const Place tile = in.transposed ? Place{index % piece.depths, index / piece.depths}
                                     : Place{index / (2 * piece.columns), index % (2 * piece.columns)};
    packTile(in, piece, tile, to);
  }
}

/** 32 × 32 numbers of C, `stride` apart from row to row. */
struct Target {
  float* c;
  int64_t stride;
  bool added;
};

/** The compiler does not know that tiles read and write memory. */
#define FENCE asm volatile("" ::: "memory")

/** Two tiles of a part of A; two of B; all four products of them, added to those of C. */
TILED inline void loadRows(const Half* part) {
  _tile_loadd(4, part, 2 * DEPTH);
  _tile_loadd(5, part + TILE, 2 * DEPTH);
}
TILED inline void loadColumns(const Half* part) {
  _tile_loadd(6, part, 2 * DEPTH);
  _tile_loadd(7, part + TILE, 2 * DEPTH);
}
TILED inline void multiplyParts() {
  _tile_dpbf16ps(0, 4, 6);
  _tile_dpbf16ps(1, 4, 7);
  _tile_dpbf16ps(2, 5, 6);
  _tile_dpbf16ps(3, 5, 7);
}

TILED void fetchTarget(const Target& from) {
  const int64_t bytes = from.stride * sizeof(float);
  const float* const lower = from.c + SIDE * from.stride;
  _tile_loadd(0, from.c, bytes);
  _tile_loadd(1, from.c + SIDE, bytes);
  _tile_loadd(2, lower, bytes);
  _tile_loadd(3, lower + SIDE, bytes);
}

TILED void clearTarget() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

TILED void storeTarget(const Target& to) {
  const int64_t bytes = to.stride * sizeof(float);
  float* const lower = to.c + SIDE * to.stride;
  _tile_stored(0, to.c, bytes);
  _tile_stored(1, to.c + SIDE, bytes);
  _tile_stored(2, lower, bytes);
  _tile_stored(3, lower + SIDE, bytes);
}

struct Packed {
  const Half *a, *b;
};

/** The six pairs of parts, in an order that loads few tiles twice. */
TILED void multiplyTiles(Packed from, int64_t depths, const Target& to) {
  FENCE;
  if (to.added) fetchTarget(to);
  else clearTarget();
  for (int64_t depth = 0; depth < depths; depth += 1, from.a += BLOCK, from.b += BLOCK) {
    loadRows(from.a), loadColumns(from.b + 2 * PART), multiplyParts();  // x₁ y₃
    loadColumns(from.b + PART), multiplyParts();                        // x₁ y₂
    loadColumns(from.b), multiplyParts();                               // x₁ y₁
    loadRows(from.a + 2 * PART), multiplyParts();                       // x₃ y₁
    loadRows(from.a + PART), multiplyParts();                           // x₂ y₁
    loadColumns(from.b + PART), multiplyParts();                        // x₂ y₂
  }
  storeTarget(to);
  FENCE;
}

/** Blocks at the edge of C are worked on aside, and only what is in C goes back. */
struct Aside {
  alignas(64) float numbers[WIDE * WIDE];
  float* c;
  int64_t stride, rows, columns;

  void fetch() {
    for (int64_t i = 0; i < rows; i += 1) std::copy_n(c + i * stride, columns, numbers + i * WIDE);
  }
  void putBack() const {
    for (int64_t i = 0; i < rows; i += 1) std::copy_n(numbers + i * WIDE, columns, c + i * stride);
  }
};

/** One block of C from a block of rows of A and one of columns of B, over the depth of `piece`. */
TILED void multiplyBlock(const Product& in, const Piece& piece, const Place& at, const Packed& from) {
  float* const c = in.c + at.row * in.n + at.column;
  const int64_t rows = std::min(WIDE, in.m - at.row), columns = std::min(WIDE, in.n - at.column);
  const bool added = piece.depth > 0;
  if (rows == WIDE && columns == WIDE) return multiplyTiles(from, piece.depths, {c, in.n, added});
  Aside aside{{}, c, in.n, rows, columns};
  if (added) aside.fetch();
  multiplyTiles(from, piece.depths, {aside.numbers, WIDE, added});
  aside.putBack();
}

TILED void multiplyPiece(const Product& in, const Piece& piece, const Packed& from) {
  const int64_t depths = piecesOf(in.k, DEPTH);
  for (int64_t row = 0; row < in.m; row += WIDE) {
    const Half* const a = from.a + (row / WIDE * depths + piece.depth) * BLOCK;
    for (int64_t index = 0; index < piece.columns; index += 1) {
      const Place at{row, (piece.column + index) * WIDE};
      multiplyBlock(in, piece, at, {a, from.b + index * CHUNK * BLOCK});
    }
  }
}

struct alignas(64) Configuration {
  uint8_t palette = 1, start = 0, reserved[14] = {};
  uint16_t bytesOfRow[16] = {};
  uint8_t rows[16] = {};

  Configuration() {
    std::fill_n(bytesOfRow, 8, 2 * DEPTH);
    std::fill_n(rows, 8, SIDE);
  }
};

TILED void multiplyColumns(const Product& in, int64_t column, int64_t columns, const Half* a) {
  static const Configuration configuration;
  static thread_local Scratch scratch;
  const int64_t depths = piecesOf(in.k, DEPTH);
  Half* const b = static_cast<Half*>(scratch.bytes(GROUP * CHUNK * BLOCK * sizeof(Half)));
  _tile_loadconfig(&configuration);
  for (int64_t depth = 0; depth < depths; depth += CHUNK) {
    const Piece piece{column, columns, depth, std::min(CHUNK, depths - depth)};
    packPiece(in, piece, b);
    multiplyPiece(in, piece, {a, b});
  }
  _tile_release();
}

void multiplySlab(const Product& in, Scratch& scratch) {
  const int64_t rows = piecesOf(in.m, WIDE), depths = piecesOf(in.k, DEPTH), columns = piecesOf(in.n, WIDE);
  Half* const a = static_cast<Half*>(scratch.bytes(rows * depths * BLOCK * sizeof(Half)));
  parallelTasks(rows, [&](int64_t block) { packBlockOfRows(in, block, a + block * depths * BLOCK); });
  const int64_t group = std::clamp<int64_t>(columns / (2 * threadCount()), 1, GROUP);
  parallelTasks(piecesOf(columns, group), [&](int64_t task) {
    multiplyColumns(in, task * group, std::min(group, columns - task * group), a);
  });
}

bool askForTileUnit() {
  constexpr int REQUEST_PERMISSION = 0x1023, TILE_DATA = 18;
  constexpr unsigned AMX = (1u << 22) | (1u << 24);  // 16-bit floats, tiles
  unsigned eax, ebx, ecx, edx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0 || (edx & AMX) != AMX) return false;
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx512bf16") || !__builtin_cpu_supports("avx512vl")) return false;
  return syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
}

}  // namespace

bool hasTileUnit() {
  static const bool allowed = askForTileUnit();
  return allowed;
}

void multiplyByTiles(const Product& in) {
  static std::mutex oneAtATime;
  static Scratch scratch;
  const std::lock_guard<std::mutex> lock(oneAtATime);
  for (int64_t row = 0; row < in.m; row += SLAB) {
    Product slab = in;
    slab.a += row * in.k;
    slab.c += row * in.n;
    slab.m = std::min(SLAB, in.m - row);
    multiplySlab(slab, scratch);
  }
}

}  // namespace lpt

#else

bool lpt::hasTileUnit() { return false; }

void lpt::multiplyByTiles(const Product&) {}

#endif
