// Packed rows: those of one sequence after those of another in [N, D], without padding.
#pragma once

#include <vector>

#include "kernel-call.h"

namespace lpt {

/** Where each sequence begins, and the last one ends. */
class Sequences {
 public:
  /** From an input of integers: 0 first, never falling, `rows` last. */
  Sequences(KernelCall& call, int input, int64_t rows);

  int64_t count() const { return static_cast<int64_t>(starts_.size()) - 1; }
  int64_t start(int64_t sequence) const { return starts_[sequence]; }
  int64_t length(int64_t sequence) const { return starts_[sequence + 1] - starts_[sequence]; }
  /** Σ length² of the sequences before this one; of all, for `count()`. */
  int64_t squares(int64_t sequence) const { return squares_[sequence]; }

 private:
  std::vector<int64_t> starts_, squares_;
};

}  // namespace lpt
