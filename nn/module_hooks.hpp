#pragma once

// Internal: the hooks of a module.

#include <cstdint>
#include <utility>
#include <vector>

#include "xgrad/nn/module.hpp"

namespace xg::nn::detail {

template <class F>
using HookList = std::vector<std::pair<std::uint64_t, F>>;

template <class T>
struct Hooks {
  HookList<ForwardPreHook<T>> before;
  HookList<ForwardHook<T>> after;
  HookList<BackwardHook<T>> backward;
  std::uint64_t next_id = 0;
};

}  // namespace xg::nn::detail
