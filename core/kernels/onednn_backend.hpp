#pragma once

/// What everything that calls oneDNN shares. Private to core/kernels.

#include <dlfcn.h>

namespace xg::kernels {

/// While it lives, OpenMP regions begun by this thread have one thread. oneDNN cuts by their
/// number, which in a few shapes changes bits.
class OneOmpThread {
 public:
  OneOmpThread() {
    if (get_threads() == nullptr || set_threads() == nullptr) return;
    before_ = get_threads()();
    if (before_ != 1) set_threads()(1);
  }
  ~OneOmpThread() {
    if (before_ > 1) set_threads()(before_);
  }
  OneOmpThread(const OneOmpThread&) = delete;
  OneOmpThread& operator=(const OneOmpThread&) = delete;

 private:
  using GetThreads = int (*)();
  using SetThreads = void (*)(int);
  // Looked up by name: they exist only where oneDNN was built on OpenMP.
  static GetThreads get_threads() {
    static const auto function =
        reinterpret_cast<GetThreads>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
    return function;
  }
  static SetThreads set_threads() {
    static const auto function =
        reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
    return function;
  }

  int before_ = 1;
};

}  // namespace xg::kernels
