#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

/// Loops over blocks on the library's own threads.
///
/// Results never depend on the number of threads: work is cut into blocks by its size alone, every
/// block is done by one thread in one go, and whoever combines partial results does so in the order
/// of the blocks.
namespace xg {

/// Number of threads that the library may use, n >= 1, for the whole process. Takes effect at the
/// next parallel_for.
///
/// The default is the number of hardware threads, or the environment's XGRAD_NUM_THREADS where that
/// is a number >= 1.
/// @throws ValueError if n < 1.
void set_num_threads(int n);
int get_num_threads();

namespace detail {
using BlockBody = void (*)(void* body, std::size_t begin, std::size_t end);
void run_blocks(std::size_t n, std::size_t block, BlockBody call, void* body);
}  // namespace detail

/// Calls body(begin, end) for the consecutive blocks [0, block), [block, 2 block), ... of [0, n);
/// the last may be shorter. The boundaries depend on n and block alone (block 0 counts as 1), the
/// order of the calls on chance.
///
/// Everything runs on the calling thread, in order, when there is one block or one thread, when the
/// call comes from inside another parallel_for, or when another thread's loop has the workers. May
/// be called from any thread. A worker has its own thread-local state: modes set by the caller do
/// not reach it.
/// @throws what body throws: the first exception caught. Blocks not yet begun are then skipped.
template <class F>
void parallel_for(std::size_t n, std::size_t block, F&& body) {
  if (n == 0) return;
  if (n <= block) return static_cast<void>(body(std::size_t{0}, n));
  using Body = std::remove_reference_t<F>;
  const auto call = [](void* f, std::size_t begin, std::size_t end) {
    (*static_cast<Body*>(f))(begin, end);
  };
  // The address may be of a const object; Body keeps the const, so that call restores it.
  detail::run_blocks(n, block, call,
                     const_cast<void*>(static_cast<const void*>(std::addressof(body))));
}

}  // namespace xg
