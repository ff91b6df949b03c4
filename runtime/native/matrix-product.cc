// The matrix product as an operation of TensorFlow, where the processor has a tile unit. Elsewhere the operation does not
// exist, and TensorFlow's own product does the work.
#include "matrix-product.h"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "registration.h"

namespace lpt {
namespace {

void product(KernelCall& call, bool transposed) {
  const Shape a = call.shape(0, 2), b = call.shape(1, 2);
  const int64_t m = a[0], k = a[1], n = b[transposed ? 0 : 1];
  const Shape expected = transposed ? Shape{n, k} : Shape{k, n};
  const float *const left = call.input(0, a), *const right = call.input(1, expected);
  float* const c = call.output(0, {m, n});
  if (k == 0) std::fill_n(c, m * n, 0.0f);
  else multiplyByTiles({left, right, c, m, n, k, transposed});
}

void straight(KernelCall& call) { product(call, false); }

void transposed(KernelCall& call) { product(call, true); }

const bool registered[] = {
    !hasTileUnit() || registerKernel({"LptProduct", {"a: float", "b: float"}, {"c: float"}, {}}, guarded<straight>),
    !hasTileUnit() ||
        registerKernel({"LptTransposedProduct", {"a: float", "b: float"}, {"c: float"}, {}}, guarded<transposed>),
};

}  // namespace
}  // namespace lpt
