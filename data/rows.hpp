#pragma once

#include <cstring>

#include <xgrad/core/array.hpp>

namespace xg::data::detail {

/// result[i] = from[rows[i]] along the first axis; rows are inside [0, from.shape[0]).
template <class Any>
Any gather_rows(const Any& from, const std::int64_t* rows, std::size_t count) {
  Shape shape(from.shape());
  const std::size_t length = from.size() == 0 ? 0 : from.size() / shape[0];
  shape[0] = count;
  Any result(shape);
  if (length == 0) return result;
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(result.data() + i * length,
                from.data() + static_cast<std::size_t>(rows[i]) * length,
                length * sizeof(*from.data()));
  }
  return result;
}

}  // namespace xg::data::detail
