#pragma once
#include <cstddef>
#include <cstdint>

/// The functions of random_isa.inl, one set for each instruction set. Private to core/kernels.
namespace xg::kernels {

/// Where a fill begins: GeneratorState without its class.
struct Draw {
  std::uint64_t seed, stream, counter;
};

/// Each writes n elements from the beginning of a group on.
template <class T>
struct RandomIsa {
  void (*uniform)(Draw draw, T* y, std::size_t n, T lo, T width, T below);
  void (*normal)(Draw draw, T* y, std::size_t n, T mean, T std);
  void (*bernoulli)(Draw draw, T* y, std::size_t n, std::uint32_t last,
                    T value);  // value where word <= last
  void (*apply_bernoulli)(Draw draw, const T* x, T* y, std::size_t n, std::uint32_t last, T value);
};
struct RandomIsaSet {
  void (*words)(Draw draw, std::uint32_t* y, std::size_t n);
  RandomIsa<float> f32;
  RandomIsa<double> f64;
};

namespace baseline {
extern const RandomIsaSet random_isa;
}
namespace avx2 {
extern const RandomIsaSet random_isa;
}
namespace avx512 {
extern const RandomIsaSet random_isa;
}

}  // namespace xg::kernels
