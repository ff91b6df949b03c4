import { describe, expect, onTestFinished, test } from 'vitest';
import { totalSeconds, type Seconds } from '../../sweep/throughput.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { decodeSafetensors } from '../../training/safetensors.ts';
import { SharedSteps } from '../../training/shared-steps.ts';
import { TimeMeter } from '../../training/time-meter.ts';
import { runHere, type RanHere } from '../support/run-here.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

/** A clock that is set by hand. */
function clock(): { now: () => number; set: (ms: number) => void } {
  let at = 0;
  return { now: () => at, set: (ms) => (at = ms) };
}

describe('a time meter', () => {
  test('adds up what each thing took, and what is nothing else is waiting', () => {
    const { now, set } = clock();
    set(1000);
    const meter = new TimeMeter(now);
    for (const [at, use] of [
      [1100, 'forward'],
      [1150, 'backward'],
      [1250, 'waiting'],
      [1300, 'evaluation'],
      [1330, 'waiting'],
      [1400, 'forward'],
    ] as const) {
      set(at);
      meter.begin(use);
    }
    set(1404);
    // Forward 50 + 4; backward 100; evaluation 30; waiting 100 + 50 + 70: 404 in all.
    expect(meter.seconds()).toEqual({ forward: 0.054, backward: 0.1, evaluation: 0.03, waiting: 0.22 });
    set(1500);
    expect(meter.seconds()).toEqual({ forward: 0.15, backward: 0.1, evaluation: 0.03, waiting: 0.22 });
  });

  test('has its share of what is done for several at once, and waits for the rest', () => {
    const { now, set } = clock();
    const meter = new TimeMeter(now);
    meter.begin('forward', 4);
    set(40);
    meter.begin('backward', 4);
    set(140);
    meter.begin('waiting');
    set(150);
    // A quarter of 40 and of 100; of 150 the rest: 150 - 10 - 25.
    expect(meter.seconds()).toEqual({ forward: 0.01, backward: 0.025, evaluation: 0, waiting: 0.115 });
  });

  test('goes on adding to what an earlier attempt took', () => {
    const { now, set } = clock();
    const meter = new TimeMeter(now);
    meter.add({ forward: 1, backward: 2, evaluation: 3, waiting: 4 });
    meter.begin('evaluation');
    set(500);
    expect(meter.seconds()).toEqual({ forward: 1, backward: 2, evaluation: 3.5, waiting: 4 });
  });
});

function secondsOf({ trained }: RanHere): Seconds {
  if (trained.type !== 'finished' || !trained.outcome.seconds) throw new Error('Expected a trial with its seconds.');
  return trained.outcome.seconds;
}

/** Remembers what it said. */
function remembering(): { now: () => number; span: () => number } {
  const said: number[] = [];
  const now = (): number => {
    said.push(performance.now());
    return said.at(-1)!;
  };
  return { now, span: () => (said.at(-1)! - said[0]!) / 1000 };
}

describe('the time of a trial', () => {
  test('is the sum of its forward and backward passes, evaluations and waiting, each of which it has', async () => {
    const request = await tinyTrials();
    const { now, span } = remembering();
    const seconds = secondsOf(await runHere(request(), { now }));
    expect(totalSeconds(seconds)).toBeCloseTo(span(), 9);
    for (const spent of Object.values(seconds)) expect(spent).toBeGreaterThan(0);
  });

  test('that trains nothing goes to evaluation and waiting', async () => {
    const request = await tinyTrials();
    const seconds = secondsOf(await runHere(request({ method: { method: 'zero-shot' } })));
    expect(seconds).toMatchObject({ forward: 0, backward: 0 });
    expect(seconds.evaluation).toBeGreaterThan(0);
  });

  test('that was resumed goes on from its checkpoint', async () => {
    const request = await tinyTrials();
    const [checkpoint] = (await runHere(request())).checkpoints;
    const { metadata } = decodeSafetensors(checkpoint!);
    const { seconds: before } = JSON.parse(metadata['position']!) as { seconds: Seconds };
    const { now, span } = remembering();
    const after = secondsOf(await runHere({ ...request(), checkpoint: checkpoint! }, { now }));
    expect(totalSeconds(after)).toBeCloseTo(totalSeconds(before) + span(), 9);
    for (const use of ['forward', 'backward', 'evaluation', 'waiting'] as const)
      expect(after[use]).toBeGreaterThan(before[use]);
  });

  test('of one that rides with others is its own share: together they compute no longer than the clock ran', async () => {
    const request = await tinyTrials();
    const resident = new ResidentBackbone(2 ** 28);
    onTestFinished(() => resident.release());
    const { now, span } = remembering();
    const steps = new SharedSteps({ now, free: () => Number.POSITIVE_INFINITY, say: () => undefined });
    const requests = [1, 2, 3].map((trainSeed) => request({ trainSeed, training: { steps: 40 } }));
    const ran = await Promise.all(requests.map((one) => runHere(one, { resident, steps, now })));
    const all = ran.map(secondsOf);
    const computing = all.map(({ forward, backward, evaluation }) => forward + backward + evaluation);
    expect(computing.reduce((sum, one) => sum + one)).toBeLessThan(span());
    for (const { forward, backward, waiting } of all) expect(waiting).toBeGreaterThan(forward + backward);
  });
});
