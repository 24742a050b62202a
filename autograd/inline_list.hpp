#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace xg::detail {

/// A list whose first N elements lie in its owner: most nodes have one output and two inputs, and
/// an allocation for each list would cost more than the operation.
template <class X, std::size_t N>
class InlineList {
 public:
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  X& operator[](std::size_t i) noexcept { return i < N ? first_[i] : (*rest_)[i - N]; }
  const X& operator[](std::size_t i) const noexcept { return i < N ? first_[i] : (*rest_)[i - N]; }

  X& emplace_back() {
    if (size_ < N) [[likely]]
      return first_[size_++];
    return emplace_in_rest();
  }
  void clear() noexcept {
    for (std::size_t i = 0; i < size_ && i < N; ++i) first_[i] = X();
    rest_.reset();
    size_ = 0;
  }

 private:
  [[gnu::noinline]] X& emplace_in_rest() {
    if (!rest_) rest_ = std::make_unique<std::vector<X>>();
    ++size_;
    return rest_->emplace_back();
  }

  std::array<X, N> first_{};
  std::unique_ptr<std::vector<X>> rest_;
  std::size_t size_ = 0;
};

}  // namespace xg::detail
