#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define XGRAD_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XGRAD_ASAN 1
#endif
#endif

namespace xg {

/// Bytes held by Arrays and graph nodes through the pooled allocator, over all threads.
struct MemoryStats {
  std::size_t current = 0;      ///< bytes in use now
  std::size_t peak = 0;         ///< highest `current` since start or reset_peak_memory()
  std::size_t cached = 0;       ///< bytes kept for re-use, not in use
  std::size_t allocations = 0;  ///< blocks handed out so far
};

/// A snapshot. Other threads of the program count in batches of a megabyte; the library's own are
/// exact after every parallel operation.
MemoryStats memory_stats();
/// Starts the peak anew from the bytes in use now.
void reset_peak_memory();
/// Gives cached blocks of the calling thread and of the shared list back to the system.
void empty_cache();

namespace detail {

inline constexpr std::size_t block_alignment = 64;

// Size classes: multiples of 64 bytes up to 1 KiB, then four steps a power of two, so that at most
// a fifth of a block is lost. Larger blocks go straight to the system.
inline constexpr std::size_t small_limit = 1024;
inline constexpr std::size_t small_classes = small_limit / block_alignment;
inline constexpr unsigned largest_power = 33;
inline constexpr std::size_t class_count = small_classes + 4 * (largest_power - 10);

constexpr std::size_t size_class(std::size_t bytes) noexcept {
  if (bytes <= small_limit) return bytes == 0 ? 0 : (bytes - 1) / block_alignment;
  const unsigned power = static_cast<unsigned>(std::bit_width(bytes - 1)) - 1;  // 2^power < bytes
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << power)) >> (power - 2);
  return small_classes + 4 * (power - 10) + quarter;
}

struct FreeBlock {
  FreeBlock* next;
};

/// The free blocks of one thread by size class, and its part of the statistics. Trivially
/// destructible, so that blocks can be freed while the thread or the program tears down its
/// statics.
struct ThreadLists {
  struct List {
    FreeBlock* head = nullptr;
    std::uint32_t room = 0;  // blocks it still takes; the rest goes to the shared list
  };
  List lists[class_count] = {};
  std::ptrdiff_t in_use = 0;  // bytes, not yet added to the global counters
  std::ptrdiff_t high = 0;    // highest in_use since then
  std::size_t allocations = 0;
  bool open = false;    // caching, and emptied at the end of the thread
  bool closed = false;  // the thread is ending
};
extern thread_local constinit ThreadLists thread_lists;

void* slow_allocate(std::size_t bytes);
void publish_memory_counters() noexcept;  // of this thread, so that memory_stats() knows them
void slow_deallocate(void* block, std::size_t bytes) noexcept;
constexpr std::size_t small_class_bytes(std::size_t index) { return (index + 1) * block_alignment; }

#ifdef XGRAD_ASAN
inline constexpr bool fast_path = false;  // cached blocks are poisoned: see allocator.cpp
#else
inline constexpr bool fast_path = true;
#endif

/// A block of at least `bytes` bytes, aligned to 64; never null. Throws std::bad_alloc.
inline void* pool_allocate(std::size_t bytes) {
  if (fast_path && bytes <= small_limit) {
    const std::size_t index = size_class(bytes);
    ThreadLists& mine = thread_lists;
    ThreadLists::List& list = mine.lists[index];
    if (FreeBlock* block = list.head; block != nullptr) [[likely]] {
      list.head = block->next;
      ++list.room;
      mine.in_use += static_cast<std::ptrdiff_t>(small_class_bytes(index));
      mine.high = mine.in_use > mine.high ? mine.in_use : mine.high;
      ++mine.allocations;
      return block;
    }
  }
  return slow_allocate(bytes);
}
/// Returns a block to the pool; `bytes` is what it was asked for with. Null is ignored.
inline void pool_deallocate(void* block, std::size_t bytes) noexcept {
  if (fast_path && bytes <= small_limit && block != nullptr) {
    const std::size_t index = size_class(bytes);
    ThreadLists& mine = thread_lists;
    ThreadLists::List& list = mine.lists[index];
    if (list.room > 0) [[likely]] {
      auto* const freed = static_cast<FreeBlock*>(block);
      freed->next = list.head;
      list.head = freed;
      --list.room;
      mine.in_use -= static_cast<std::ptrdiff_t>(small_class_bytes(index));
      return;
    }
  }
  slow_deallocate(block, bytes);
}

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
