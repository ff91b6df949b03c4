// Memory that grows to what was asked for at most and is kept: fresh pages would cost as much as the work on them.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <new>

namespace lpt {

class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { std::free(memory_); }

  /** At the start of a cache line. What was in it before is lost. */
  void* bytes(size_t count) {
    if (count > size_) {
      std::free(memory_);
      size_ = (count + LINE - 1) / LINE * LINE;
      memory_ = std::aligned_alloc(LINE, size_);
      if (memory_ == nullptr) {
        size_ = 0;
        throw std::bad_alloc();
      }
    }
    return memory_;
  }

 private:
  static constexpr size_t LINE = 64;
  void* memory_ = nullptr;
  size_t size_ = 0;
};

/** Of this thread, for one task at a time. */
inline float* scratchNumbers(int64_t count) {
  static thread_local Scratch scratch;
  return static_cast<float*>(scratch.bytes(count * sizeof(float)));
}

}  // namespace lpt
