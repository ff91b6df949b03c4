// The two processes that train the same step, ours and PyTorch's, from the same weights and inputs.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { childEnvironment, type Environment } from '../../runtime/environment.mjs';
import { Side } from '../measuring/side.ts';
import { findPytorch } from '../pytorch/find.ts';
import type { CaseTexts } from './case.ts';
import { withTextsFile } from './texts.ts';

const numbers = z.array(z.number());
export const roundSchema = z.object({ ms: numbers, cpuMs: numbers, losses: numbers, peakMemoryMiB: z.number() });
export type Round = z.infer<typeof roundSchema>;
const readySchema = z.object({ version: z.string(), threads: z.number(), loadMs: z.number().optional() });
type Ready = z.infer<typeof readySchema>;

export interface StepSettings {
  /** Of the prompt. */
  layer: number;
  threads: number;
  /** The backbone's folder. */
  model: string;
  texts: CaseTexts;
}

export interface StepSides {
  ours: Side;
  reference: Side;
  versions: { ours: Ready; reference: Ready };
}

/** Both are there, with the backbone loaded, while `use` runs. */
export function withStepSides<Result>(
  environment: Environment,
  settings: StepSettings,
  use: (sides: StepSides) => Promise<Result>,
): Promise<Result> {
  return withTextsFile(settings.texts, (textsFile) => startSides(environment, { ...settings, textsFile }, use));
}

async function startSides<Result>(
  environment: Environment,
  { layer, threads, model, textsFile }: StepSettings & { textsFile: string },
  use: (sides: StepSides) => Promise<Result>,
): Promise<Result> {
  const pytorch = await findPytorch(environment);
  const scratch = await mkdtemp(join(tmpdir(), 'lpt-sweep-bench-'));
  const args = [model, join(scratch, 'inputs.safetensors'), String(threads), String(layer)];
  const ours = new Side({
    program: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), join(import.meta.dirname, 'ours.ts'), ...args, textsFile],
    env: childEnvironment(),
  });
  const sides = [ours];
  try {
    // It writes the inputs that the other side reads.
    const ourReady = await ours.next(readySchema);
    const reference = new Side({
      program: pytorch.program,
      args: [join(import.meta.dirname, '../pytorch/step_reference.py'), ...args],
      // Its threads must sleep, not spin, while the other side is measured.
      env: childEnvironment({ ...pytorch.env, OMP_WAIT_POLICY: 'PASSIVE' }),
    });
    sides.push(reference);
    const versions = { ours: ourReady, reference: await reference.next(readySchema) };
    return await use({ ours, reference, versions });
  } finally {
    await Promise.all(sides.map((side) => side.close()));
    await rm(scratch, { recursive: true, force: true });
  }
}
