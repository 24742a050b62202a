#include <xgrad/core/kernels/gemm_backend.hpp>

#ifdef XGRAD_WITH_ONEDNN
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

namespace xg::kernels {
namespace {

using GetThreads = int (*)();
using SetThreads = void (*)(int);

// Looked up by name: they exist only where oneDNN was built on OpenMP.
GetThreads get_threads() {
  static const auto function =
      reinterpret_cast<GetThreads>(dlsym(RTLD_DEFAULT, "omp_get_max_threads"));
  return function;
}
SetThreads set_threads() {
  static const auto function =
      reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  return function;
}

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
  int before_ = 1;
};

dnnl_dim_t extent(std::size_t n) { return static_cast<dnnl_dim_t>(n); }

}  // namespace

bool onednn_gemm(const Product<float>& p) {
  const OneOmpThread guard;
  return dnnl_sgemm(p.transpose_a ? 'T' : 'N', p.transpose_b ? 'T' : 'N', extent(p.m), extent(p.n),
                    extent(p.k), p.alpha, p.a, extent(p.lda), p.b, extent(p.ldb), p.beta, p.c,
                    extent(p.ldc)) == dnnl_success;
}

}  // namespace xg::kernels

#else

namespace xg::kernels {
bool onednn_gemm(const Product<float>&) { return false; }
}  // namespace xg::kernels

#endif
