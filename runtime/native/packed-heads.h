// What attention over packed rows reads: a head of one sequence is one task, whatever stands beside it.
#pragma once

#include "sequences.h"

namespace lpt {

/** Rows on their way to scratch memory: (number + bias) · factor. */
struct Source {
  const float* numbers;
  int64_t stride, rows, columns;
  const float* bias = nullptr;  // one for each column
  float factor = 1;
};

/** To [rows, padded(columns)], with zeros behind the columns. */
void copyRows(const Source& from, float* to);
/** To [columns, padded(rows)]; behind the rows stands the last one again. */
void copyTransposed(const Source& from, float* to);
/** Rows of one head lie far apart: they are asked for together, before they are needed. */
void prefetch(const Source& from);

/** A head of one sequence, and where its numbers begin. */
struct PackedHead {
  int64_t length, size;
  int64_t place;     // in [N, D]
  int64_t keyPlace;  // in [N, 2D]
  int64_t valuePlace;
  int64_t square;  // among all heads' [length, length], sequence after sequence
  Source query, key, value;
};

class PackedHeads {
 public:
  /** Query [N, D], key beside value [N, 2D] and their two biases, from `first` on. */
  PackedHeads(KernelCall& call, int first, int starts);

  int64_t tasks() const { return sequences_.count() * heads_; }
  PackedHead head(int64_t task) const;
  /** All heads' [length, length] together. */
  int64_t squares() const { return heads_ * sequences_.squares(sequences_.count()); }
  int64_t width() const { return width_; }
  Shape shape() const { return {rows_, width_}; }
  Shape keyValueShape() const { return {rows_, 2 * width_}; }

 private:
  Sequences sequences_;
  int64_t rows_, width_, heads_;
  const float *query_, *keyValue_, *queryBias_, *keyValueBias_;
};

}  // namespace lpt
