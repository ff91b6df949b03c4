// Pure: every trial that a sweep file asks for, before any is left out, folded or found wrong.
import { type Combination, combinationsOf, countCombinations } from './combinations.ts';
import type { SweepFacts, TaskFacts } from './facts.ts';
import { isTrained } from './methods/index.ts';
import type { Regime } from './regime.ts';
import type { Spec } from './spec.ts';
import type { TaskSettings } from './task.ts';
import type { Trial } from './trial.ts';

/** A trial with the place in the sweep file that asked for it. */
export interface Candidate {
  trial: Trial;
  facts: TaskFacts;
  methodIndex: number;
}

/** How many there would be: known without making them. */
export function countCandidates(spec: Spec, facts: SweepFacts): number {
  const combinations = spec.methods.reduce((sum, entry) => sum + countCombinations(entry, spec, facts.backbone), 0);
  const seeds = spec.dataSeeds.length * spec.trainSeeds.length;
  return spec.tasks.length * regimes(spec).length * seeds * combinations;
}

/** @throws RangeError when `facts` lack a task */
export function candidates(spec: Spec, facts: SweepFacts): Candidate[] {
  const { name, folder, fingerprint, setup } = facts.backbone;
  const backbone = { name, folder, fingerprint, setup };
  const combinations = spec.methods.flatMap((entry, methodIndex) =>
    combinationsOf(entry, spec, facts.backbone).map((combination) => ({ combination, methodIndex })),
  );
  return spec.tasks.flatMap((asked) => {
    const known = facts.tasks[asked.task];
    if (!known) throw new RangeError(`Expected facts of task \`${asked.task}\`, found none.`);
    const task = settingsOf(known);
    return combinations.flatMap(({ combination, methodIndex }) =>
      draws(spec, combination).map((draw) => ({
        trial: { backbone, task, ...draw, ...combination },
        facts: known,
        methodIndex,
      })),
    );
  });
}

function settingsOf({ name, template, labelWords, metric, positive, data }: TaskFacts): TaskSettings {
  return { name, template, labelWords, metric, positive, data };
}

function draws(spec: Spec, { method }: Combination): Pick<Trial, 'regime' | 'dataSeed' | 'trainSeed'>[] {
  // Where nothing is trained, one training seed stands for all.
  const trainSeeds = isTrained(method.method) ? spec.trainSeeds : spec.trainSeeds.slice(0, 1);
  return regimes(spec).flatMap((regime) =>
    spec.dataSeeds.flatMap((dataSeed) => trainSeeds.map((trainSeed) => ({ regime, dataSeed, trainSeed }))),
  );
}

function regimes({ regime }: Spec): Regime[] {
  return regime.kind === 'full' ? [regime] : regime.k.map((k) => ({ ...regime, k }));
}
