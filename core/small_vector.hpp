#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <type_traits>
#include <utility>

namespace xg {

/// A sequence of trivial values that lives inside its owner up to `inline_capacity` elements and on
/// the heap above. It holds the shapes and strides of Arrays, which are copied at every operation:
/// measured against xtensor's own svector it halves the cost of making a small Array. An Array
/// holds three of them and a Node one, so each further inline element adds 32 bytes to every
/// operation.
template <class T>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  static constexpr std::size_t inline_capacity = 4;
  using value_type = T;
  using size_type = std::size_t;
  using difference_type = std::ptrdiff_t;
  using reference = T&;
  using const_reference = const T&;
  using pointer = T*;
  using const_pointer = const T*;
  using iterator = T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<iterator>;
  using const_reverse_iterator = std::reverse_iterator<const_iterator>;
  using allocator_type = std::allocator<T>;

  SmallVector() noexcept = default;
  explicit SmallVector(size_type n) { resize_uninitialized(n); }  // zeros
  SmallVector(size_type n, const T& value) { assign(n, value); }
  SmallVector(std::initializer_list<T> values) { assign(values.begin(), values.end()); }
  template <std::input_iterator It>
  SmallVector(It first, It last) {
    assign(first, last);
  }
  /// From any other container of numbers (a std::vector, a std::array, an xtensor shape).
  template <class C>
  requires(!std::is_same_v<std::remove_cvref_t<C>, SmallVector> && requires(const C& c) {
    { *c.begin() } -> std::convertible_to<T>;
    c.end();
  }) SmallVector(const C& other) {  // NOLINT: shapes convert freely, as in xtensor
    assign(other.begin(), other.end());
  }
  SmallVector(const SmallVector& other) { copy(other); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) copy(other);
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) {
      if (on_heap()) delete[] data_;
      take(other);
    }
    return *this;
  }
  ~SmallVector() {
    if (on_heap()) delete[] data_;
  }

  void assign(size_type n, const T& value) {
    resize_uninitialized(n);
    if (n <= inline_capacity)  // of fixed length: no call of memset
      std::fill_n(data_, inline_capacity, value);
    else
      std::fill_n(data_, n, value);
  }
  template <std::input_iterator It>
  void assign(It first, It last) {
    resize_uninitialized(static_cast<size_type>(std::distance(first, last)));
    T* out = data();
    for (; first != last; ++first) *out++ = static_cast<T>(*first);
  }

  size_type size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  size_type max_size() const noexcept { return UINT32_MAX; }
  size_type capacity() const noexcept { return capacity_; }
  T* data() noexcept { return data_; }
  const T* data() const noexcept { return data_; }
  T& operator[](size_type i) noexcept { return data()[i]; }
  const T& operator[](size_type i) const noexcept { return data()[i]; }
  T& front() noexcept { return data()[0]; }
  const T& front() const noexcept { return data()[0]; }
  T& back() noexcept { return data()[size_ - 1]; }
  const T& back() const noexcept { return data()[size_ - 1]; }
  iterator begin() noexcept { return data(); }
  iterator end() noexcept { return data() + size_; }
  const_iterator begin() const noexcept { return data(); }
  const_iterator end() const noexcept { return data() + size_; }
  const_iterator cbegin() const noexcept { return begin(); }
  const_iterator cend() const noexcept { return end(); }
  reverse_iterator rbegin() noexcept { return reverse_iterator(end()); }
  reverse_iterator rend() noexcept { return reverse_iterator(begin()); }
  const_reverse_iterator rbegin() const noexcept { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const noexcept { return const_reverse_iterator(begin()); }
  const_reverse_iterator crbegin() const noexcept { return rbegin(); }
  const_reverse_iterator crend() const noexcept { return rend(); }

  void clear() noexcept { size_ = 0; }
  void reserve(size_type n) { grow(n); }
  void resize(size_type n, const T& value = T()) {
    if (n <= inline_capacity) {
      // All slots at once: a loop of unknown length would become a call of memset.
      for (size_type i = 0; i < inline_capacity; ++i) data_[i] = i < size_ ? data_[i] : value;
    } else {
      grow(n);
      if (n > size_) std::fill(data() + size_, data() + n, value);
    }
    size_ = static_cast<std::uint32_t>(n);
  }
  void push_back(T value) {
    if (size_ == capacity_) grow(2 * static_cast<size_type>(capacity_));
    data_[size_++] = value;
  }
  void pop_back() noexcept { --size_; }
  iterator insert(const_iterator at, T value) {
    const auto index = at - begin();
    push_back(value);
    std::rotate(begin() + index, end() - 1, end());
    return begin() + index;
  }
  iterator erase(const_iterator at) {
    const auto index = at - begin();
    std::copy(begin() + index + 1, end(), begin() + index);
    pop_back();
    return begin() + index;
  }
  void swap(SmallVector& other) noexcept { std::swap(*this, other); }

 private:
  bool on_heap() const noexcept { return data_ != inline_; }
  void grow(size_type n) {
    if (n > capacity_) [[unlikely]]
      move_to_heap(n);
  }
  [[gnu::noinline]] void move_to_heap(size_type n) {
    T* bigger = new T[n];
    std::fill(std::copy(begin(), end(), bigger), bigger + n, T());
    if (on_heap()) delete[] data_;
    data_ = bigger;
    capacity_ = static_cast<std::uint32_t>(n);
  }
  void resize_uninitialized(size_type n) {
    grow(n);
    size_ = static_cast<std::uint32_t>(n);
  }
  void copy(const SmallVector& other) {
    if (other.size_ > inline_capacity) [[unlikely]]
      return assign(other.begin(), other.end());
    std::memcpy(data_, other.data_, sizeof inline_);  // of fixed length: two vector moves
    size_ = other.size_;
  }
  void take(SmallVector& other) noexcept {
    const bool heap = other.on_heap();
    data_ = heap ? std::exchange(other.data_, other.inline_) : inline_;
    if (!heap) std::memcpy(inline_, other.inline_, sizeof inline_);
    capacity_ = std::exchange(other.capacity_, static_cast<std::uint32_t>(inline_capacity));
    size_ = std::exchange(other.size_, 0U);
  }

  T* data_ = inline_;  // never null: reading an element takes no decision
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = inline_capacity;
  T inline_[inline_capacity] = {};
};

template <class T, class U>
bool operator==(const SmallVector<T>& a, const SmallVector<U>& b) noexcept {
  if (a.size() != b.size()) return false;
  const T* x = a.data();
  const U* y = b.data();
  for (std::size_t i = 0; i < a.size(); ++i)
    if (x[i] != static_cast<T>(y[i])) return false;
  return true;
}
template <class T>
bool operator<(const SmallVector<T>& a, const SmallVector<T>& b) noexcept {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
}

}  // namespace xg
