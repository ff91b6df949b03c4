import { describe, expect, test } from 'vitest';
import { NoTrainerError, TrainerPool, type Warmth } from '../../activities/trainer-pool.ts';
import type { Trainer } from '../../training/trainer.ts';
import { ScriptedTrainer } from '../support/scripted-trainer.ts';

const IDLE = { end: { type: 'cancelled', step: 0 } } as const;
const warmth = (backbone: string, data: string): Warmth => ({ backbone, data });

describe('the trainers of a worker', () => {
  /** Trains these one after the other; @returns who got them */
  async function trained(pool: TrainerPool, wanted: Warmth[]): Promise<Trainer[]> {
    const taken: Trainer[] = [];
    for (const one of wanted) await pool.use((choose) => Promise.resolve(void taken.push(choose(one))));
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
      expect(choose(warmth('bert', 'mr'))).toBe(warm);
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
      choose(warmth('bert', 'mr'));
    });
    expect(await trained(pool, [warmth('bert', 'mr')])).toHaveLength(1);
  });

  test('are given back also by a trial that never came to train', async () => {
    const pool = poolOf(1);
    await expect(pool.use(() => Promise.reject(new Error('no backbone')))).rejects.toThrow('no backbone');
    expect(await trained(pool, [warmth('bert', 'mr')])).toHaveLength(1);
  });
});
