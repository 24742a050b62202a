#pragma once

#include <cstddef>
#include <limits>
#include <new>

namespace xg {

/// Bytes held by Arrays and graph nodes through the pooled allocator, over all threads.
struct MemoryStats {
  std::size_t current = 0;      ///< bytes in use now
  std::size_t peak = 0;         ///< highest `current` since start or reset_peak_memory()
  std::size_t cached = 0;       ///< bytes kept for re-use, not in use
  std::size_t allocations = 0;  ///< blocks handed out so far
};

/// A snapshot; counters of other threads that run at this moment may lag by their running
/// operation.
MemoryStats memory_stats();
/// Starts the peak anew from the bytes in use now.
void reset_peak_memory();
/// Gives cached blocks of the calling thread and of the shared list back to the system.
void empty_cache();

namespace detail {

inline constexpr std::size_t block_alignment = 64;

/// A block of at least `bytes` bytes, aligned to 64; never null. Throws std::bad_alloc.
void* pool_allocate(std::size_t bytes);
/// Returns a block to the pool; `bytes` is what it was asked for with. Null is ignored.
void pool_deallocate(void* block, std::size_t bytes) noexcept;

}  // namespace detail

/// Allocator of xg::Array: blocks of 64-byte alignment out of per-thread free lists by size class.
template <class T>
class PoolAllocator {
 public:
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using pointer = T*;
  using const_pointer = const T*;
  using reference = T&;
  using const_reference = const T&;
  template <class U>
  struct rebind {
    using other = PoolAllocator<U>;
  };

  PoolAllocator() noexcept = default;
  template <class U>
  PoolAllocator(const PoolAllocator<U>&) noexcept {}  // NOLINT: allocators convert

  T* allocate(std::size_t n) {
    if (n > std::numeric_limits<std::size_t>::max() / 2 / sizeof(T)) throw std::bad_alloc();
    return static_cast<T*>(detail::pool_allocate(n * sizeof(T)));
  }
  void deallocate(T* p, std::size_t n) noexcept { detail::pool_deallocate(p, n * sizeof(T)); }

  template <class U>
  bool operator==(const PoolAllocator<U>&) const noexcept {
    return true;
  }
};

}  // namespace xg
