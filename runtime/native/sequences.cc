// Packed rows: where each sequence lies.
#include "sequences.h"

#include <stdexcept>

namespace lpt {

Sequences::Sequences(KernelCall& call, int input, int64_t rows) {
  const Shape shape = call.shape(input, 1);
  const int32_t* const starts = call.integers(input, shape);
  starts_.assign(starts, starts + shape[0]);
  const auto expect = [&](bool met, const std::string& expected, size_t at) {
    if (met) return;
    const std::string found = at < starts_.size() ? std::to_string(starts_[at]) : "nothing";
    throw std::invalid_argument("Expected the starts of sequences, input " + std::to_string(input) + ", to " + expected +
                                ", found " + found + " at " + std::to_string(at) + ".");
  };
  expect(!starts_.empty() && starts_[0] == 0, "begin with 0", 0);
  squares_.push_back(0);
  for (size_t at = 1; at < starts_.size(); at += 1) {
    const int64_t length = starts_[at] - starts_[at - 1];
    expect(length >= 0, "rise", at);
    squares_.push_back(squares_.back() + length * length);
  }
  expect(starts_.back() == rows, "end with the number of rows, " + std::to_string(rows), starts_.size() - 1);
}

}  // namespace lpt
