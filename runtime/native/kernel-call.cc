// TensorFlow's C API for kernels, with errors as exceptions: they stay inside this library.
#include "kernel-call.h"

#include <stdexcept>

namespace lpt {
namespace {

std::string inWords(const Shape& shape) {
  std::string words = "[";
  for (const int64_t size : shape) words += (words.size() > 1 ? ", " : "") + std::to_string(size);
  return words + "]";
}

Shape shapeOf(const TF_Tensor* tensor) {
  Shape shape(TF_NumDims(tensor));
  for (size_t axis = 0; axis < shape.size(); axis += 1) shape[axis] = TF_Dim(tensor, static_cast<int>(axis));
  return shape;
}

}  // namespace

KernelCall::KernelCall(TF_OpKernelContext* context, const Attributes& given)
    : attributes(given), context_(context), status_(TF_NewStatus()), inputs_(TF_NumInputs(context)) {}

KernelCall::~KernelCall() {
  for (TF_Tensor* one : inputs_) if (one != nullptr) TF_DeleteTensor(one);
  for (TF_Tensor* one : outputs_) TF_DeleteTensor(one);
  TF_DeleteStatus(status_);
}

Shape KernelCall::shape(int index) { return shapeOf(tensor(index)); }

Shape KernelCall::shape(int index, size_t rank) {
  const Shape found = shape(index);
  if (found.size() == rank) return found;
  throw std::invalid_argument("Expected input " + std::to_string(index) + " to have " + std::to_string(rank) +
                              " axes, found the shape " + inWords(found) + ".");
}

const float* KernelCall::input(int index, const Shape& expected) {
  return static_cast<const float*>(data(index, TF_FLOAT, expected));
}

const int32_t* KernelCall::integers(int index, const Shape& expected) {
  return static_cast<const int32_t*>(data(index, TF_INT32, expected));
}

float* KernelCall::output(int index, const Shape& shape) {
  const size_t bytes = sizeOf(shape) * sizeof(float);
  const int rank = static_cast<int>(shape.size());
  TF_Tensor* const made = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(), rank, bytes, status_);
  check();
  outputs_.push_back(made);
  return static_cast<float*>(TF_TensorData(made));
}

void KernelCall::fail(const std::string& message) {
  TF_SetStatus(status_, TF_INVALID_ARGUMENT, message.c_str());
  TF_OpKernelContext_Failure(context_, status_);
}

TF_Tensor* KernelCall::tensor(int index) {
  TF_Tensor*& kept = inputs_.at(index);
  if (kept == nullptr) {
    TF_GetInput(context_, index, &kept, status_);
    check();
  }
  return kept;
}

const void* KernelCall::data(int index, TF_DataType type, const Shape& expected) {
  TF_Tensor* const found = tensor(index);
  const std::string subject = "Expected input " + std::to_string(index);
  if (TF_TensorType(found) != type) {
    throw std::invalid_argument(subject + " to hold " + (type == TF_FLOAT ? "32-bit floats" : "32-bit integers") + ".");
  }
  if (shapeOf(found) == expected) return TF_TensorData(found);
  throw std::invalid_argument(subject + " to have the shape " + inWords(expected) + ", found " + inWords(shapeOf(found)) +
                              ".");
}

void KernelCall::check() {
  if (TF_GetCode(status_) != TF_OK) throw std::runtime_error(TF_Message(status_));
}

int64_t sizeOf(const Shape& shape) {
  int64_t size = 1;
  for (const int64_t length : shape) size *= length;
  return size;
}

}  // namespace lpt
