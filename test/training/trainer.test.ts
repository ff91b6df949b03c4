import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { MethodSettings } from '../../sweep/methods/settings.ts';
import type { TrainRequest } from '../../training/messages.ts';
import type { TrainEnd, TrainEvent } from '../../training/train-options.ts';
import type { TrainerSettings } from '../../training/trainer-child.ts';
import { createTrainer, type Trainer } from '../../training/trainer.ts';
import { tinyTrials } from '../support/tiny-trial.ts';

function trainerOfTest(settings: TrainerSettings = {}): Trainer {
  const trainer = createTrainer({ threads: 1, ...settings });
  onTestFinished(() => trainer.close());
  return trainer;
}

interface Ran {
  events: TrainEvent[];
  end: TrainEnd;
}

/** @param onEvent may stop the trial */
async function run(
  trainer: Trainer,
  request: TrainRequest,
  onEvent?: (event: TrainEvent, stop: () => void) => void,
): Promise<Ran> {
  const events: TrainEvent[] = [];
  const stopping = new AbortController();
  const end = await trainer.train(request, {
    signal: stopping.signal,
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event, () => stopping.abort());
    },
  });
  return { events, end };
}

/** The trial below needs 570 MiB beyond what its trainer starts with, and shrunk three times 110. */
const BYTES_MORE = 250 * 2 ** 20;

/** From here on the kernel refuses the child more. */
function limitMemory(pid: number): void {
  const kib = /^VmData:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  execFileSync('prlimit', ['--pid', String(pid), `--data=${Number(kib) * 1024 + BYTES_MORE}`]);
}

/** What the seeds decide of a run: no times, no memory. */
function numbersOf({ end }: Ran): unknown {
  if (end.type !== 'finished') return end;
  const unequal = { msPerStep: null, cacheHitRate: null, seconds: null, peakMemoryMiB: 0 };
  return { outcome: { ...end.outcome, ...unequal }, best: end.best };
}

/** More messages than a trainer may be ahead of its parent, so that it cannot be done before the parent acts. */
const LONG = { training: { steps: 100, evaluateEvery: 5 } };

const checkpointsOf = ({ events }: Ran): Uint8Array[] =>
  events.flatMap((event) => (event.type === 'checkpoint' ? [event.bytes] : []));

interface Meanwhile {
  stop: () => void;
  /** Trains another trial to its end. */
  another: () => Promise<Ran>;
}

/** Does it while a long trial's first checkpoint is dealt with; the parent's timers stand still. */
async function whileHeldBack(trainer: Trainer, work: (meanwhile: Meanwhile) => Promise<void>): Promise<TrainEnd> {
  const request = await tinyTrials();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const stopping = new AbortController();
  const another = () => run(trainer, request({ training: { steps: 3 } }));
  let worked: Promise<void> | undefined;
  return trainer.train(request(LONG), {
    signal: stopping.signal,
    onEvent: (event) => {
      if (event.type !== 'checkpoint') return undefined;
      return (worked ??= work({ stop: () => stopping.abort(), another }));
    },
  });
}

/** The parent's clocks stand still but for what the test lets pass; meanwhile it hears its child. */
function holdClocks(): (seconds: number) => Promise<void> {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] as const;
  vi.useFakeTimers({ toFake: [...toFake] });
  onTestFinished(() => void vi.useRealTimers());
  return async (seconds) => {
    for (let passed = 0; passed < seconds; passed += 5) {
      for (let turn = 0; turn < 50; turn += 1) await nextTurn();
      vi.advanceTimersByTime(5_000);
    }
  };
}

interface StoodStill {
  stop: () => void;
  /** How often it was said to be alive. */
  alive: () => number;
  end: Promise<TrainEnd>;
}

/** A trial whose trainer stands still as soon as the event has come. */
async function standingStill(
  trainer: Trainer,
  at: (event: TrainEvent) => boolean,
  training = LONG.training,
): Promise<StoodStill> {
  const request = await tinyTrials();
  const stopping = new AbortController();
  let [alive, stands] = [0, (): void => undefined];
  const standing = new Promise<void>((resolve) => (stands = resolve));
  let hasStopped = false;
  const end = trainer.train(request({ training }), {
    signal: stopping.signal,
    onAlive: () => (alive += 1),
    onEvent: (event) => {
      if (hasStopped || !at(event)) return;
      hasStopped = true;
      process.kill(trainer.pid!, 'SIGSTOP');
      stands();
    },
  });
  await standing;
  return { stop: () => stopping.abort(), alive: () => alive, end };
}

describe('a trainer', () => {
  test('that is silent is alive for as long as a step may take, and hangs then: it is killed when it shall stop', async () => {
    const trainer = trainerOfTest();
    const pass = holdClocks();
    // It takes steps alone, as far as the test goes.
    const training = { steps: 1_000_000, evaluateEvery: 1_000_000 };
    const measured = (event: TrainEvent): boolean => event.type === 'progress' && event.progress.step > 0;
    const { stop, alive, end } = await standingStill(trainer, measured, training);
    await pass(30);
    const times = alive();
    // Every 5 s of 20 s, which may have begun before the last event was heard.
    expect(times).toBeGreaterThanOrEqual(3);
    expect(times).toBeLessThanOrEqual(5);
    await pass(60);
    expect(alive()).toBe(times);
    stop();
    await pass(30);
    expect(await end).toMatchObject({
      type: 'failed',
      error: { message: expect.stringContaining('hanging') as string },
    });
  });

  test('that is told to stop within a long step is waited for, with all that it trains', async () => {
    const trainer = trainerOfTest();
    const pass = holdClocks();
    const { stop, end } = await standingStill(trainer, ({ type }) => type === 'ready');
    stop();
    await pass(100);
    process.kill(trainer.pid!, 'SIGCONT');
    expect(await end).toMatchObject({ type: 'cancelled' });
  });

  test('tells its device, its progress, its metrics, its scores and its checkpoints', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const { events, end } = await run(trainer, request());
    expect(events[0]).toMatchObject({ type: 'ready', device: 'cpu', threads: 1 });
    expect(events[0]).toHaveProperty('tensorflow', expect.stringMatching(/^\d+\.\d+/));
    expect(events[0]).toHaveProperty('hardware', cpus()[0]?.model.trim());
    const ticks = events.flatMap((event) => (event.type === 'progress' ? [event.progress.tick] : []));
    expect(ticks).toEqual(ticks.map((_, i) => i + 1));
    const phases = new Set(events.flatMap((event) => (event.type === 'progress' ? [event.progress.phase] : [])));
    expect([...phases]).toEqual(['loading', 'caching', 'training', 'evaluating']);
    expect(events.filter(({ type }) => type === 'checkpoint')).toHaveLength(4);
    expect(events.filter(({ type }) => type === 'evaluation')).toHaveLength(5);
    expect(end).toMatchObject({ type: 'finished', outcome: { steps: 20 } });
    if (end.type === 'finished') expect(end.outcome.peakMemoryMiB).toBeGreaterThan(50);
  });

  test('trains one trial after the other in one child', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    await run(trainer, request({ training: { steps: 3 } }));
    const { pid } = trainer;
    expect((await run(trainer, request({ training: { steps: 3 } }))).end.type).toBe('finished');
    expect(trainer.pid).toBe(pid);
  });

  test('trains several trials of one backbone at once, of which one can be stopped', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const stopped = run(trainer, request({ ...LONG, trainSeed: 2 }), (event, stop) => {
      if (event.type === 'checkpoint') stop();
    });
    const whole = run(trainer, request(LONG));
    const other = request();
    other.trial.backbone = { ...other.trial.backbone, fingerprint: 'another' };
    await expect(run(trainer, other)).rejects.toThrow('others of the same backbone, found it training');
    const retold = request();
    retold.trial.backbone = { ...retold.trial.backbone, setup: 'another' };
    await expect(run(trainer, retold)).rejects.toThrow('others of the same backbone, found it training');
    await expect(run(trainer, { ...request(), shrink: 1 })).rejects.toThrow('found it training');
    expect((await stopped).end.type).toBe('cancelled');
    const { end, events } = await whole;
    expect(end).toMatchObject({ type: 'finished', outcome: { steps: 100, measuredJointly: true } });
    expect(events.filter(({ type }) => type === 'evaluation')).toHaveLength(21);
  });

  test('says of trials that take no step with others that they were not alone, and of the next one that it was', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const lora: MethodSettings = { method: 'lora', rank: 2, alpha: 4, targets: ['query'], dropout: 0 };
    const requests = [1, 2].map((trainSeed) => request({ method: lora, trainSeed, training: { steps: 10 } }));
    for (const { end } of await Promise.all(requests.map((one) => run(trainer, one))))
      expect(end).toMatchObject({ type: 'finished', outcome: { measuredJointly: true, jointSteps: 0 } });
    const { end } = await run(trainer, requests[0]!);
    expect(end).toMatchObject({ type: 'finished', outcome: { measuredJointly: false, jointSteps: 0 } });
  });

  test('that dies takes no trial with it for good: each resumes from its own checkpoint', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const requests = [request(LONG), request({ ...LONG, trainSeed: 2 })];
    const killed = await Promise.all(
      requests.map((one, index) =>
        run(trainer, one, (event) => {
          if (index === 0 && event.type === 'checkpoint' && event.step === 15) process.kill(trainer.pid!, 'SIGKILL');
        }),
      ),
    );
    for (const [index, ran] of killed.entries()) {
      expect(ran.end).toMatchObject({ type: 'failed', error: { kind: 'trainer-lost' } });
      const { end } = await run(trainer, { ...requests[index]!, checkpoint: checkpointsOf(ran).at(-1)! });
      expect(end).toMatchObject({ type: 'finished', outcome: { steps: 100, measuredJointly: true } });
      if (end.type === 'finished') expect(end.outcome.jointSteps).toBeGreaterThan(0);
    }
  });

  test('killed in the middle of a trial, resumes from its last checkpoint to the numbers of an undisturbed run', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const settings = request(LONG);
    const whole = await run(trainer, settings);
    const killed = await run(trainer, settings, (event) => {
      if (event.type === 'checkpoint' && event.step === 15) process.kill(trainer.pid!, 'SIGKILL');
    });
    expect(killed.end).toMatchObject({ type: 'failed', error: { kind: 'trainer-lost' } });
    if (killed.end.type === 'failed') expect(killed.end.error.message).toContain('killed (SIGKILL)');
    expect(trainer.pid).toBeUndefined();
    const resumed = await run(trainer, { ...settings, checkpoint: checkpointsOf(killed).at(-1)! });
    expect(numbersOf(resumed)).toEqual(numbersOf(whole));
    expect(resumed.events.filter(({ type }) => type === 'evaluation').length).toBeLessThan(21);
  });

  test('stops a cancelled trial at a step boundary, and leaves a checkpoint to go on from', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const settings = request(LONG);
    const whole = await run(trainer, settings);
    const cancelled = await run(trainer, settings, (event, stop) => {
      if (event.type === 'checkpoint' && event.step === 10) stop();
    });
    expect(cancelled.end.type).toBe('cancelled');
    if (cancelled.end.type === 'cancelled') expect(cancelled.end.step).toBeGreaterThanOrEqual(10);
    const resumed = await run(trainer, { ...settings, checkpoint: checkpointsOf(cancelled).at(-1)! });
    expect(numbersOf(resumed)).toEqual(numbersOf(whole));
  });

  test('that hangs when it is told to stop is killed, and the next trial has a new one', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest({ stopMs: 50 });
    let hanging: number | undefined;
    const hung = await run(trainer, request(LONG), (event, stop) => {
      if (event.type !== 'checkpoint' || hanging !== undefined) return;
      hanging = trainer.pid!;
      process.kill(hanging, 'SIGSTOP');
      stop();
    });
    expect(hung.end).toMatchObject({ type: 'failed', error: { kind: 'trainer-lost' } });
    if (hung.end.type === 'failed') expect(hung.end.error.message).toContain('found it hanging');
    expect((await run(trainer, request({ training: { steps: 2 } }))).end.type).toBe('finished');
    expect(trainer.pid).not.toBe(hanging);
  });

  test('that stopped in time is left alone, however long its parent takes to deal with what it said', async () => {
    const trainer = trainerOfTest();
    const stopped = await whileHeldBack(trainer, async ({ stop, another }) => {
      const { pid } = trainer;
      stop();
      // It rides along, and ends after the other has.
      await another();
      vi.advanceTimersByTime(60_000);
      expect((await another()).end.type).toBe('finished');
      expect(trainer.pid).toBe(pid);
    });
    expect(stopped.type).toBe('cancelled');
  });

  test('that took the place of one that died is not told to stop for a trial of that one', async () => {
    let died = (): void => undefined;
    const death = new Promise<void>((resolve) => (died = resolve));
    const trainer = trainerOfTest({ onDeath: () => died() });
    const lost = await whileHeldBack(trainer, async ({ stop, another }) => {
      process.kill(trainer.pid!, 'SIGKILL');
      await death;
      await another();
      const { pid } = trainer;
      stop();
      vi.advanceTimersByTime(60_000);
      expect((await another()).end.type).toBe('finished');
      expect(trainer.pid).toBe(pid);
    });
    expect(lost).toMatchObject({ type: 'failed', error: { kind: 'trainer-lost' } });
  });

  test('keeps TensorFlow, which blocks the event loop, out of its parent', async () => {
    const request = await tinyTrials();
    await run(trainerOfTest(), request({ training: { steps: 2 } }));
    const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
    expect(sharedObjects.length).toBeGreaterThan(0);
    expect(sharedObjects.filter((library) => library.includes('tensorflow'))).toEqual([]);
  });

  test('waits for a parent that falls behind', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let reached = (): void => undefined;
    const third = new Promise<void>((resolve) => (reached = resolve));
    let seen = 0;
    const many = { training: { steps: 60, evaluateEvery: 1 } };
    const end = trainer.train(request(many), {
      onEvent: () => {
        if (++seen !== 3) return undefined;
        reached();
        return held;
      },
    });
    await third;
    // Long enough for the first trainer to be done, were it not waiting.
    await run(trainerOfTest(), request(many));
    expect(seen).toBe(3);
    release();
    expect((await end).type).toBe('finished');
    expect(seen).toBeGreaterThan(120);
  });

  test('stops the trial when its parent cannot deal with an event, and passes the error on', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    let after = 0;
    const ended = trainer.train(request({ training: { steps: 2000 } }), {
      onEvent: (event) => {
        if (event.type === 'checkpoint') throw new Error('the attempt is over');
        if (event.type === 'evaluation') after++;
      },
    });
    await expect(ended).rejects.toThrow('the attempt is over');
    expect(after).toBe(1);
    expect((await run(trainer, request({ training: { steps: 2 } }))).end.type).toBe('finished');
  });

  test('sorts what went wrong', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const diverged = request({
      method: { method: 'lpt', insertionLayer: 3, promptLength: 2, generator: 'none', initialisation: 'normal' },
      training: { learningRate: 1e38 },
    });
    expect((await run(trainer, diverged)).end).toMatchObject({ type: 'failed', error: { kind: 'diverged' } });
    const wrongWord = request();
    wrongWord.trial.task.labelWords = { '0': 'unheard', '1': 'great' };
    expect((await run(trainer, wrongWord)).end).toMatchObject({ type: 'failed', error: { kind: 'configuration' } });
    const wrongLabel = request();
    wrongLabel.trial.task.labelWords = { '0': 'terrible', '2': 'great' };
    expect((await run(trainer, wrongLabel)).end).toMatchObject({ type: 'failed', error: { kind: 'data' } });
    expect((await run(trainer, request({ training: { steps: 2 } }))).end.type).toBe('finished');
  });

  test('can be closed twice, also while it is just ending', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    await run(trainer, request());
    await trainer.close();
    await expect(trainer.close()).resolves.toBeUndefined();
  });

  test('closed in the middle of a trial, says that the trainer is gone', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest();
    const { end } = await run(trainer, request(LONG), (event) => {
      if (event.type === 'ready') void trainer.close();
    });
    expect(end).toMatchObject({ type: 'failed', error: { kind: 'trainer-lost' } });
  });

  test('trains in one child with the same shrink 0, in a fresh one with any other, and tells which are ended', async () => {
    const request = await tinyTrials();
    const ended: number[] = [];
    const onDeath = () => expect.unreachable('None died.');
    const trainer = trainerOfTest({ onRetire: (pid) => ended.push(pid), onDeath });
    const short = request({ training: { steps: 3 } });
    const pids: (number | undefined)[] = [];
    for (const shrink of [0, 0, 1, 1, 0]) {
      expect((await run(trainer, { ...short, shrink })).end.type).toBe('finished');
      pids.push(trainer.pid);
    }
    expect(pids[1]).toBe(pids[0]);
    expect(new Set(pids).size).toBe(4);
    expect(ended).toEqual(pids.slice(1, -1));
  });

  test('that has refused a trial for its size is as good as before', async () => {
    const request = await tinyTrials();
    const trainer = trainerOfTest({ memoryMiB: 1 });
    const { end, events } = await run(trainer, request());
    expect(end).toMatchObject({ type: 'failed', error: { kind: 'out-of-memory', isRefusal: true } });
    expect(events[0]).toMatchObject({ type: 'ready' });
    expect(trainer.isWorn).toBe(false);
    const { pid } = trainer;
    expect(pid).toBeDefined();
    await run(trainer, request());
    expect(trainer.pid).toBe(pid);
  });

  test.runIf(process.platform === 'linux')(
    'out of memory, says so and ends its child; shrunk, the trial completes in the same memory',
    async () => {
      const request = await tinyTrials();
      const trainer = trainerOfTest();
      const training = { steps: 2, batchSize: 4096, evaluateEvery: 2 };
      const large = request({ method: { method: 'full-tuning' }, training });
      const underPressure = (shrink: number): Promise<Ran> =>
        run(trainer, { ...large, shrink }, (event) => {
          if (event.type === 'ready') limitMemory(trainer.pid!);
        });
      const { end } = await underPressure(0);
      expect(end).toMatchObject({ type: 'failed', error: { kind: 'out-of-memory' } });
      expect(trainer.pid).toBeUndefined();
      expect((await underPressure(3)).end).toMatchObject({ type: 'finished', outcome: { steps: 2 } });
      expect(trainer.isWorn).toBe(false);
    },
  );
});
