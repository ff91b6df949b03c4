// Sweeps for tests: facts of a small made-up backbone and task, and a few lines of YAML expanded over them.
import { randomUUID } from 'node:crypto';
import { eq } from 'drizzle-orm';
import type { TrialOutcome } from '../../training/messages.ts';
import type { SweepFacts } from '../../sweep/facts.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { type Plan, expand } from '../../sweep/plan.ts';
import type { Database } from '../../db/client.ts';
import type { SweepToAdd } from '../../db/new-sweep.ts';
import { trials } from '../../db/schema.ts';
import type { TrialRow } from '../../db/fence.ts';

export const FACTS: SweepFacts = {
  backbone: {
    name: 'bert-base-uncased',
    folder: '/backbones/bert-base-uncased',
    fingerprint: 'weights-1',
    architecture: 'encoder',
    layers: 12,
    hiddenSize: 768,
    embeddingSize: 768,
    heads: 12,
    intermediateSize: 3072,
    vocabularySize: 30522,
    maxPositions: 512,
    typeVocabularySize: 2,
    hiddenDropout: 0.1,
    attentionOutputDropout: 0.1,
    attentionDropout: 0.1,
  },
  tasks: {
    mr: {
      name: 'mr',
      template: '{sentence} . It was <mask> .',
      labelWords: { '0': 'terrible', '1': 'great' },
      metric: 'accuracy',
      data: {
        files: { train: '/data/mr/train.tsv', test: '/data/mr/test.tsv' },
        columns: { sentence: 'sentence', label: 'label' },
        fingerprint: 'data-1',
      },
      classes: { '0': 1500, '1': 1500 },
      testExamples: 400,
      meanTokens: 24,
    },
  },
};

export function planOf(source: string, facts: SweepFacts = FACTS): Plan {
  return expand(parseSweep(source), facts, source);
}

/** Two data seeds of: zero-shot, prompt tuning, and LPT at layers 3 and 6. */
export function smallSweep(name = `sweep-${randomUUID().slice(0, 8)}`, layers = '[3, 6]'): SweepToAdd {
  const source = `
name: ${name}
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13, 21]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods:
  - zero-shot
  - { method: prompt-tuning, promptLength: 5 }
  - { method: lpt, insertionLayer: ${layers}, promptLength: 5, generator: npg }
`;
  return { name, source, spec: parseSweep(source), facts: FACTS, trials: planOf(source).trials };
}

/** Its trials once with accuracy and once with F1, as `add` of a file with another metric leaves it. */
export function twoMetrics(name: string): SweepToAdd {
  const sweep = smallSweep(name);
  const withF1 = { ...FACTS, tasks: { mr: { ...FACTS.tasks['mr']!, metric: 'f1' as const } } };
  return { ...sweep, facts: withF1, trials: [...sweep.trials, ...planOf(sweep.source, withF1).trials] };
}

/** As it is stored. */
export async function findTrial(database: Database, id: string): Promise<TrialRow> {
  const [trial] = await database.select().from(trials).where(eq(trials.id, id));
  if (trial === undefined) throw new Error(`Expected a trial's id, found \`${id}\`, which no trial has.`);
  return trial;
}

export function outcomeOf(devScore: number, testScore: number): TrialOutcome {
  return {
    devScore,
    testScore,
    selectedStep: 20,
    steps: 40,
    shortened: { train: 0, dev: 1, test: 2 },
    trainableParameters: 590_848,
    msPerStep: 50,
    measuredJointly: false,
    jointSteps: 0,
    cacheHitRate: 0.75,
    seconds: { forward: 2, backward: 5, evaluation: 1, waiting: 2 },
    peakMemoryMiB: 900.5,
  };
}

/** Of a row of results: what two runs of one trial do not share. */
export const MEASURED_ANEW = {
  trial: null,
  ...{ msPerStep: null, tokensPerMs: null, cacheHitRate: null, peakMemoryMiB: null, attempts: null },
  ...{ forwardShare: null, backwardShare: null, evaluationShare: null, waitingShare: null },
};
