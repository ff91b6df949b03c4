// C = A · B or A · Bᵀ on the CPU, to the accuracy of 32-bit floats. A row of C depends on its row of A and on B alone, to
// the last bit: whatever rows stand beside it, and however many threads there are.
#pragma once

#include <cstdint>

namespace lpt {

struct Product {
  const float* a;  // [M, K]
  const float* b;  // [K, N], or [N, K] where it is transposed
  float* c;        // [M, N]
  int64_t m, n, k;
  bool transposed;
};

/** Whether the processor has a tile unit that this process may use. */
bool hasTileUnit();

/** Only where there is a tile unit. */
void multiplyByTiles(const Product& product);

}  // namespace lpt
