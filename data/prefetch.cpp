#include "xgrad/data/prefetch.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

namespace xg::data::detail {

struct Prefetch::Worker {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t slots;
  std::size_t made = 0;
  std::size_t taken = 0;
  bool stop = false;
  std::exception_ptr error;
  std::thread thread;

  explicit Worker(std::size_t count) : slots(count) {}

  ~Worker() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    changed.notify_all();
    if (thread.joinable()) thread.join();
  }

  void run(std::size_t items, const Make& make) {
    for (std::size_t item = 0; item < items; ++item) {
      {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return stop || made - taken < slots; });
        if (stop) return;
      }
      std::exception_ptr caught;
      try {
        make(item % slots, item);
      } catch (...) {
        caught = std::current_exception();
      }
      {
        const std::lock_guard lock(mutex);
        if (caught) {
          error = std::move(caught);
        } else {
          ++made;
        }
      }
      changed.notify_all();
      if (made == item) return;  // only this thread writes `made`: the item has failed
    }
  }
};

Prefetch::Prefetch(std::size_t items, std::size_t ahead, Make make)
    : items_(items), make_(std::move(make)) {
  if (ahead == 0 || items == 0) return;
  worker_ = std::make_unique<Worker>(ahead);
  worker_->thread = std::thread([this, worker = worker_.get()] { worker->run(items_, make_); });
}

Prefetch::~Prefetch() = default;

bool Prefetch::next(const std::function<void(std::size_t)>& take) {
  if (taken_ == items_) return false;
  if (!worker_) {
    const std::size_t item = std::exchange(taken_, items_);  // stays so if make throws
    make_(0, item);
    take(0);
    taken_ = item + 1;
    return true;
  }
  Worker& worker = *worker_;
  {
    std::unique_lock lock(worker.mutex);
    worker.changed.wait(lock, [&] { return worker.made > taken_ || worker.error; });
    if (worker.made == taken_) {  // all made before the failure has been taken
      taken_ = items_;
      std::rethrow_exception(std::exchange(worker.error, nullptr));
    }
  }
  take(taken_ % worker.slots);
  {
    const std::lock_guard lock(worker.mutex);
    worker.taken = ++taken_;
  }
  worker.changed.notify_all();
  return true;
}

}  // namespace xg::data::detail
