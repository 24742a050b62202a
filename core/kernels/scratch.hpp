#pragma once
#include <cstddef>

#include <xgrad/core/allocator.hpp>

namespace xg::kernels {

/// Memory for the time of a call, from the pool, aligned to 64 bytes, uninitialised.
template <class T>
class Scratch {
 public:
  explicit Scratch(std::size_t n) : size_(n), data_(PoolAllocator<T>().allocate(n)) {}
  ~Scratch() { PoolAllocator<T>().deallocate(data_, size_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  T* data() const { return data_; }
  T& operator[](std::size_t i) const { return data_[i]; }

 private:
  std::size_t size_;
  T* data_;
};

}  // namespace xg::kernels
