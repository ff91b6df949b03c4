// Pure: what stands beside exported weights: everything that is needed to use them, and where they come from.
import { z } from 'zod';
import type { MethodSettings } from './methods/settings.ts';
import { provenanceSchema } from './provenance.ts';
import type { Regime } from './regime.ts';
import { METRICS } from './task.ts';
import type { TrainingSettings } from './training.ts';

export const CARD_FORMAT = 'lpt-sweep-model-1';

/** Files of an exported model's folder. */
export const CARD_FILE = 'card.json';
export const WEIGHTS_FILE = 'weights.safetensors';

const score = z.number().min(-1).max(1);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const modelCardSchema = z.object({
  format: z.literal(CARD_FORMAT),
  /** Of the program that exported it. */
  programVersion: z.string(),
  /** What it is the outcome of: `demo/3`. */
  trial: z.object({ name: z.string(), id: z.string(), trialKey: z.string() }),
  backbone: z.object({ name: z.string(), fingerprint: sha256, setup: sha256.optional() }),
  task: z.object({
    name: z.string(),
    template: z.string(),
    labelWords: z.record(z.string(), z.string()),
    metric: z.enum(METRICS),
    positive: z.string().optional(),
    /** Template's field → column of the data it was trained on. */
    columns: z.record(z.string(), z.string()),
  }),
  method: z.looseObject({ method: z.string() }) as unknown as z.ZodType<MethodSettings>,
  regime: z.custom<Regime>(),
  training: z.looseObject({ evaluationBatchSize: z.int().positive() }) as unknown as z.ZodType<TrainingSettings>,
  dataSeed: z.int(),
  trainSeed: z.int(),
  scores: z.object({ devScore: score, testScore: score, selectedStep: z.int() }),
  weights: z.object({ file: z.literal(WEIGHTS_FILE), sha256, parameters: z.int() }),
  /** Whether the folder is one that Hugging Face PEFT loads as well, and if not, why. */
  peft: z.object({ written: z.boolean(), note: z.string() }),
  provenance: provenanceSchema.nullable(),
});

export type ModelCard = z.infer<typeof modelCardSchema>;
