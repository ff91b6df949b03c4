import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { FromTrainer } from '../../training/messages.ts';
import { Pulse } from '../../training/pulse.ts';
import { SilenceMeter, silenceLeft } from '../../training/silence.ts';

const SECOND = 1_000;

/** Trials of one trainer, by how long ago in seconds each was heard, and how long nothing need be heard: what is left of the first. */
function left(...trials: [ago: number, silence: number][]): number {
  const all = trials.map(([ago, silence]) => ({ heardAt: (1_000 - ago) * SECOND, silenceMs: silence * SECOND }));
  return silenceLeft(all[0]!, { all, now: 1_000 * SECOND }) / SECOND;
}

describe('nothing need be heard', () => {
  test('for as long as a trainer said, and for as long as any of its trials needs', () => {
    expect(left([5, 20])).toBe(15);
    expect(left([21, 20])).toBeLessThan(0);
    expect(left([21, 20], [21, 276])).toBe(276 - 21);
  });

  test('of one trial for as long as its trainer moves for others, each of which may have its turn before', () => {
    expect(left([25, 20], [1, 20], [3, 20])).toBe(19);
    expect(left([61, 20], [1, 20], [3, 20])).toBeLessThan(0);
  });
});

/** A trainer whose clock the test sets; each trial beats, and what it says last of silence is read in seconds. */
function trainer() {
  let now = 0;
  const silence = new SilenceMeter();
  const trial = () => {
    let said = Number.NaN;
    let held: Promise<void> | undefined;
    const send = (message: FromTrainer): Promise<void> => {
      if (message.type === 'progress') said = message.progress.silenceMs / SECOND;
      return held ?? Promise.resolve();
    };
    const settings = { send, silence, now: () => now, steps: 100, usage: () => ({}) as never };
    const pulse = new Pulse({ ...settings, cancelled: () => false, accompanied: () => false });
    const hold = (until: Promise<void>): void => void (held = until);
    return { pulse, said: () => said, hold };
  };
  return { trial, pass: (seconds: number) => (now += seconds * SECOND) };
}

describe('a trainer says that it may be silent', () => {
  test('two minutes until a trial has taken a step, then four times its longest work, 20 s at least', async () => {
    const { trial, pass } = trainer();
    const { pulse, said } = trial();
    await pulse.beat('loading', 0);
    expect(said()).toBe(120);
    await pulse.beat('training', 0);
    expect(said()).toBe(120);
    pass(2);
    await pulse.stepped(1, 2);
    await pulse.beat('training', 1);
    expect(said()).toBe(20);
    pass(31);
    await pulse.stepped(2, 31);
    await pulse.beat('training', 2);
    expect(said()).toBe(4 * 31);
  });

  test('two minutes at the first batch that is scored, however short steps were, and four times what it took afterwards', async () => {
    const { trial, pass } = trainer();
    const [{ pulse, said }, neighbour] = [trial(), trial()];
    await pulse.beat('training', 0);
    pass(2);
    await pulse.stepped(1, 2);
    await pulse.beat('evaluating', 1);
    expect(said()).toBe(120);
    pass(69);
    await pulse.beat('evaluating', 1);
    await pulse.beat('training', 1);
    expect(said()).toBe(4 * 69);
    // Its neighbours were as silent.
    await neighbour.pulse.beat('training', 0);
    expect(neighbour.said()).toBe(4 * 69);
  });

  test('no longer for what it waited for others: a parent that fell behind, or a trial to come', async () => {
    const { trial, pass } = trainer();
    const { pulse, said, hold } = trial();
    await pulse.beat('training', 0);
    await pulse.stepped(1, 0);
    let release = (): void => undefined;
    hold(new Promise((resolve) => (release = resolve)));
    const sent = pulse.send({ type: 'notice', text: '' });
    await nextTurn();
    pass(600);
    release();
    await sent;
    await pulse.beat('training', 1);
    expect(said()).toBe(20);
    pass(600);
    const next = trial();
    await next.pulse.beat('loading', 0);
    expect(next.said()).toBe(120);
  });
});
