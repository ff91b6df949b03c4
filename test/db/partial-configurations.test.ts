// What is left of a configuration of which a seed was stopped early or diverged: its better seeds.
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listConfigurations } from '../../db/configurations.ts';
import { comparison } from '../../db/views.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { endInOrder, partialSweep } from '../support/endings.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

/** LoRA at rank 8, LoRA at rank 4, LPT; on data seed 13, then on 21. */
const METHODS = `
  - { method: lora, rank: [8, 4] }
  - { method: lpt, insertionLayer: 6, promptLength: 5 }`;

describe.each(['stopped-early', 'diverged'] as const)('a configuration with a trial that was %s', (ending) => {
  test('represents no method in the view `comparison` of which another one is whole', async () => {
    const { sweepId } = await partialSweep(own.database, { name: `view-${ending}`, methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: [0.9, 0.7, 0.8, ending, 0.7, 0.8] });
    const rows = await own.database
      .select()
      .from(comparison)
      .where(and(eq(comparison.sweepId, sweepId), eq(comparison.kind, 'measured')));
    expect(rows).toMatchObject([{ baselineMethod: 'lora', baselineN: 2, pairs: 2 }]);
    expect(rows[0]).toMatchObject({ isWhole: true, baselineIsWhole: true });
    // 0.8 − 0.7 on each seed.
    expect(rows[0]!.difference).toBeCloseTo(0.1, 12);
  });

  test('represents its method where none is whole, and is said to be partial', async () => {
    const { sweepId } = await partialSweep(own.database, { name: `alone-${ending}`, methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: [0.9, 0.7, 0.8, ending, ending, ending] });
    const rows = await own.database
      .select()
      .from(comparison)
      .where(and(eq(comparison.sweepId, sweepId), eq(comparison.kind, 'measured')));
    expect(rows).toMatchObject([{ baselineN: 1, baselineTestMean: 0.9, isWhole: false, baselineIsWhole: false }]);
  });

  test('has its means over the seeds that are left, and is not whole', async () => {
    const { sweepId } = await partialSweep(own.database, { name: `means-${ending}`, methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: [0.9, 0.7, ending, ending, 0.7, ending] });
    const rows = await listConfigurations(own.database, sweepId);
    expect(rows.map(({ devMean, n, isWhole }) => [devMean, n, isWhole])).toEqual([
      [0.9, 1, false],
      [0.7, 2, true],
    ]);
  });
});

test('a configuration of which a trial failed otherwise, or has not ended, is no worse for it', async () => {
  const { sweepId } = await partialSweep(own.database, { name: 'otherwise', methods: METHODS });
  await endInOrder(own.database, { sweepId, endings: [0.9, 0.7, 0.8, 'out-of-memory'] });
  const rows = await listConfigurations(own.database, sweepId);
  expect(rows.map(({ isWhole }) => isWhole)).toEqual([true, true, true]);
});
