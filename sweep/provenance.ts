// Pure: where a trial's numbers come from: the program, what it stands on, the machine, and what went in.
import { z } from 'zod';
import { fingerprintTemplate } from './trial-key.ts';
import type { Trial } from './trial.ts';

/** Null where the program does not run from a git checkout of its own. */
const commit = z.object({
  id: z.string(),
  /** Whether a tracked file differed from the commit. */
  dirty: z.boolean(),
});

export const programSchema = z.object({
  version: z.string(),
  commit: commit.nullable(),
  node: z.string(),
  /** Name → installed version, of those that take part in the numbers or in keeping them. */
  packages: z.record(z.string(), z.string()),
});

export const trainerSchema = z.object({
  /** `tensorflow` is the native library, `wasm` its slower stand-in. */
  backend: z.string(),
  /** Of the native library, or of the WebAssembly backend. */
  tensorflow: z.string(),
  device: z.string(),
  /** The processor's or the graphics card's model. */
  hardware: z.string(),
  /** CPU threads of one operation. */
  threads: z.int(),
  /** Of matrix products; absent in what is of a time when it was not kept. */
  precision: z.enum(['float32', 'tf32']).optional(),
});

export const provenanceSchema = z.object({
  program: programSchema,
  trainer: trainerSchema,
  /** sha256 of the weights, of the data with its columns, and of template and label words. */
  fingerprints: z.object({ backbone: z.string(), data: z.string(), template: z.string() }),
});

/** Found out once by each process that writes it. */
export type ProgramProvenance = z.infer<typeof programSchema>;
/** Told by the trainer: only where TensorFlow is loaded can it be asked. */
export type TrainerProvenance = Required<z.infer<typeof trainerSchema>>;
export type Provenance = z.infer<typeof provenanceSchema>;

export interface ProvenanceParts {
  trial: Trial;
  program: ProgramProvenance;
  trainer: TrainerProvenance;
}

export function provenanceOf({ trial: { backbone, task }, program, trainer }: ProvenanceParts): Provenance {
  return {
    program,
    trainer,
    fingerprints: {
      backbone: backbone.fingerprint,
      data: task.data.fingerprint,
      template: fingerprintTemplate(task),
    },
  };
}
