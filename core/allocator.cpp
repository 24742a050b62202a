#include "xgrad/core/allocator.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <mutex>

#if defined(__SANITIZE_ADDRESS__)
#define XGRAD_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XGRAD_ASAN 1
#endif
#endif
#ifdef XGRAD_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace xg {
namespace {

// Size classes: multiples of 64 bytes up to 1 KiB, then four steps a power of two, so that at most
// a quarter of a block is lost. Blocks above the last class go straight to the system.
constexpr std::size_t small_limit = 1024;
constexpr std::size_t small_classes = small_limit / detail::block_alignment;
constexpr unsigned largest_power = 33;
constexpr std::size_t class_count = small_classes + 4 * (largest_power - 10);
// What one thread may keep of a class; the rest goes to the shared list, so that a loader thread
// whose batches die on another thread neither grows nor starves.
constexpr std::size_t thread_bytes_per_class = std::size_t{8} << 20;
constexpr std::size_t thread_blocks_small = 4096;
constexpr std::size_t shared_batch = 32;
// A thread adds its counters to the global ones when they have moved by this much.
constexpr std::ptrdiff_t publish_threshold = std::ptrdiff_t{1} << 20;

std::size_t size_class(std::size_t bytes) noexcept {
  if (bytes <= small_limit) return bytes == 0 ? 0 : (bytes - 1) / detail::block_alignment;
  const unsigned power = static_cast<unsigned>(std::bit_width(bytes - 1)) - 1;  // 2^power < bytes
  const std::size_t quarter = (bytes - 1 - (std::size_t{1} << power)) >> (power - 2);
  return small_classes + 4 * (power - 10) + quarter;
}

std::size_t class_bytes(std::size_t index) noexcept {
  if (index < small_classes) return (index + 1) * detail::block_alignment;
  const std::size_t power = 10 + (index - small_classes) / 4;
  return (std::size_t{1} << power) + (((index - small_classes) % 4 + 1) << (power - 2));
}

struct FreeBlock {
  FreeBlock* next;
};

struct FreeList {
  FreeBlock* head = nullptr;
  std::size_t count = 0;

  void push(FreeBlock* block) noexcept {
    block->next = head;
    head = block;
    ++count;
  }
  FreeBlock* pop() noexcept {
    FreeBlock* block = head;
    head = block->next;
    --count;
    return block;
  }
};

#ifdef XGRAD_ASAN
void poison(void* block, std::size_t bytes) { __asan_poison_memory_region(block, bytes); }
void unpoison(void* block, std::size_t bytes) { __asan_unpoison_memory_region(block, bytes); }
#else
void poison(void*, std::size_t) {}
void unpoison(void*, std::size_t) {}
#endif
// The link of a cached block lies in its first bytes, which therefore stay readable.
void poison_cached(FreeBlock* block, std::size_t bytes) {
  poison(reinterpret_cast<char*>(block) + sizeof(FreeBlock), bytes - sizeof(FreeBlock));
}

// Never destroyed: threads that end during static destruction still give their blocks back here.
struct SharedLists {
  std::mutex mutex;
  std::array<FreeList, class_count> lists;
};
SharedLists& shared_lists() {
  static auto* lists = new SharedLists;
  return *lists;
}

std::atomic<std::size_t> current_bytes{0};
std::atomic<std::size_t> peak_bytes{0};
std::atomic<std::size_t> allocation_count{0};

void note_in_use(std::ptrdiff_t bytes, std::size_t allocations) noexcept {
  const std::size_t now =
      current_bytes.fetch_add(static_cast<std::size_t>(bytes), std::memory_order_relaxed) +
      static_cast<std::size_t>(bytes);
  allocation_count.fetch_add(allocations, std::memory_order_relaxed);
  std::size_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (static_cast<std::ptrdiff_t>(now - peak) > 0 &&
         !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// The lists of one thread. Trivially destructible, so that blocks may still be freed while the
// thread (or the program) tears down its statics; a guard object empties them and turns caching
// off.
struct ThreadLists {
  std::array<FreeList, class_count> lists{};
  std::ptrdiff_t in_use = 0;  // not yet added to the global counters
  std::ptrdiff_t high = 0;    // highest in_use since the counters were last passed on
  std::size_t allocations = 0;
  bool closed = false;
  bool guarded = false;
};
thread_local constinit ThreadLists thread_lists;

void publish_counters(ThreadLists& mine) noexcept {
  note_in_use(mine.high, mine.allocations);  // to the highest point since, then down to the present
  current_bytes.fetch_add(static_cast<std::size_t>(mine.in_use - mine.high),
                          std::memory_order_relaxed);
  mine.in_use = mine.high = 0;
  mine.allocations = 0;
}

void give_to_shared(FreeList& list, std::size_t index, std::size_t count) noexcept {
  SharedLists& shared = shared_lists();
  const std::scoped_lock lock(shared.mutex);
  for (; count > 0 && list.count > 0; --count) shared.lists[index].push(list.pop());
}

struct ThreadGuard {
  ~ThreadGuard() {
    ThreadLists& mine = thread_lists;
    for (std::size_t i = 0; i < class_count; ++i)
      give_to_shared(mine.lists[i], i, mine.lists[i].count);
    publish_counters(mine);
    mine.closed = true;
  }
};

void guard_thread(ThreadLists& mine) {
  thread_local ThreadGuard guard;
  static_cast<void>(guard);
  mine.guarded = true;
}

std::size_t thread_limit(std::size_t index) noexcept {
  return std::clamp<std::size_t>(thread_bytes_per_class / class_bytes(index), 2,
                                 thread_blocks_small);
}

void release_list(FreeList& list, std::size_t bytes) noexcept {
  while (list.count > 0) {
    FreeBlock* block = list.pop();
    unpoison(block, bytes);
    std::free(block);
  }
}

void* system_block(std::size_t bytes) {
  const std::size_t rounded =
      (bytes + detail::block_alignment - 1) / detail::block_alignment * detail::block_alignment;
  void* block =
      std::aligned_alloc(detail::block_alignment, std::max(rounded, detail::block_alignment));
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void* refill(ThreadLists& mine, std::size_t index) {
  if (!mine.guarded && !mine.closed) guard_thread(mine);
  SharedLists& shared = shared_lists();
  {
    const std::scoped_lock lock(shared.mutex);
    FreeList& list = shared.lists[index];
    if (list.count > 0) {
      FreeBlock* block = list.pop();
      const std::size_t more = mine.closed ? 0 : std::min(shared_batch, thread_limit(index) / 2);
      for (std::size_t i = 0; i < more && list.count > 0; ++i) mine.lists[index].push(list.pop());
      return block;
    }
  }
  return system_block(class_bytes(index));
}

}  // namespace

namespace detail {

void* pool_allocate(std::size_t bytes) {
  const std::size_t index = size_class(bytes);
  if (index >= class_count) {
    void* block = system_block(bytes);
    note_in_use(static_cast<std::ptrdiff_t>(bytes), 1);
    return block;
  }
  ThreadLists& mine = thread_lists;
  FreeList& list = mine.lists[index];
  void* block = list.count > 0 ? list.pop() : refill(mine, index);
  const std::size_t size = class_bytes(index);
  unpoison(block, size);
  mine.in_use += static_cast<std::ptrdiff_t>(size);
  mine.high = std::max(mine.high, mine.in_use);
  ++mine.allocations;
  if (mine.in_use > publish_threshold) publish_counters(mine);
  return block;
}

void pool_deallocate(void* block, std::size_t bytes) noexcept {
  if (block == nullptr) return;
  const std::size_t index = size_class(bytes);
  if (index >= class_count) {
    note_in_use(-static_cast<std::ptrdiff_t>(bytes), 0);
    std::free(block);
    return;
  }
  ThreadLists& mine = thread_lists;
  const std::size_t size = class_bytes(index);
  FreeList& list = mine.lists[index];
  list.push(static_cast<FreeBlock*>(block));
  poison_cached(static_cast<FreeBlock*>(block), size);
  mine.in_use -= static_cast<std::ptrdiff_t>(size);
  if (mine.in_use < -publish_threshold) publish_counters(mine);
  if (!mine.guarded) {
    if (mine.closed) return give_to_shared(list, index, list.count);
    guard_thread(mine);
  }
  if (list.count > thread_limit(index)) give_to_shared(list, index, (list.count + 1) / 2);
}

}  // namespace detail

MemoryStats memory_stats() {
  ThreadLists& mine = thread_lists;
  publish_counters(mine);
  MemoryStats stats;
  stats.current = current_bytes.load(std::memory_order_relaxed);
  stats.peak = peak_bytes.load(std::memory_order_relaxed);
  stats.allocations = allocation_count.load(std::memory_order_relaxed);
  SharedLists& shared = shared_lists();
  const std::scoped_lock lock(shared.mutex);
  for (std::size_t i = 0; i < class_count; ++i)
    stats.cached += (mine.lists[i].count + shared.lists[i].count) * class_bytes(i);
  return stats;
}

void reset_peak_memory() {
  publish_counters(thread_lists);
  peak_bytes.store(current_bytes.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void empty_cache() {
  SharedLists& shared = shared_lists();
  const std::scoped_lock lock(shared.mutex);
  for (std::size_t i = 0; i < class_count; ++i) {
    release_list(thread_lists.lists[i], class_bytes(i));
    release_list(shared.lists[i], class_bytes(i));
  }
}

}  // namespace xg
