// Trials that meet in one trainer: whole runs beside their solo runs.
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AdamW, type Update } from '../../training/optimizer.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { SharedSteps, type ReadyStep } from '../../training/shared-steps.ts';
import { SplitInputs } from '../../training/split-inputs.ts';
import type { FromTrainer, TrainRequest } from '../../training/messages.ts';
import { numbersOf, runHere, type RanHere } from '../support/run-here.ts';
import { npgAtLayer, tinyTrials } from '../support/tiny-trial.ts';

interface Meeting {
  free?: number;
  watch?: (index: number, message: FromTrainer) => boolean;
}

async function together(
  requests: TrainRequest[],
  { free = Number.POSITIVE_INFINITY, watch }: Meeting = {},
): Promise<PromiseSettledResult<RanHere>[]> {
  const resident = new ResidentBackbone(2 ** 28);
  onTestFinished(() => resident.release());
  const steps = new SharedSteps({ now: () => performance.now(), free: () => free, say: () => undefined });
  return Promise.allSettled(
    requests.map((request, index) =>
      runHere(request, { resident, steps, ...(watch && { watch: (message) => watch(index, message) }) }),
    ),
  );
}

function ranOf(settled: PromiseSettledResult<RanHere> | undefined): RanHere {
  if (settled?.status !== 'fulfilled') throw new Error(`Expected a trial to end, found ${String(settled?.reason)}.`);
  return settled.value;
}

const outcomeOf = ({ trained }: RanHere) => (trained.type === 'finished' ? trained.outcome : null);

function expectSameNumbers(found: RanHere, alone: RanHere): void {
  expect(found.points.map(({ name, step }) => `${name} ${step}`)).toEqual(
    alone.points.map(({ name, step }) => `${name} ${step}`),
  );
  found.points.forEach(({ value }, index) => {
    const expected = alone.points[index]!.value;
    expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-5 * Math.abs(expected));
  });
  expect(outcomeOf(found)).toMatchObject({ devScore: outcomeOf(alone)!.devScore, steps: outcomeOf(alone)!.steps });
}

/** The method throws once, at the first call whose first argument `when` picks. @returns whether it has */
function failingOnce(prototype: object, name: string, when: (first: never) => boolean): () => boolean {
  const method = Reflect.get(prototype, name) as (...args: unknown[]) => unknown;
  let hasFailed = false;
  Reflect.set(prototype, name, function (this: unknown, ...args: unknown[]): unknown {
    if (hasFailed || !when(args[0] as never)) return method.apply(this, args);
    hasFailed = true;
    throw new Error('once');
  });
  onTestFinished(() => void Reflect.set(prototype, name, method));
  return () => hasFailed;
}

type Dummy = Pick<ReadyStep, 'alone'> & Partial<ReadyStep>;

/** Of a trial that is no more than what it does, and takes a byte. @param pass called where it goes with others */
function dummyStep(step: Dummy, pass?: () => never): ReadyStep {
  const part = () => ({
    get state(): null {
      pass?.();
      return null;
    },
  });
  const together = { backbone: {}, bytes: 1, part, done: () => undefined } as unknown as ReadyStep['together'];
  return { together, beat: () => Promise.resolve(), ...step };
}

describe('trials of one trainer', () => {
  test('that wait say after each step of others that they are alive, and leave then where they shall stop', async () => {
    const steps = new SharedSteps({ now: () => 0, free: () => 1, say: () => undefined });
    const happened: string[] = [];
    const stepOf = (name: string): ReadyStep =>
      dummyStep({
        alone: () => {
          happened.push(`${name} steps`);
          return Promise.resolve([]);
        },
        beat: () => {
          happened.push(`${name} beats`);
          return name === 'c' ? Promise.reject(new Error('c shall stop')) : Promise.resolve();
        },
      });
    const taken = [steps.take(stepOf('a')), steps.take(stepOf('b')), steps.take(stepOf('c'))];
    expect((await Promise.allSettled(taken)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(happened).toEqual(['a steps', 'b beats', 'c beats', 'b steps']);
  });

  test('ride together, each with its own schedule, evaluations and end, and each with the numbers of its solo run', async () => {
    const request = await tinyTrials();
    const requests = [
      request({ training: { steps: 50, evaluateEvery: 10 } }),
      request({ method: npgAtLayer(1), trainSeed: 2, training: { steps: 30, evaluateEvery: 7, batchSize: 5 } }),
      request({ method: npgAtLayer(3), training: { steps: 12, evaluateEvery: 50 } }),
    ];
    const found = (await together(requests)).map(ranOf);
    for (const [index, one] of requests.entries()) {
      const alone = await runHere(one);
      expectSameNumbers(found[index]!, alone);
      expect(outcomeOf(alone)).toMatchObject({ jointSteps: 0, measuredJointly: false });
      expect(outcomeOf(found[index]!)).toMatchObject({ measuredJointly: true });
      expect(outcomeOf(found[index]!)!.jointSteps).toBeGreaterThan(0);
    }
  });

  test('that fail or are cancelled touch no neighbour', async () => {
    const request = await tinyTrials();
    const table = { method: 'lpt', insertionLayer: 2, promptLength: 2, generator: 'none', initialisation: 'normal' };
    const requests = [
      request({ training: { steps: 20 } }),
      request({ method: table as never, training: { steps: 20, learningRate: 1e38 } }),
      request({ trainSeed: 3, training: { steps: 20 } }),
    ];
    const watch = (index: number, message: FromTrainer): boolean => index === 2 && message.type === 'checkpoint';
    const [first, diverged, cancelled] = await together(requests, { watch });
    expect(diverged).toMatchObject({ status: 'rejected', reason: { kind: 'diverged' } });
    expect(ranOf(cancelled).trained).toEqual({ type: 'cancelled', step: 5 });
    expectSameNumbers(ranOf(first), await runHere(requests[0]!));
  });

  test('that cannot step together though each can alone say why once, and so many do not try again', async () => {
    const said: string[] = [];
    const steps = new SharedSteps({ now: () => 0, free: () => 100, say: (text) => said.push(text) });
    let [passes, alone] = [0, 0];
    const step = dummyStep({ alone: () => Promise.resolve([]).finally(() => (alone += 1)) }, () => {
      passes += 1;
      throw new Error('OOM when allocating');
    });
    for (let round = 0; round < 5; round += 1) await Promise.all([1, 2, 3, 4].map(() => steps.take(step)));
    expect(alone).toBe(20);
    // Four, then two, whose neighbours then go alone.
    expect(passes).toBe(2);
    expect(said).toEqual([
      '4 trials could not take a step together; from now on it is 2 together at most: OOM when allocating',
      '2 trials could not take a step together; from now on it is each alone: OOM when allocating',
    ]);
  });

  test('of which one cannot step alone either go on together without it', async () => {
    const said: string[] = [];
    const steps = new SharedSteps({ now: () => 0, free: () => 100, say: (text) => said.push(text) });
    let passes = 0;
    const failing = (): never => {
      passes += 1;
      throw new Error('a wrong one is aboard');
    };
    const well = dummyStep({ alone: () => Promise.resolve([]) }, failing);
    const wrong = dummyStep({ alone: () => Promise.reject(new Error('wrong')) }, failing);
    await expect(Promise.all([steps.take(well), steps.take(wrong)])).rejects.toThrow('wrong');
    for (let round = 0; round < 3; round += 1) await Promise.all([steps.take(well), steps.take(well)]);
    expect(passes).toBe(2);
    expect(said).toHaveLength(1);
  });

  test('whose update fails move no neighbour twice', async () => {
    const request = await tinyTrials();
    const requests = [request(), request({ trainSeed: 2, training: { clipNorm: 0.5 } })];
    const alone = await runHere(requests[0]!);
    const hasFailed = failingOnce(
      AdamW.prototype,
      'apply',
      ({ clipNorm, step }: Update) => clipNorm === 0.5 && step === 3,
    );
    const [first, failed] = await together(requests);
    expect(hasFailed()).toBe(true);
    expect(failed).toMatchObject({ status: 'rejected', reason: { message: 'once' } });
    expectSameNumbers(ranOf(first), alone);
  });

  test('whose next batch fails when it is made ahead make it again, and nobody moves twice', async () => {
    const request = await tinyTrials();
    const requests = [request(), request({ trainSeed: 2, training: { batchSize: 5 } })];
    const alone = [await runHere(requests[0]!), await runHere(requests[1]!)] as const;
    let batches = 0;
    // The first is the first step's own, the second is made ahead.
    const hasFailed = failingOnce(
      SplitInputs.prototype,
      'batch',
      (indices: number[]) => indices.length === 5 && ++batches === 2,
    );
    const found = (await together(requests)).map(ranOf);
    expect(hasFailed()).toBe(true);
    found.forEach((one, index) => expectSameNumbers(one, alone[index]!));
  });

  test('whose steps do not fit side by side take turns, with the very bits of their solo runs', async () => {
    const request = await tinyTrials();
    const requests = [request({ training: { steps: 6 } }), request({ trainSeed: 2, training: { steps: 6 } })];
    const found = (await together(requests, { free: 1 })).map(ranOf);
    for (const [index, one] of requests.entries()) {
      expect(numbersOf(found[index]!)).toEqual(numbersOf(await runHere(one)));
    }
  });

  test('too large for the memory there is are refused before they start, with the number', async () => {
    const request = await tinyTrials();
    const running = runHere(request(), { free: () => 10 * 2 ** 10 });
    await expect(running).rejects.toMatchObject({ kind: 'out-of-memory' });
    await expect(running).rejects.toThrow(/at most the 1 MiB that the trainer has left, found \d+ MiB/);
  });

  test('leave no tensors behind', async () => {
    const request = await tinyTrials();
    const requests = [request({ training: { steps: 4 } }), request({ trainSeed: 2, training: { steps: 3 } })];
    const resident = new ResidentBackbone(2 ** 28);
    onTestFinished(() => resident.release());
    const meet = async (): Promise<void> => {
      const steps = new SharedSteps({
        now: () => performance.now(),
        free: () => Number.POSITIVE_INFINITY,
        say: () => undefined,
      });
      await Promise.all(requests.map((one) => runHere(one, { resident, steps })));
    };
    await meet();
    const before = tf.memory().numTensors;
    await meet();
    expect(tf.memory().numTensors).toBe(before);
  });
});
