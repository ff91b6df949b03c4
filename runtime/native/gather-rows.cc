// Rows out of a matrix by their number; zeros where it is −1.
#include <algorithm>
#include <stdexcept>

#include "parallel.h"
#include "registration.h"

namespace lpt {
namespace {

void gatherRows(KernelCall& call) {
  const Shape shape = call.shape(0, 2), count = call.shape(1, 1);
  const int64_t width = shape[1];
  const float* const rows = call.input(0, shape);
  const int32_t* const indices = call.integers(1, count);
  for (int64_t row = 0; row < count[0]; row += 1) {
    if (indices[row] >= -1 && indices[row] < shape[0]) continue;
    throw std::invalid_argument("Expected numbers of " + std::to_string(shape[0]) + " rows or -1, found " +
                                std::to_string(indices[row]) + " at " + std::to_string(row) + ".");
  }
  float* const to = call.output(0, {count[0], width});
  if (width == 0) return;
  parallelRows(count[0], width, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += 1) {
      if (indices[row] < 0) std::fill_n(to + row * width, width, 0.0f);
      else std::copy_n(rows + indices[row] * width, width, to + row * width);
    }
  });
}

const bool registered = registerKernel(
    {"LptGatherRows", {"rows: float", "indices: int32"}, {"gathered: float"}, {}}, guarded<gatherRows>);

}  // namespace
}  // namespace lpt
