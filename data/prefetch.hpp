#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace xg::data::detail {

/// Runs make(slot, item) for items 0 .. items-1 in order, on a thread of its own, at most `slots`
/// items ahead of whoever takes them: item i goes into slot i % slots. With no slots ahead it runs
/// on the caller's thread, when the item is asked for.
///
/// The destructor ends the thread after the item that it is making.
class Prefetch {
 public:
  using Make = std::function<void(std::size_t slot, std::size_t item)>;

  /// @param ahead  items prepared in advance; 0: no thread, one slot.
  Prefetch(std::size_t items, std::size_t ahead, Make make);
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// Calls take(slot) for the next item, once it is there; its slot is then free again. False after
  /// the last. Throws what make threw; that ends the sequence.
  bool next(const std::function<void(std::size_t slot)>& take);

 private:
  struct Worker;
  std::size_t items_;
  std::size_t taken_ = 0;
  Make make_;
  std::unique_ptr<Worker> worker_;  // null without a thread
};

}  // namespace xg::data::detail
