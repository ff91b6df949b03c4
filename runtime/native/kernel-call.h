// One call of a kernel: its inputs, outputs and attributes, with every shape checked before a number is read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tensorflow/c/kernels.h"

namespace lpt {

using Shape = std::vector<int64_t>;

/** What an operation may be told beside its inputs; one that does not declare it leaves it at 0. */
struct Attributes {
  int64_t batch = 0;
  int64_t heads = 0;
  int64_t causal = 0;
  float scale = 0;
  float epsilon = 0;
};

class KernelCall {
 public:
  KernelCall(TF_OpKernelContext* context, const Attributes& attributes);
  ~KernelCall();
  KernelCall(const KernelCall&) = delete;
  KernelCall& operator=(const KernelCall&) = delete;

  const Attributes attributes;
  int inputs() const { return TF_NumInputs(context_); }

  /** Of an input. */
  Shape shape(int index);
  /** Of an input that must have so many axes; throws where it has others. */
  Shape shape(int index, size_t rank);
  const float* input(int index, const Shape& expected);
  const int32_t* integers(int index, const Shape& expected);
  float* output(int index, const Shape& shape);
  void fail(const std::string& message);

 private:
  TF_Tensor* tensor(int index);
  const void* data(int index, TF_DataType type, const Shape& expected);
  void check();

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_, outputs_;
};

int64_t sizeOf(const Shape& shape);

}  // namespace lpt
