#pragma once

#include "xgrad/core/kernels/optimizer.hpp"

/// The functions of optimizer_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

template <class T>
struct OptimizerIsa {
  void (*sgd)(const SGDStep& c, T* p, const T* g, T* v, std::size_t n);
  void (*adam)(const AdamStep& c, T* p, const T* g, T* m, T* v, T* largest, std::size_t n);
  void (*radam)(const RAdamStep& c, T* p, const T* g, T* m, T* v, std::size_t n);
  void (*adamax)(const AdamaxStep& c, T* p, const T* g, T* m, T* u, std::size_t n);
  void (*adagrad)(const AdagradStep& c, T* p, const T* g, T* s, std::size_t n);
  void (*rmsprop)(const RMSpropStep& c, T* p, const T* g, T* s, T* mean, T* buffer, std::size_t n);
  void (*adadelta)(const AdadeltaStep& c, T* p, const T* g, T* s, T* a, std::size_t n);
};
struct OptimizerIsaSet {
  OptimizerIsa<float> f32;
  OptimizerIsa<double> f64;
};

namespace baseline {
extern const OptimizerIsaSet optimizer_isa;
}
namespace avx2 {
extern const OptimizerIsaSet optimizer_isa;
}
namespace avx512 {
extern const OptimizerIsaSet optimizer_isa;
}

}  // namespace xg::kernels
