// Makes an operation and its CPU kernel known to TensorFlow.
#pragma once

#include <exception>
#include <vector>

#include "kernel-call.h"

namespace lpt {

/** In the words of an op definition: `x: float`, `heads: int`. */
struct Operation {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;
};

using Compute = void (*)(void* attributes, TF_OpKernelContext* context);

/** For a static initialiser: the library then knows the operation as soon as it is loaded. */
bool registerKernel(const Operation& operation, Compute compute);

/** No exception may cross into TensorFlow. */
template <void (*kernel)(KernelCall&)>
void guarded(void* attributes, TF_OpKernelContext* context) {
  KernelCall call(context, *static_cast<const Attributes*>(attributes));
  try {
    kernel(call);
  } catch (const std::exception& error) {
    call.fail(error.what());
  }
}

}  // namespace lpt
