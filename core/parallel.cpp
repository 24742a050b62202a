#include <xgrad/core/parallel.hpp>

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include <xgrad/core/allocator.hpp>
#include <xgrad/core/error.hpp>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#endif

namespace xg {
namespace {

using detail::BlockBody;

thread_local bool inside_parallel_for = false;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

/// Waits for done() for about 100 us without sleeping: waking a sleeping thread takes 5 to 50 us,
/// and the next loop of a training step is usually nearer than that.
template <class Done>
bool spin_until(const Done& done) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::microseconds(100);
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      relax();
    }
  } while (std::chrono::steady_clock::now() < deadline);
  return false;
}

/// One parallel_for. The blocks are cut into a range for each thread, which always begins with its
/// own: what the last loop left in a core's cache, the next one finds there. Who is done helps the
/// others.
struct Loop {
  Loop(std::size_t size, std::size_t block_size, BlockBody function, void* argument,
       std::size_t threads)
      : n(size), block(block_size), call(function), body(argument), count((n - 1) / block + 1) {
    parts = std::min({threads, count, kMostParts});
    for (std::size_t p = 0; p < parts; ++p) {
      ranges[p].next.store(count / parts * p + std::min(p, count % parts), relaxed);
      ranges[p].end = count / parts * (p + 1) + std::min(p + 1, count % parts);
    }
  }

  void run(std::size_t i) {
    const std::size_t begin = i * block;
    call(body, begin, begin + std::min(block, n - begin));
  }

  /// As thread `who` of all.
  void work(std::size_t who) {
    inside_parallel_for = true;
    try {
      for (std::size_t p = 0; p < parts; ++p) {
        Range& range = ranges[(who + p) % parts];
        for (std::size_t i; (i = range.next.fetch_add(1, relaxed)) < range.end;) run(i);
      }
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
      for (std::size_t p = 0; p < parts; ++p) ranges[p].next.store(count, relaxed);
    }
    inside_parallel_for = false;
  }

  static constexpr std::size_t kMostParts = 16;
  static constexpr auto relaxed = std::memory_order_relaxed;
  struct alignas(64) Range {
    std::atomic<std::size_t> next;
    std::size_t end;
  };

  std::size_t n, block;
  BlockBody call;
  void* body;
  std::size_t count, parts;
  Range ranges[kMostParts];
  std::atomic<bool> failed{false};
  std::exception_ptr error;
};

/// Threads that wait for a Loop. One loop at a time; `state` says which and who is in it:
/// its number (high half), whether it may still be entered (kOpen), and how many workers have (the
/// rest). The caller closes the loop when no block is left and waits only for the workers that came
/// in time.
class Pool {
 public:
  bool try_lock() { return busy_.try_lock(); }
  void unlock() { busy_.unlock(); }

  /// Needs the lock. False if no worker could be started.
  bool resize(std::size_t workers) {
    if (workers == wanted_) return !workers_.empty();
    stop();
    wanted_ = workers;
    spin_ = workers < std::thread::hardware_concurrency();
    try {
      while (workers_.size() < workers)
        workers_.emplace_back([this, who = workers_.size() + 1] { serve(who); });
    } catch (const std::system_error&) {  // the system's limit of threads: work with those we have
    }
    return !workers_.empty();
  }

  /// Needs the lock, and workers.
  void run(Loop& loop) {
    loop_ = &loop;
    const std::uint64_t number = (state_.load(std::memory_order_relaxed) >> 32) + 1;
    state_.store(number << 32 | kOpen);
    wake(std::min(loop.count - 1, workers_.size()));
    loop.work(0);
    if (!idle(state_.fetch_and(~kOpen))) wait_until_idle();
  }

  /// Needs the lock. Ends the workers.
  void stop() {
    {
      const std::lock_guard<std::mutex> guard(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& worker : workers_) worker.join();
    workers_.clear();
    wanted_ = 0;
    stopping_ = false;
  }

 private:
  static constexpr std::uint64_t kOpen = 1u << 31;
  static bool idle(std::uint64_t state) { return (state & (kOpen - 1)) == 0; }
  static bool offers(std::uint64_t state, std::uint64_t last) {
    return (state & kOpen) && state >> 32 != last;
  }

  void wake(std::size_t wanted) {
    // Sequentially consistent with serve(): either we see the sleeper here, or it sees the open
    // loop there.
    if (sleepers_.load() == 0) return;
    { const std::lock_guard<std::mutex> guard(mutex_); }
    for (std::size_t i = 0; i < wanted; ++i) wake_.notify_one();
  }

  void wait_until_idle() {
    const auto done = [this] { return idle(state_.load()); };
    if (spin_ && spin_until(done)) return;
    std::unique_lock<std::mutex> guard(mutex_);
    idle_.wait(guard, done);
  }

  void serve(std::size_t who) {
    const std::uint64_t at_birth = state_;
    // A loop may be open already when this thread comes to life: take part in it.
    std::uint64_t last = (at_birth >> 32) - (at_birth & kOpen ? 1 : 0);
    while (wait_for_loop(last)) {
      std::uint64_t state = state_.load();
      if (!offers(state, last) || !state_.compare_exchange_strong(state, state + 1)) continue;
      last = state >> 32;
      loop_->work(who);
      detail::publish_memory_counters();
      state = state_.fetch_sub(1) - 1;
      if (!(state & kOpen) && idle(state)) {
        { const std::lock_guard<std::mutex> guard(mutex_); }
        idle_.notify_one();
      }
    }
  }

  /// False when the pool is being stopped.
  bool wait_for_loop(std::uint64_t last) {
    const auto ready = [this, last] { return stopping_.load() || offers(state_.load(), last); };
    if (!spin_ || !spin_until(ready)) {
      std::unique_lock<std::mutex> guard(mutex_);
      ++sleepers_;
      wake_.wait(guard, ready);
      --sleepers_;
    }
    return !stopping_;
  }

  std::mutex busy_;   // held by the thread whose loop is running
  std::mutex mutex_;  // only for the condition variables
  std::condition_variable wake_, idle_;
  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::size_t> sleepers_{0};
  std::atomic<bool> stopping_{false};
  bool spin_ = true;
  std::size_t wanted_ = 0;  // workers asked for; the system may have refused some
  Loop* loop_ = nullptr;
  std::vector<std::thread> workers_;
};

std::atomic<Pool*> current_pool{nullptr};
std::atomic<Pool*> lost_pool{nullptr};  // keeps a parent's pool reachable for leak checkers
std::atomic<bool> shut_down{false};

/// The child of a fork has no workers, and mutexes in an unknown state: it forgets the pool and
/// starts its own.
void forget_pool_in_child() { lost_pool = current_pool.exchange(nullptr); }

/// Ends the workers at exit. The Pool itself stays, so that static destructors that still compute
/// do so serially.
struct AtExit {
  AtExit() { pthread_atfork(nullptr, nullptr, forget_pool_in_child); }
  ~AtExit() {
    shut_down = true;
    Pool* pool = current_pool;
    if (inside_parallel_for || !pool || !pool->try_lock()) return;  // exit() called amid a loop
    pool->stop();
    pool->unlock();
  }
};

Pool& pool() {
  static const AtExit at_exit;
  if (Pool* existing = current_pool) return *existing;
  auto fresh = std::make_unique<Pool>();
  Pool* expected = nullptr;
  if (!current_pool.compare_exchange_strong(expected, fresh.get())) return *expected;
  return *fresh.release();
}

int default_num_threads() {
  if (const char* text = std::getenv("XGRAD_NUM_THREADS")) {
    char* end = nullptr;
    const long n = std::strtol(text, &end, 10);
    if (*end == '\0' && n >= 1 && n <= 4096) return static_cast<int>(n);
  }
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

std::atomic<int>& num_threads() {
  static std::atomic<int> n{default_num_threads()};
  return n;
}

void run_serially(Loop& loop) {
  for (std::size_t i = 0; i < loop.count; ++i) loop.run(i);
}

}  // namespace

void set_num_threads(int n) {
  require<ValueError>(n >= 1, "set_num_threads", "n", "be >= 1", n);
  num_threads() = n;
}

int get_num_threads() { return num_threads(); }

void detail::run_blocks(std::size_t n, std::size_t block, BlockBody call, void* body) {
  block = std::max<std::size_t>(block, 1);
  const auto workers = static_cast<std::size_t>(get_num_threads() - 1);
  Loop loop(n, block, call, body, workers + 1);
  if (loop.count == 1 || workers == 0 || inside_parallel_for || shut_down)
    return run_serially(loop);
  std::unique_lock<Pool> lock(pool(), std::try_to_lock);
  if (!lock || !lock.mutex()->resize(workers)) return run_serially(loop);
  lock.mutex()->run(loop);
  lock.unlock();
  if (loop.error) std::rethrow_exception(loop.error);
}

}  // namespace xg
