// What computes our side, in a line of a report.
import type { TrainerProvenance } from '../../sweep/provenance.ts';

type Computing = Pick<TrainerProvenance, 'tensorflow' | 'backend' | 'device'>;

export function versionOf({ tensorflow, backend, device }: Computing): string {
  return `TensorFlow ${tensorflow} (${backend}, ${device})`;
}
