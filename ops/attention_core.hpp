#pragma once

// Internal: what both kinds of attention do.

#include <vector>

#include "xgrad/autograd/variable.hpp"

namespace xg {
namespace detail {

struct AttentionCore {
  double scale = 1;
  double dropout = 0;
  std::vector<Array<bool>> forbidden = {};  // each broadcasts to [..., L, S]
};

/// {softmax(scale q k^T + added) v, the weights}; added may be undefined. The shapes must fit.
template <class T>
Variables<T> attend(const Variable<T>& q, const Variable<T>& k, const Variable<T>& v,
                    const Variable<T>& added, const AttentionCore& core);

/// [L, S]: whether key j comes after query i.
Array<bool> later_keys(std::size_t queries, std::size_t keys);

}  // namespace detail
}  // namespace xg
