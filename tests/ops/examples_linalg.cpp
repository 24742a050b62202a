// Examples of products and linear algebra. Values: PyTorch 2.15 in double; signs as the headers
// say.
#include <xgrad/xgrad.hpp>

#include "ops/example.hpp"

XG_EXAMPLE(linear, {{2, 2}, {21, 37, 7, 15}}) {
  const xg::Variable<double> x(xg::Array<double>{{1, 2}, {-1, 0}});
  const xg::Variable<double> weight(xg::Array<double>{{3, 4}, {5, 6}});
  const xg::Variable<double> bias(xg::Array<double>{10, 20});
  return linear(x, weight, bias);
}

XG_EXAMPLE(matmul, {{2, 2}, {19, 22, 43, 50}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{{5, 6}, {7, 8}});
  return matmul(a, b);
}

XG_EXAMPLE(matmul, {{2}, {17, 39}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Array<double> v{5, 6};  // a plain array: no gradient
  return matmul(a, v);
}

XG_EXAMPLE(addmm, {{2, 2}, {-35, -38, -83, -94}}) {
  const xg::Variable<double> c(xg::Array<double>{1, 2});
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{{5, 6}, {7, 8}});
  return addmm(c, a, b, {.beta = 3, .alpha = -2});
}

XG_EXAMPLE(einsum, {{2, 2}, {17, 23, 39, 53}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{{5, 6}, {7, 8}});
  return xg::einsum("ij,kj->ik", xg::Variables<double>{a, b});
}

XG_EXAMPLE(einsum, {{2}, {1, 4}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  return xg::einsum("ii->i", a);  // the diagonal
}

XG_EXAMPLE(einsum, {{}, {-22}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Array<double> u{1, -1}, v{5, 6};
  return xg::einsum("i,ij,j", u, a, v);
}

XG_EXAMPLE(solve, {{2}, {0.09999999999999998, 0.6000000000000001}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 1}, {2, 3}});
  const xg::Variable<double> b(xg::Array<double>{1, 2});
  return solve(a, b);  // a x = b
}

XG_EXAMPLE(solve, {{2, 2}, {0.09999999999999998, -0.5, 0.6000000000000001, 2}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 1}, {2, 3}});
  const xg::Array<double> b{{1, 0}, {2, 5}};  // two right sides, without gradient
  return solve(a, b);
}

XG_EXAMPLE(inverse, {{2, 2}, {0.3, -0.1, -0.2, 0.4}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 1}, {2, 3}});
  return inverse(a);
}

XG_EXAMPLE(triangular_solve, {{2, 2}, {0.25, 0.5, 0.8333333333333333, -0.6666666666666666}}) {
  const xg::Variable<double> l(xg::Array<double>{{4, 0}, {2, 3}});
  const xg::Variable<double> b(xg::Array<double>{{1, 2}, {3, -1}});
  return triangular_solve(l, b);
}

XG_EXAMPLE(cholesky_solve, {{2, 2}, {-0.0625, 0.75, 0.625, -0.5}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 2}, {2, 5}});
  const xg::Variable<double> b(xg::Array<double>{{1, 2}, {3, -1}});
  return cholesky_solve(b, cholesky(a));  // a x = b
}

XG_EXAMPLE(det, {{}, {10}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 1}, {2, 3}});
  return det(a);
}

XG_EXAMPLE(slogdet, {{}, {-1}}, {{}, {1.6094379124341003}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 4}, {2, 3}});
  const auto [sign, logabsdet] = slogdet(a);
  return {sign, logabsdet};
}

XG_EXAMPLE(cholesky, {{2, 2}, {2, 0, 1, 2}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 2}, {2, 5}});
  return cholesky(a);
}

XG_EXAMPLE(qr, {{2, 2}, {0.6000000000000001, -0.8, 0.8, 0.6}},
           {{2, 2}, {5, 2.2, 0, 0.3999999999999999}}) {
  const xg::Variable<double> a(xg::Array<double>{{3, 1}, {4, 2}});
  const auto [q, r] = qr(a);
  return {q, r};
}

XG_EXAMPLE(eigh, {{2}, {1, 6}},
           {{2, 2},
            {0.8944271909999159, 0.4472135954999579, -0.4472135954999579, 0.8944271909999159}}) {
  const xg::Variable<double> a(xg::Array<double>{{2, 2}, {2, 5}});
  const auto [values, vectors] = eigh(a);  // the columns of vectors
  return {values, vectors};
}

XG_EXAMPLE(eigvalsh, {{2}, {1, 6}}) {
  const xg::Variable<double> a(xg::Array<double>{{2, 2}, {2, 5}});
  return eigvalsh(a);
}

XG_EXAMPLE(svd,
           {{3, 2},
            {0.4536377177075779, 0.2548030737071469, -0.15682681401316909, 0.9661254314216235,
             0.8772788447691756, 0.04095173243920945}},
           {{2}, {4.592627998451134, 3.187125361174664}},
           {{2, 2},
            {0.09184212137253632, 0.9957735810623779, 0.9957735810623779, -0.09184212137253632}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, -1}, {0.5, 4}});
  const auto [u, s, vh] = svd(a);
  return {u, s, vh};
}

XG_EXAMPLE(svdvals, {{2}, {4.592627998451133, 3.187125361174665}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, -1}, {0.5, 4}});
  return svdvals(a);
}

XG_EXAMPLE(trace, {{}, {7}}) {
  const xg::Variable<double> a(xg::Array<double>{{4, 1}, {2, 3}});
  return trace(a);
}

XG_EXAMPLE(matrix_power, {{2, 2}, {1, 7, 0, 8}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 1}, {0, 2}});
  return matrix_power(a, 3);
}

XG_EXAMPLE(matrix_exp,
           {{2, 2},
            {2.5633012188893862, 0.588846080070103, -1.177692160140206, 1.974455138819283}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 0.25}, {-0.5, 0.75}});
  return matrix_exp(a);
}

XG_EXAMPLE(pinv, {{2, 3},
                  {0.088681446907818, 0.29871645274212383, 0.03033838973162197, 0.09101516919486584,
                   -0.061843640606767766, 0.18903150525087517}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, -1}, {0.5, 4}});
  return pinv(a);
}

XG_EXAMPLE(lstsq, {{2}, {1.1666666666666663, 1.5}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 0}, {1, 1}, {1, 2}});
  const xg::Variable<double> b(xg::Array<double>{1, 3, 4});
  return lstsq(a, b);  // the line nearest to the points (0, 1), (1, 3), (2, 4)
}

XG_EXAMPLE(lstsq, {{2}, {1.1666666666666663, 1.5}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 0}, {1, 1}, {1, 2}});
  const xg::Array<double> b{1, 3, 4};
  return lstsq(a, b);
}

XG_EXAMPLE(matrix_norm, {{}, {7.779753359625797}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, -1}, {0.5, 4}});
  return matrix_norm(a, "nuc");
}

XG_EXAMPLE(tensordot, {{2, 2}, {17, 23, 39, 53}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{{5, 6}, {7, 8}});
  return tensordot(a, b, {1}, {1});
}

XG_EXAMPLE(tensordot, {{}, {70}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Variable<double> b(xg::Array<double>{{5, 6}, {7, 8}});
  return tensordot(a, b);  // all axes
}

XG_EXAMPLE(tensordot, {{2, 2}, {19, 22, 43, 50}}) {
  const xg::Variable<double> a(xg::Array<double>{{1, 2}, {3, 4}});
  const xg::Array<double> b{{5, 6}, {7, 8}};  // a plain array: no gradient
  return tensordot(a, b, 1);
}
