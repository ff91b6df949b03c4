// Independent pieces of work, shared out over a few threads.
#pragma once

#include <cstdint>
#include <functional>

namespace lpt {

/**
 * Calls `body(begin, end)` until all rows are done. A row is never split and never sees another one, so the numbers are
 * the same however many threads there are and whichever of them comes first.
 */
void parallelRows(int64_t rows, int64_t width, const std::function<void(int64_t, int64_t)>& body);

/**
 * Calls `body(index)` for every index from 0 to `count` - 1, on whichever thread is free. What a call throws is thrown here,
 * when no thread is at work any more; some of the others are then never made.
 */
void parallelTasks(int64_t count, const std::function<void(int64_t)>& body);

/** As many as TensorFlow was given. */
int threadCount();

}  // namespace lpt
