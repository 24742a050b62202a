#include <xgrad/core/kernels/gemm_backend.hpp>

#ifdef XGRAD_WITH_ONEDNN
#include <oneapi/dnnl/dnnl.h>

#include <xgrad/core/kernels/onednn_backend.hpp>

namespace xg::kernels {
namespace {

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
