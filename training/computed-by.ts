// What computes in this process, as provenance and the names of kept hidden states have it.
import { hardwareName, operationThreads, productPrecision } from '../runtime/hardware.ts';
import type { LoadedTensorflow } from '../runtime/tensorflow.ts';
import type { TrainerProvenance } from '../sweep/provenance.ts';

export function computedBy({ backend, device, version }: LoadedTensorflow): TrainerProvenance {
  const computes = { hardware: hardwareName(device), threads: operationThreads(backend) };
  return { backend, tensorflow: version, device, ...computes, precision: productPrecision(device) };
}
