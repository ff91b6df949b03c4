// What attention over packed rows reads: a head of one sequence is one task, whatever stands beside it.
#pragma once

#include "sequences.h"

namespace lpt {

struct PackedHeads {
  const float *query, *keyValue;          // [N, D], [N, 2D]: products, key beside value
  const float *queryBias, *keyValueBias;  // [D], [2D]
  Sequences sequences;
  int64_t rows, width, heads, size;

  /** Query, key and value and their two biases, from `first` on. */
  PackedHeads(KernelCall& call, int first, int starts);
  int64_t tasks() const { return sequences.count() * heads; }
  /** All heads' [length, length], sequence after sequence. */
  int64_t squares() const { return heads * sequences.squares(sequences.count()); }
};

/** A head of one sequence, and where its numbers begin. */
struct PackedHead {
  int64_t length, size;
  int64_t column;     // among the columns of [N, D]
  int64_t place;      // in [N, D]
  int64_t keyPlace;   // in [N, 2D]
  int64_t valuePlace;
  int64_t square;     // among all heads' [length, length]

  PackedHead(const PackedHeads& in, int64_t task);
};

/** Rows that are copied to scratch memory: (number + bias) · factor. */
struct Source {
  const float* numbers;
  int64_t stride, rows, columns;
  const float* bias;  // one for each column; may be absent
  float factor;
};

/** To [rows, padded(columns)], with zeros behind the columns. */
void copyRows(const Source& from, float* to);
/** To [columns, padded(rows)], with zeros behind the rows. */
void copyTransposed(const Source& from, float* to);

}  // namespace lpt
