// A program and a trainer that say where their numbers come from.
import type { ProgramProvenance, TrainerProvenance } from '../../sweep/provenance.ts';

export const PROGRAM: ProgramProvenance = {
  version: '1.2.3',
  commit: { id: 'c0ffee', dirty: false },
  node: '20.19.0',
  packages: { 'drizzle-orm': '0.45.4' },
};

export const TRAINER: TrainerProvenance = {
  backend: 'tensorflow',
  tensorflow: '2.21.0',
  device: 'cpu',
  hardware: 'a processor',
  threads: 2,
  precision: 'float32',
};
