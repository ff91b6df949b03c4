import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { NoTrainerError, TrainerPool, type Wanted } from '../../activities/trainer-pool.ts';
import type { Trainer } from '../../training/trainer.ts';
import { ScriptedTrainer } from '../support/scripted-trainer.ts';

const IDLE = { end: { type: 'cancelled', step: 0 } } as const;
const warmth = (backbone: string, data: string, shrink = 0): Wanted => ({ backbone, data, shrink });

describe('the trainers of a worker', () => {
  /** Trains these one after the other; @returns who got them */
  async function trained(pool: TrainerPool, wanted: Wanted[]): Promise<Trainer[]> {
    const taken: Trainer[] = [];
    for (const one of wanted) await pool.use(async (choose) => void taken.push(await choose(one)));
    return taken;
  }

  const poolOf = (count: number) => new TrainerPool(Array.from({ length: count }, () => new ScriptedTrainer(IDLE)));

  test('get the trials that they are warm for, and the count of these says so', async () => {
    const pool = poolOf(2);
    const [a, b, again, other] = await trained(pool, [
      warmth('bert', 'mr'),
      warmth('gpt2', 'mr'),
      warmth('bert', 'mr'),
      warmth('gpt2', 'trec'),
    ]);
    expect(b).not.toBe(a);
    expect(again).toBe(a);
    expect(other).toBe(b);
    expect(pool.counts()).toEqual({ warm: 1, loaded: 1, cold: 2 });
  });

  test('are not waited for: a trial takes a cold one where the warm one trains', async () => {
    const pool = poolOf(2);
    const [warm] = await trained(pool, [warmth('bert', 'mr')]);
    await pool.use(async (choose) => {
      expect(await choose(warmth('bert', 'mr'))).toBe(warm);
      expect(pool.busy).toBe(1);
      const [other] = await trained(pool, [warmth('bert', 'mr')]);
      expect(other).not.toBe(warm);
    });
    expect(pool.busy).toBe(0);
  });

  test('are each busy with one trial: one too many is told so, and takes nobody from the others', async () => {
    const pool = poolOf(1);
    await pool.use(async (choose) => {
      await expect(pool.use(() => Promise.resolve())).rejects.toThrow(NoTrainerError);
      await choose(warmth('bert', 'mr'));
    });
    expect(await trained(pool, [warmth('bert', 'mr')])).toHaveLength(1);
  });

  test('are given back also by a trial that never came to train', async () => {
    const pool = poolOf(1);
    await expect(pool.use(() => Promise.reject(new Error('no backbone')))).rejects.toThrow('no backbone');
    expect(await trained(pool, [warmth('bert', 'mr')])).toHaveLength(1);
  });

  test('each train several trials of one backbone at once where that is allowed, the least busy first', async () => {
    const pool = new TrainerPool([new ScriptedTrainer(IDLE), new ScriptedTrainer(IDLE)], 2);
    expect(pool.size).toBe(4);
    const [first, second, third, fourth] = await aboard(pool, Array(4).fill(warmth('bert', 'mr')) as Wanted[]);
    expect(second).not.toBe(first);
    expect(new Set([third, fourth])).toEqual(new Set([first, second]));
    expect(pool.busy).toBe(4);
  });

  test.each([
    ['another backbone', warmth('gpt2', 'mr')],
    ['a shrunk trial', warmth('bert', 'mr', 1)],
  ])('are waited for by %s, and nobody overtakes it', async (_what, other) => {
    const pool = new TrainerPool([new ScriptedTrainer(IDLE)], 4);
    const order: string[] = [];
    let leave = (): void => undefined;
    const first = pool.use(async (choose) => {
      await choose(warmth('bert', 'mr'));
      await new Promise<void>((resolve) => (leave = resolve));
      order.push('first');
    });
    const waiting = pool.use(async (choose) => void (await choose(other), order.push('other')));
    const behind = pool.use(async (choose) => void (await choose(warmth('bert', 'mr')), order.push('behind')));
    await expect.poll(() => pool.busy).toBe(3);
    leave();
    await Promise.all([first, waiting, behind]);
    expect(order).toEqual(['first', 'other', 'behind']);
  });

  test('are given no more trials where memory ran out, until those that they have are gone', async () => {
    const worn = new ScriptedTrainer(IDLE);
    const pool = new TrainerPool([worn], 4);
    let chosen = false;
    let waiting: Promise<void> | undefined;
    await pool.use(async (choose) => {
      await choose(warmth('bert', 'mr'));
      worn.isWorn = true;
      waiting = pool.use(async (chooseNext) => void (await chooseNext(warmth('bert', 'mr')), (chosen = true)));
      await nextTurn();
      expect(chosen).toBe(false);
    });
    await waiting;
    expect(chosen).toBe(true);
  });

  test('that are worn are passed over for a busier one', async () => {
    const [worn, other] = [new ScriptedTrainer(IDLE), new ScriptedTrainer(IDLE)];
    const pool = new TrainerPool([worn, other], 3);
    expect(await aboard(pool, Array(3).fill(warmth('bert', 'mr')) as Wanted[])).toEqual([worn, other, worn]);
    other.isWorn = true;
    expect(await aboard(pool, [warmth('bert', 'mr')])).toEqual([worn]);
  });

  test('are not taken by a trial that was cancelled while it waited', async () => {
    const pool = new TrainerPool([new ScriptedTrainer(IDLE)], 2);
    const cancelled = new AbortController();
    await pool.use(async (choose) => {
      await choose(warmth('bert', 'mr'));
      const waiting = pool.use((chooseNext) => chooseNext(warmth('gpt2', 'mr'), cancelled.signal));
      cancelled.abort(new Error('CANCELLED'));
      await expect(waiting).rejects.toThrow('CANCELLED');
      expect(await aboard(pool, [warmth('bert', 'mr')])).toHaveLength(1);
    });
  });
});

/** Who trains these at the same time, for ever. */
async function aboard(pool: TrainerPool, wanted: Wanted[]): Promise<Trainer[]> {
  const trainers: Trainer[] = [];
  for (const one of wanted) {
    await new Promise<void>((chosen, failed) => {
      const use = pool.use(async (choose) => {
        trainers.push(await choose(one));
        chosen();
        await new Promise(() => undefined);
      });
      use.catch(failed);
    });
  }
  return trainers;
}
