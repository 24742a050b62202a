#include <xgrad/core/kernels/random.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include <xgrad/core/kernels/choose.hpp>
#include <xgrad/core/kernels/random_isa.hpp>
#include <xgrad/core/parallel.hpp>

namespace xg::kernels {
namespace {

const RandomIsaSet& chosen() {
  static const RandomIsaSet& set = XG_CHOOSE(random_isa);
  return set;
}

template <class T>
const RandomIsa<T>& functions() {
  if constexpr (sizeof(T) == sizeof(float)) {
    return chosen().f32;
  } else {
    return chosen().f64;
  }
}

constexpr std::uint64_t kCounters = 16;  // of a group
constexpr std::size_t kBlock = 16384;    // elements that one thread does in one go: whole groups

std::uint64_t blocks(std::size_t n, std::size_t group) {
  return (n + group - 1) / group * kCounters;
}

/// fill(draw where element `begin` starts, begin, count), in parallel.
template <class F>
void by_blocks(const GeneratorState& draw, std::size_t n, std::size_t group, const F& fill) {
  parallel_for(n, kBlock, [&](std::size_t begin, std::size_t end) {
    fill(Draw{draw.seed, draw.stream, draw.counter + begin / group * kCounters}, begin,
         end - begin);
  });
}

/// The words with probability p: (any?, the last of them).
std::pair<bool, std::uint32_t> words_below(double p) {
  const double count = std::nearbyint(p * 0x1p32);
  return {count >= 1, static_cast<std::uint32_t>(std::clamp(count - 1, 0.0, 0x1p32 - 1))};
}

/// 64-bit words one after the other.
class Words64 {
 public:
  explicit Words64(const GeneratorState& draw) : draw_{draw.seed, draw.stream, draw.counter} {}

  /// Uniform in [0, range).
  std::uint64_t below(std::uint64_t range) {
    if (next_ == 32) refill();
    const std::uint64_t word = std::uint64_t{words_[next_]} << 32 | words_[next_ + 32];
    ++next_;
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>(Wide{word} * range >> 64);
  }

 private:
  void refill() {
    chosen().words(draw_, words_, 64);
    draw_.counter += kCounters;
    next_ = 0;
  }
  Draw draw_;
  std::uint32_t words_[64];
  std::size_t next_ = 32;
};

template <class T>
constexpr std::size_t kGroup = 64 * sizeof(float) / sizeof(T);

}  // namespace

void fill_words(Generator& generator, std::uint32_t* y, std::size_t n) {
  by_blocks(generator.reserve(blocks(n, 64)), n, 64,
            [y](Draw draw, std::size_t begin, std::size_t count) {
              chosen().words(draw, y + begin, count);
            });
}

template <class T>
void fill_uniform(Generator& generator, T* y, std::size_t n, T lo, T hi) {
  const T below = std::nextafter(hi, lo);
  by_blocks(generator.reserve(blocks(n, kGroup<T>)), n, kGroup<T>,
            [=](Draw draw, std::size_t begin, std::size_t count) {
              functions<T>().uniform(draw, y + begin, count, lo, hi - lo, below);
            });
}

template <class T>
void fill_normal(Generator& generator, T* y, std::size_t n, T mean, T std) {
  by_blocks(generator.reserve(blocks(n, kGroup<T>)), n, kGroup<T>,
            [=](Draw draw, std::size_t begin, std::size_t count) {
              functions<T>().normal(draw, y + begin, count, mean, std);
            });
}

template <class T>
void fill_bernoulli(Generator& generator, T* y, std::size_t n, double p, T value) {
  const auto [any, last] = words_below(p);
  const T on = any ? value : T(0);
  by_blocks(generator.reserve(bernoulli_blocks(n)), n, 64,
            [=, last = last](Draw draw, std::size_t begin, std::size_t count) {
              functions<T>().bernoulli(draw, y + begin, count, last, on);
            });
}

template <class T>
void apply_bernoulli(const GeneratorState& draw, const T* x, T* y, std::size_t n, double keep,
                     T value) {
  const auto [any, last] = words_below(keep);
  const T on = any ? value : T(0);
  by_blocks(draw, n, 64, [=, last = last](Draw from, std::size_t begin, std::size_t count) {
    functions<T>().apply_bernoulli(from, x + begin, y + begin, count, last, on);
  });
}

void fill_randint(Generator& generator, std::int64_t* y, std::size_t n, std::int64_t lo,
                  std::int64_t hi) {
  // In unsigned arithmetic: hi - lo may be as large as 2^64 - 1.
  const std::uint64_t base = static_cast<std::uint64_t>(lo),
                      range = static_cast<std::uint64_t>(hi) - base;
  const GeneratorState draw = generator.reserve(blocks(n, 32));
  parallel_for(n, kBlock, [=](std::size_t begin, std::size_t end) {
    Words64 words({draw.seed, draw.stream, draw.counter + begin / 32 * kCounters});
    for (std::size_t i = begin; i < end; ++i)
      y[i] = static_cast<std::int64_t>(base + words.below(range));
  });
}

void random_permutation(Generator& generator, std::int64_t* y, std::size_t n) {
  Words64 words(generator.reserve(blocks(n, 32)));
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t j = words.below(i + 1);
    y[i] = y[j];
    y[j] = static_cast<std::int64_t>(i);
  }
}

#define XG_INSTANTIATE(T)                                                  \
  template void fill_uniform<T>(Generator&, T*, std::size_t, T, T);        \
  template void fill_normal<T>(Generator&, T*, std::size_t, T, T);         \
  template void fill_bernoulli<T>(Generator&, T*, std::size_t, double, T); \
  template void apply_bernoulli<T>(const GeneratorState&, const T*, T*, std::size_t, double, T);
XG_INSTANTIATE(float)
XG_INSTANTIATE(double)
#undef XG_INSTANTIATE

}  // namespace xg::kernels
