// Rows of a tensor, shared out over a few threads.
#pragma once

#include <cstdint>
#include <functional>

namespace lpt {

/**
 * Calls `body(begin, end)` until all rows are done. A row is never split and never sees another one, so the numbers are
 * the same however many threads there are and whichever of them comes first.
 */
void parallelRows(int64_t rows, int64_t width, const std::function<void(int64_t, int64_t)>& body);

}  // namespace lpt
