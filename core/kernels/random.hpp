#pragma once
#include <cstddef>
#include <cstdint>

#include <xgrad/core/random.hpp>

/// Fills of random numbers, T float or double. The bits of an element depend on the generator's
/// state and its index alone. Ranges are checked by the caller.
///
/// Words are drawn in groups of 64 from 16 consecutive counters c: word j of a group is word j / 16
/// of block c + j % 16 (so that vector lanes hold consecutive counters). A group gives 64 elements
/// of 32 bits or 32 of 64 bits, made of words j and j + 32. Every fill begins a new group.
namespace xg::kernels {

/// Raw 32-bit words.
void fill_words(Generator& generator, std::uint32_t* y, std::size_t n);

/// Uniform in [lo, hi), from multiples of 2^-24 (float) or 2^-53 (double) in [0, 1); a result that
/// rounds to hi becomes the number below hi. lo == hi gives lo.
template <class T>
void fill_uniform(Generator& generator, T* y, std::size_t n, T lo, T hi);

/// Normal, by Box and Muller, from 32-bit (float) or 53-bit (double) uniforms: |y - mean| < 6.7 std
/// or 8.7 std.
template <class T>
void fill_normal(Generator& generator, T* y, std::size_t n, T mean, T std);

/// y = value with probability p, else 0; p in [0, 1] is rounded to a multiple of 2^-32.
template <class T>
void fill_bernoulli(Generator& generator, T* y, std::size_t n, double p, T value = 1);

/// y = x * mask, where mask is what fill_bernoulli(generator at `draw`, mask, n, keep, value) would
/// give. Backward calls it again with the same draw, so that no mask is stored. y may be x.
template <class T>
void apply_bernoulli(const GeneratorState& draw, const T* x, T* y, std::size_t n, double keep,
                     T value);

/// Counters that n elements of apply_bernoulli and fill_bernoulli take: draw =
/// generator.reserve(bernoulli_blocks(n)).
inline std::uint64_t bernoulli_blocks(std::size_t n) { return (std::uint64_t{n} + 63) / 64 * 16; }

/// Integers, uniform in [lo, hi), lo < hi. The bias is below (hi - lo) / 2^64.
void fill_randint(Generator& generator, std::int64_t* y, std::size_t n, std::int64_t lo,
                  std::int64_t hi);

/// y = a permutation of 0 .. n-1, all equally likely (Fisher and Yates).
void random_permutation(Generator& generator, std::int64_t* y, std::size_t n);

}  // namespace xg::kernels
