#pragma once

// The elementwise tables of every instruction set that this machine has, so that one run tests them
// all.

#include <vector>

#include "xgrad/core/kernels/elementwise_table.hpp"
#include "xgrad/core/kernels/isa.hpp"

namespace test {

template <class T>
struct NamedTable {
  const char* isa;
  const xg::kernels::ElementwiseTable<T>* table;
};

template <class T>
std::vector<NamedTable<T>> kernel_tables() {
  using namespace xg::kernels;
  std::vector<NamedTable<T>> tables = {{name(Isa::baseline), &baseline::elementwise_table<T>()}};
#if defined(__x86_64__)
  if (isa() >= Isa::avx2) tables.push_back({name(Isa::avx2), &avx2::elementwise_table<T>()});
  if (isa() >= Isa::avx512) tables.push_back({name(Isa::avx512), &avx512::elementwise_table<T>()});
#endif
  return tables;
}

}  // namespace test
