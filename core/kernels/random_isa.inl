// Philox 4x32-10 and what is made of its words, for the instruction set of the file that includes
// this one. Nothing of std:: here but types: an inline function compiled for AVX-512 must not
// replace another file's.
#include <xsimd/xsimd.hpp>

#include <xgrad/core/kernels/random_isa.hpp>

namespace xg::kernels::XG_ISA {
namespace {

constexpr std::size_t kWords = 64;  // of a group
constexpr std::uint64_t kCounters = 16;

using u32 = std::uint32_t;
using u64 = std::uint64_t;

// One counter in each 64-bit lane. Only the low halves of the four words matter: the product below
// reads nothing else, and so the high halves may hold whatever a round leaves there.
#if defined(__AVX512F__)
typedef u64 Lanes __attribute__((vector_size(64)));
inline Lanes product(Lanes a, u32 b) {
  return (Lanes)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64(b));
}
#elif defined(__AVX2__)
typedef u64 Lanes __attribute__((vector_size(32)));
inline Lanes product(Lanes a, u32 b) {
  return (Lanes)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x(b));
}
#elif defined(__SSE2__)
typedef u64 Lanes __attribute__((vector_size(16)));
inline Lanes product(Lanes a, u32 b) {
  return (Lanes)_mm_mul_epu32((__m128i)a, _mm_set1_epi64x(b));
}
#else
typedef u64 Lanes __attribute__((vector_size(16)));
inline Lanes product(Lanes a, u32 b) { return (a & 0xffffffffu) * b; }
#endif
constexpr std::size_t kLanes = sizeof(Lanes) / sizeof(u64);

struct Block {
  Lanes word[4];
};

inline Block philox(Lanes counter, u64 stream, u64 seed) {
  const Lanes zero = counter ^ counter;
  Block x{{counter, counter >> 32, zero + (stream & 0xffffffffu), zero + (stream >> 32)}};
  u32 key0 = static_cast<u32>(seed), key1 = static_cast<u32>(seed >> 32);
  for (int round = 0; round < 10; ++round) {
    const Lanes p0 = product(x.word[0], 0xD2511F53u), p1 = product(x.word[2], 0xCD9E8D57u);
    x = {{(p1 >> 32) ^ x.word[1] ^ u64{key0}, p1, (p0 >> 32) ^ x.word[3] ^ u64{key1}, p0}};
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return x;
}

/// The 64 words of the group that begins at draw.counter.
inline void group(const Draw& draw, u32* words) {
  Lanes even;
  for (std::size_t l = 0; l < kLanes; ++l) even[l] = draw.counter + 2 * l;
  for (std::size_t part = 0; part < kCounters / (2 * kLanes); ++part) {
    const Lanes first = even + u64{part * 2 * kLanes};
    const Block a = philox(first, draw.stream, draw.seed),
                b = philox(first + 1, draw.stream, draw.seed);
    for (std::size_t w = 0; w < 4; ++w) {
      const Lanes both = (a.word[w] & 0xffffffffu) | b.word[w] << 32;
      __builtin_memcpy(words + w * kCounters + part * 2 * kLanes, &both, sizeof both);
    }
  }
}

/// y = make(words of the group, out) for one group of `size` elements after the other; the last may
/// be cut off.
template <std::size_t size, class T, class Make>
inline void by_groups(Draw draw, T* y, std::size_t n, const Make& make) {
  alignas(64) u32 words[kWords];
  std::size_t i = 0;
  for (; i + size <= n; i += size, draw.counter += kCounters) {
    group(draw, words);
    make(words, y + i, i);
  }
  if (i == n) return;
  alignas(64) T rest[size];
  group(draw, words);
  make(words, rest, i);
  __builtin_memcpy(y + i, rest, (n - i) * sizeof(T));
}

template <class T>
constexpr std::size_t kGroup = kWords * sizeof(u32) / sizeof(T);  // elements of a group

// In [0, 1): conversions are from signed numbers, which every instruction set has.
inline float unit(const u32* words, std::size_t j, float) {
  return static_cast<float>(static_cast<std::int32_t>(words[j] >> 8)) * 0x1p-24f;
}
inline double unit(const u32* words, std::size_t j, double) {
  const double high = static_cast<std::int32_t>(words[j] >> 5),
               low = static_cast<std::int32_t>(words[j + 32] >> 6);
  return (high * 0x1p26 + low) * 0x1p-53;
}

void words(Draw draw, u32* y, std::size_t n) {
  by_groups<kWords>(draw, y, n, [](const u32* w, u32* out, std::size_t) {
    __builtin_memcpy(out, w, 4 * kWords);
  });
}

template <class T>
void uniform(Draw draw, T* y, std::size_t n, T lo, T width, T below) {
  by_groups<kGroup<T>>(draw, y, n, [=](const u32* w, T* out, std::size_t) {
    for (std::size_t j = 0; j < kGroup<T>; ++j) {
      const T u = lo + width * unit(w, j, T{});
      out[j] = u < below ? u : below;
    }
  });
}

// For Box and Muller: u in (0, 1], as fine as the word near 0, where the tail comes from; and the
// angle pi / 2 * (q + f) with a whole q and f in [-1/2, 1/2], from a word as a fraction of the full
// turn: exact, and any word will do.
inline float tail_unit(const u32* words, std::size_t j, float) {
  return (static_cast<float>(static_cast<std::int32_t>(words[j] >> 1)) + 0.5f) * 0x1p-31f;
}
inline double tail_unit(const u32* words, std::size_t j, double) {
  const double high = static_cast<std::int32_t>(words[j] >> 5),
               low = static_cast<std::int32_t>(words[j + 32] >> 6);
  return (high * 0x1p26 + low + 0.5) * 0x1p-53;
}
inline u32 quarter(u32 word) { return (word + 0x20000000u) >> 30; }
inline float fraction(const u32* words, std::size_t j, u32 q, float) {
  return static_cast<float>(static_cast<std::int32_t>(words[j] - (q << 30))) * 0x1p-30f;
}
inline double fraction(const u32* words, std::size_t j, u32 q, double) {
  const double high = static_cast<std::int32_t>(words[j] - (q << 30)),
               low = static_cast<std::int32_t>(words[j + 32] >> 11);
  return (high * 0x1p21 + low) * 0x1p-51;
}

// sin(pi f / 2) / f and cos(pi f / 2) in z = f * f <= 1/4: the Taylor series (k-th coefficient (pi
// / 2)^k / k!), to the last term above half an ulp.
template <class T>
constexpr std::size_t kTerms = sizeof(T) == 4 ? 6 : 10;
constexpr double kSin[] = {1.57079632679489656e+00, -6.45964097506246282e-01,
                           7.96926262461670476e-02, -4.68175413531868832e-03,
                           1.60441184787359829e-04, -3.59884323521208518e-06,
                           5.69217292196792668e-08, -6.68803510981146768e-10,
                           6.06693573110619553e-12, -4.37706546731374226e-14};
constexpr double kCos[] = {1.0,
                           -1.23370055013616975e+00,
                           2.53669507901048030e-01,
                           -2.08634807633529609e-02,
                           9.19260274839426585e-04,
                           -2.52020423730606066e-05,
                           4.71087477881817174e-07,
                           -6.38660308379185209e-09,
                           6.56596311497947280e-11,
                           -5.29440020073462348e-13};
template <class T>
inline T series(const double* c, T z) {
  T sum = static_cast<T>(c[kTerms<T> - 1]);
  for (std::size_t k = kTerms<T> - 1; k-- > 0;) sum = sum * z + static_cast<T>(c[k]);
  return sum;
}

/// The cosines and sines of the angles of a group, as arithmetic: sign and exchange follow from the
/// quarter.
template <class T>
inline void directions(const u32* words, T* cosine, T* sine) {
  for (std::size_t j = 0; j < kGroup<T> / 2; ++j) {
    const u32 q = quarter(words[j]);
    const T f = fraction(words, j, q, T{}), z = f * f;
    const T s = f * series(kSin, z), c = series(kCos, z);
    const T odd = static_cast<T>(static_cast<std::int32_t>(q & 1)), even = T(1) - odd;
    const T sign = T(1) - static_cast<T>(static_cast<std::int32_t>(q & 2));
    cosine[j] = sign * (even * c - odd * s);
    sine[j] = sign * (even * s + odd * c);
  }
}

template <class T>
void normal(Draw draw, T* y, std::size_t n, T mean, T std) {
  using Batch = xsimd::batch<T, xsimd::default_arch>;
  constexpr std::size_t half = kGroup<T> / 2;
  // Words 0 .. 15 and 32 .. 47 are those of u and words 16 .. 31 and 48 .. 63 those of the angle,
  // for 64-bit numbers; for 32-bit numbers 0 .. 31 and 32 .. 63.
  constexpr std::size_t second = sizeof(T) == 4 ? 32 : 16;
  by_groups<kGroup<T>>(draw, y, n, [=](const u32* w, T* out, std::size_t) {
    alignas(64) T u[half], cosine[half], sine[half];
    for (std::size_t j = 0; j < half; ++j) u[j] = tail_unit(w, j, T{});
    directions(w + second, cosine, sine);
    for (std::size_t j = 0; j < half; j += Batch::size) {
      const Batch r =
          Batch(std) * xsimd::sqrt(Batch(T(-2)) * xsimd::log(Batch::load_aligned(u + j)));
      (Batch(mean) + r * Batch::load_aligned(cosine + j)).store_unaligned(out + j);
      (Batch(mean) + r * Batch::load_aligned(sine + j)).store_unaligned(out + half + j);
    }
  });
}

// One word an element, for double too. By masks: a choice becomes a branch, taken at random. Signed
// comparison, as SSE2 and AVX2 have no other.
inline std::int32_t keep_mask(u32 word, u32 last) {
  const auto a = static_cast<std::int32_t>(word ^ 0x80000000u);
  const auto b = static_cast<std::int32_t>(last ^ 0x80000000u);
  return -static_cast<std::int32_t>(a <= b);
}
inline float keep(u32 word, u32 last, float value) {
  return __builtin_bit_cast(float, keep_mask(word, last) & __builtin_bit_cast(std::int32_t, value));
}
inline double keep(u32 word, u32 last, double value) {
  return __builtin_bit_cast(
      double, std::int64_t{keep_mask(word, last)} & __builtin_bit_cast(std::int64_t, value));
}

template <class T>
void bernoulli(Draw draw, T* y, std::size_t n, u32 last, T value) {
  by_groups<kWords>(draw, y, n, [last, value](const u32* w, T* out, std::size_t) {
    const u32 bound = last;
    const T on = value;
    for (std::size_t j = 0; j < kWords; ++j) out[j] = keep(w[j], bound, on);
  });
}

template <class T>
inline void keep_some(const u32* w, const T* x, T* y, std::size_t n, u32 last, T value) {
  for (std::size_t j = 0; j < n; ++j) y[j] = x[j] * keep(w[j], last, value);
}

template <class T>
void apply_bernoulli(Draw draw, const T* x, T* y, std::size_t n, u32 last, T value) {
  by_groups<kWords>(draw, y, n, [=](const u32* w, T* out, std::size_t begin) {
    if (begin + kWords <= n) {
      keep_some(w, x + begin, out, kWords, last, value);
    } else {
      keep_some(w, x + begin, out, n - begin, last, value);
    }
  });
}

template <class T>
constexpr RandomIsa<T> kFunctions{uniform<T>, normal<T>, bernoulli<T>, apply_bernoulli<T>};

}  // namespace

extern const RandomIsaSet random_isa;
const RandomIsaSet random_isa{words, kFunctions<float>, kFunctions<double>};

}  // namespace xg::kernels::XG_ISA
