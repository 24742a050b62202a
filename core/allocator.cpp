#include "xgrad/core/allocator.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>

#ifdef XGRAD_ASAN
#include <sanitizer/asan_interface.h>
#endif

namespace xg {
namespace detail {

thread_local constinit ThreadLists thread_lists{};

}  // namespace detail

namespace {

using detail::class_count, detail::FreeBlock, detail::ThreadLists, detail::thread_lists;
using List = ThreadLists::List;

// What one thread may keep of a class; the rest goes to the shared list, so that a loader thread
// whose batches die on another thread neither grows nor starves.
constexpr std::size_t thread_bytes_per_class = std::size_t{1} << 20;
constexpr std::size_t thread_blocks_small = 4096;
constexpr std::size_t shared_batch = 32;
// A thread adds its counters to the global ones when they have moved by this much.
constexpr std::ptrdiff_t publish_threshold = std::ptrdiff_t{1} << 20;

/// Bytes of a block of each class, and how many of them a thread keeps.
struct ClassTable {
  std::array<std::size_t, class_count> bytes{};
  std::array<std::uint32_t, class_count> limit{};
};
constexpr ClassTable make_class_table() {
  using detail::small_classes;
  ClassTable table;
  for (std::size_t i = 0; i < class_count; ++i) {
    const std::size_t step = i < small_classes ? 0 : (i - small_classes) % 4 + 1;
    const std::size_t power = i < small_classes ? 10 : 10 + (i - small_classes) / 4;
    table.bytes[i] = i < small_classes ? detail::small_class_bytes(i)
                                       : (std::size_t{1} << power) + (step << (power - 2));
    table.limit[i] = static_cast<std::uint32_t>(
        std::clamp<std::size_t>(thread_bytes_per_class / table.bytes[i], 2, thread_blocks_small));
  }
  return table;
}
constexpr ClassTable classes = make_class_table();

#ifdef XGRAD_ASAN
void poison(void* block, std::size_t bytes) { __asan_poison_memory_region(block, bytes); }
void unpoison(void* block, std::size_t bytes) { __asan_unpoison_memory_region(block, bytes); }
#else
void poison(void*, std::size_t) {}
void unpoison(void*, std::size_t) {}
#endif

void push(FreeBlock*& head, FreeBlock* block) noexcept {
  block->next = head;
  head = block;
}
FreeBlock* pop(FreeBlock*& head) noexcept {
  FreeBlock* block = head;
  head = block->next;
  return block;
}

// Never destroyed: threads that end during static destruction still give their blocks back here.
struct SharedLists {
  std::mutex mutex;
  std::array<FreeBlock*, class_count> heads{};
  std::array<std::size_t, class_count> counts{};
};
SharedLists& shared_lists() {
  static auto* lists = new SharedLists;
  return *lists;
}

std::atomic<std::size_t> current_bytes{0};
std::atomic<std::size_t> peak_bytes{0};
std::atomic<std::size_t> allocation_count{0};

/// To the highest point since the last time, then down to the present.
void publish_counters(ThreadLists& mine) noexcept {
  const auto relaxed = std::memory_order_relaxed;
  const auto high = static_cast<std::size_t>(mine.high),
             in_use = static_cast<std::size_t>(mine.in_use);
  const std::size_t top = current_bytes.fetch_add(high, relaxed) + high;
  std::size_t peak = peak_bytes.load(relaxed);
  while (static_cast<std::ptrdiff_t>(top - peak) > 0 &&
         !peak_bytes.compare_exchange_weak(peak, top, relaxed)) {
  }
  current_bytes.fetch_add(in_use - high, relaxed);
  allocation_count.fetch_add(mine.allocations, relaxed);
  mine.in_use = mine.high = 0;
  mine.allocations = 0;
}

void note(ThreadLists& mine, std::ptrdiff_t bytes) noexcept {
  mine.in_use += bytes;
  mine.high = std::max(mine.high, mine.in_use);
  mine.allocations += bytes > 0 ? 1 : 0;
  if (mine.in_use > publish_threshold || mine.in_use < -publish_threshold) publish_counters(mine);
}

std::uint32_t kept(const ThreadLists& mine, std::size_t index) noexcept {
  return mine.open ? classes.limit[index] - mine.lists[index].room : 0;
}

void give_to_shared(ThreadLists& mine, std::size_t index, std::uint32_t count) noexcept {
  SharedLists& shared = shared_lists();
  const std::scoped_lock lock(shared.mutex);
  for (; count > 0; --count, ++shared.counts[index], ++mine.lists[index].room)
    push(shared.heads[index], pop(mine.lists[index].head));
}

struct ThreadGuard {
  ~ThreadGuard() {
    ThreadLists& mine = thread_lists;
    for (std::size_t i = 0; i < class_count; ++i) {
      give_to_shared(mine, i, kept(mine, i));
      mine.lists[i].room = 0;
    }
    mine.open = false;
    mine.closed = true;
    publish_counters(mine);
  }
};

/// Opens the lists of this thread, unless it is ending.
bool open_lists(ThreadLists& mine) {
  if (mine.closed) return false;
  if (mine.open) return true;
  thread_local ThreadGuard guard;
  static_cast<void>(guard);
  for (std::size_t i = 0; i < class_count; ++i) mine.lists[i].room = classes.limit[i];
  return mine.open = true;
}

void* system_block(std::size_t bytes) {
  const std::size_t alignment = detail::block_alignment;
  const std::size_t rounded = (std::max(bytes, alignment) + alignment - 1) / alignment * alignment;
  void* block = std::aligned_alloc(alignment, rounded);
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

FreeBlock* take_from_shared(ThreadLists& mine, std::size_t index, bool keep) {
  SharedLists& shared = shared_lists();
  const std::scoped_lock lock(shared.mutex);
  if (shared.counts[index] == 0) return nullptr;
  FreeBlock* block = pop(shared.heads[index]);
  --shared.counts[index];
  std::size_t more = keep ? std::min<std::size_t>(shared_batch, classes.limit[index] / 2) : 0;
  for (; more > 0 && shared.counts[index] > 0;
       --more, --shared.counts[index], --mine.lists[index].room)
    push(mine.lists[index].head, pop(shared.heads[index]));
  return block;
}

void release(FreeBlock*& head, std::size_t bytes) noexcept {
  while (head != nullptr) {
    FreeBlock* block = pop(head);
    unpoison(block, bytes);
    std::free(block);
  }
}

}  // namespace

namespace detail {

void* slow_allocate(std::size_t bytes) {
  const std::size_t index = size_class(bytes);
  ThreadLists& mine = thread_lists;
  if (index >= class_count) {
    void* block = system_block(bytes);
    note(mine, static_cast<std::ptrdiff_t>(bytes));
    return block;
  }
  const bool keep = open_lists(mine);
  List& list = mine.lists[index];
  FreeBlock* block = nullptr;
  if (list.head != nullptr) {
    block = pop(list.head);
    ++list.room;
  } else {
    block = take_from_shared(mine, index, keep);
  }
  if (block == nullptr) block = static_cast<FreeBlock*>(system_block(classes.bytes[index]));
  unpoison(block, classes.bytes[index]);
  note(mine, static_cast<std::ptrdiff_t>(classes.bytes[index]));
  return block;
}

void slow_deallocate(void* freed, std::size_t bytes) noexcept {
  if (freed == nullptr) return;
  const std::size_t index = size_class(bytes);
  ThreadLists& mine = thread_lists;
  if (index >= class_count) {
    note(mine, -static_cast<std::ptrdiff_t>(bytes));
    return std::free(freed);
  }
  const std::size_t size = classes.bytes[index];
  note(mine, -static_cast<std::ptrdiff_t>(size));
  auto* const block = static_cast<FreeBlock*>(freed);
  // The link of a cached block lies in its first bytes, which therefore stay readable.
  poison(static_cast<char*>(freed) + sizeof(FreeBlock), size - sizeof(FreeBlock));
  if (!open_lists(mine)) {
    SharedLists& shared = shared_lists();
    const std::scoped_lock lock(shared.mutex);
    push(shared.heads[index], block);
    ++shared.counts[index];
    return;
  }
  List& list = mine.lists[index];
  if (list.room == 0) give_to_shared(mine, index, (classes.limit[index] + 1) / 2);
  push(list.head, block);
  --list.room;
}

}  // namespace detail

void detail::publish_memory_counters() noexcept { publish_counters(thread_lists); }

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
    stats.cached += (kept(mine, i) + shared.counts[i]) * classes.bytes[i];
  return stats;
}

void reset_peak_memory() {
  publish_counters(thread_lists);
  peak_bytes.store(current_bytes.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

void empty_cache() {
  ThreadLists& mine = thread_lists;
  SharedLists& shared = shared_lists();
  const std::scoped_lock lock(shared.mutex);
  for (std::size_t i = 0; i < class_count; ++i) {
    if (mine.open) mine.lists[i].room = classes.limit[i];
    release(mine.lists[i].head, classes.bytes[i]);
    release(shared.heads[i], classes.bytes[i]);
    shared.counts[i] = 0;
  }
}

}  // namespace xg
