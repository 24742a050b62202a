#pragma once

// The elementary functions in 50-digit arithmetic (MPFR).

#include <mpfr.h>

#include <vector>

#include "xgrad/core/kernels/elementwise.hpp"

namespace accuracy {

/// A number of 170 bits (51 digits).
class Exact {
 public:
  Exact() { mpfr_init2(value_, 170); }
  explicit Exact(double x) : Exact() { mpfr_set_d(value_, x, MPFR_RNDN); }
  ~Exact() { mpfr_clear(value_); }
  Exact(const Exact&) = delete;
  Exact& operator=(const Exact&) = delete;
  mpfr_ptr get() { return value_; }
  mpfr_srcptr get() const { return value_; }

 private:
  mpfr_t value_;
};

struct UnaryRow {
  const char* name;
  xg::kernels::Unary op;
  void (*exact)(Exact& y, const Exact& x);
  double limit;  ///< what the check allows, in units in the last place
};

struct BinaryRow {
  const char* name;
  xg::kernels::Binary op;
  void (*exact)(Exact& y, const Exact& a, const Exact& b);
  double limit;
};

const std::vector<UnaryRow>& unary_rows();
const std::vector<BinaryRow>& binary_rows();

}  // namespace accuracy
