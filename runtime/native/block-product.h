// C = A · B for the small matrices of one attention head. A number of C is one sum in the order of the depth, so it depends
// on its row of A and its column of B alone, whatever stands beside them.
#pragma once

#include <cstdint>

namespace lpt {

/** A matrix that is read number by number, so that its transpose is only another pair of strides. */
struct Strided {
  const float* numbers;
  int64_t stride, step;  // from row to row, from column to column
};

struct BlockProduct {
  Strided a;       // [rows, depth]
  const float* b;  // [depth, columns]; each row can be read up to the end of its last `LANES` columns
  int64_t strideOfB;
  float* c;  // [rows, columns], and nothing behind the last column is written
  int64_t strideOfC;
  int64_t rows, columns, depth;
  bool lowerA = false;  // A has nothing but zeros above its diagonal
  bool upperC = false;  // below its diagonal C is not needed, and may be left as it is
};

void multiply(const BlockProduct& product);

}  // namespace lpt
