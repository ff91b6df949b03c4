// Registration of operations and kernels through TensorFlow's C API.
#include "registration.h"

#include <cstdio>

#include "tensorflow/c/ops.h"

namespace lpt {
namespace {

void* readAttributes(TF_OpKernelConstruction* construction) {
  auto* const read = new Attributes;
  TF_Status* const missing = TF_NewStatus();  // an attribute that the operation does not have
  TF_OpKernelConstruction_GetAttrInt64(construction, "batch", &read->batch, missing);
  TF_OpKernelConstruction_GetAttrInt64(construction, "heads", &read->heads, missing);
  TF_OpKernelConstruction_GetAttrInt64(construction, "causal", &read->causal, missing);
  TF_OpKernelConstruction_GetAttrFloat(construction, "scale", &read->scale, missing);
  TF_OpKernelConstruction_GetAttrFloat(construction, "epsilon", &read->epsilon, missing);
  TF_DeleteStatus(missing);
  return read;
}

void freeAttributes(void* attributes) { delete static_cast<Attributes*>(attributes); }

TF_OpDefinitionBuilder* definitionOf(const Operation& operation) {
  TF_OpDefinitionBuilder* const builder = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(builder, attribute);
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(builder, input);
  for (const char* output : operation.outputs) TF_OpDefinitionBuilderAddOutput(builder, output);
  return builder;
}

}  // namespace

bool registerKernel(const Operation& operation, Compute compute) {
  TF_Status* const status = TF_NewStatus();
  TF_RegisterOpDefinition(definitionOf(operation), status);
  if (TF_GetCode(status) == TF_OK) {
    TF_KernelBuilder* const kernel =
        TF_NewKernelBuilder(operation.name, "CPU", readAttributes, compute, freeAttributes);
    TF_RegisterKernelBuilder(operation.name, kernel, status);
  }
  const bool registered = TF_GetCode(status) == TF_OK;
  // Not fatal: without its kernel the plain operations do the work.
  if (!registered) std::fprintf(stderr, "%s could not be registered: %s\n", operation.name, TF_Message(status));
  TF_DeleteStatus(status);
  return registered;
}

}  // namespace lpt
