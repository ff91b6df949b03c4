// Threads that sleep between the kernels. TensorFlow's own pool cannot be reached through its C API.
#include "parallel.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace lpt {
namespace {

/** Numbers in one block: large against the cost of claiming it, small against a core's cache. */
constexpr int64_t BLOCK = 1 << 14;
/** Below it, waking a thread costs more than it saves. */
constexpr int64_t SMALL = 1 << 15;

struct Job {
  const std::function<void(int64_t)>* body;
  int64_t tasks;
  std::atomic<int64_t> claimed{0}, finished{0};
  std::atomic<bool> hasFailed{false};
  /** What the first task that failed threw. It belongs to the caller, whose body the other threads still use meanwhile. */
  std::exception_ptr failure;

  /** True where it finished the last task. A thread that comes too late claims nothing and touches nothing. */
  bool work() {
    bool last = false;
    for (int64_t task; (task = claimed.fetch_add(1)) < tasks;) {
      try {
        if (!hasFailed.load()) (*body)(task);
      } catch (...) {
        if (!hasFailed.exchange(true)) failure = std::current_exception();
      }
      last = finished.fetch_add(1) + 1 == tasks;
    }
    return last;
  }
};

class Pool {
 public:
  explicit Pool(int threads) {
    // Detached, and the pool is never freed: a process may end while they sleep.
    for (int index = 1; index < threads; index += 1) {
      try {
        std::thread([this] { serve(); }).detach();
      } catch (const std::system_error&) {
        return;  // where the system has no more to give, those that there are do the work, and the caller
      }
    }
  }

  void run(const std::shared_ptr<Job>& job) {
    const std::lock_guard<std::mutex> oneJobAtATime(callers_);
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      job_ = job;
      jobs_ += 1;
    }
    posted_.notify_all();
    job->work();
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [&] { return job->finished.load() == job->tasks; });
    job_.reset();
    if (job->failure != nullptr) std::rethrow_exception(job->failure);
  }

 private:
  void serve() {
    uint64_t seen = 0;
    for (;;) {
      const std::shared_ptr<Job> job = next(seen);
      if (job == nullptr || !job->work()) continue;
      { const std::lock_guard<std::mutex> lock(mutex_); }  // the caller is then either before its check or asleep
      done_.notify_one();
    }
  }

  std::shared_ptr<Job> next(uint64_t& seen) {
    std::unique_lock<std::mutex> lock(mutex_);
    posted_.wait(lock, [&] { return jobs_ != seen; });
    seen = jobs_;
    return job_;
  }

  std::mutex callers_, mutex_;
  std::condition_variable posted_, done_;
  std::shared_ptr<Job> job_;
  uint64_t jobs_ = 0;
};

int countThreads() {
  const char* given = std::getenv("TF_NUM_INTRAOP_THREADS");
  const int asked = given == nullptr ? 0 : std::atoi(given);
  const int count = asked > 0 ? asked : static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(count, 1, 256);
}

std::mutex poolMutex;
Pool* pool = nullptr;

Pool& thePool() {
  const std::lock_guard<std::mutex> lock(poolMutex);
  if (pool == nullptr) {
    // A forked child inherits no threads: it starts its own.
    static const int registered = pthread_atfork(nullptr, nullptr, [] { pool = nullptr; });
    (void)registered;
    pool = new Pool(threadCount());
  }
  return *pool;
}

}  // namespace

int threadCount() {
  static const int threads = countThreads();
  return threads;
}

void parallelTasks(int64_t count, const std::function<void(int64_t)>& body) {
  if (threadCount() == 1 || count == 1) {
    for (int64_t task = 0; task < count; task += 1) body(task);
    return;
  }
  const auto job = std::make_shared<Job>();
  job->body = &body;
  job->tasks = count;
  thePool().run(job);
}

void parallelRows(int64_t rows, int64_t width, const std::function<void(int64_t, int64_t)>& body) {
  if (threadCount() == 1 || rows * width < SMALL) return body(0, rows);
  const int64_t rowsOfBlock = std::max<int64_t>(1, BLOCK / width);
  parallelTasks((rows + rowsOfBlock - 1) / rowsOfBlock, [&](int64_t block) {
    body(block * rowsOfBlock, std::min(rows, (block + 1) * rowsOfBlock));
  });
}

}  // namespace lpt
