import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printComparison } from '../../cli/comparison.ts';
import { bestWords } from '../../cli/status.ts';
import { compareMethods } from '../../control/compare-methods.ts';
import { compare } from '../../control/compare.ts';
import { statusOf } from '../../control/status.ts';
import { effects } from '../../control/effects.ts';
import { methodScores } from '../../control/tables.ts';
import { endInOrder, partialSweep } from '../support/endings.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

/** On data seed 13, then on 21. */
const METHODS = `
  - { method: lpt, insertionLayer: 6, promptLength: 5, training: { learningRate: [5.0e-3, 1.0e-3] } }`;
/** The higher rate is better on seed 13 and diverges on 21. */
const ENDINGS = [0.82, 0.8, 'diverged', 0.8] as const;

describe('a configuration that diverged on a seed', () => {
  test('is the best of none, where another is whole', async () => {
    const { sweepId } = await partialSweep(own.database, { name: 'rates', methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: ENDINGS });
    const { scores, notes } = await compareMethods(own, 'rates');
    expect(scores).toMatchObject([{ method: 'lpt', n: 2, testMean: 0.8 }]);
    const { findings } = await compare(own, 'rates');
    expect(findings[0]).toContain('test 80.0 ± 0.0 (2 seeds)');
    expect(findings[0]).toContain('without a generator (learningRate 0.001)');
    const status = await statusOf(own, 'rates');
    expect(bestWords(status).join()).toContain('without a generator (learningRate 0.001): dev 80.0');
    expect(status.progress.best).toMatchObject([{ learningRate: 1e-3, n: 2, devMean: 0.8 }]);
    const table = await methodScores(own, 'rates');
    expect(table.scores).toMatchObject([{ method: 'lpt', n: 2 }]);
    expect(table.caption).toMatch(/best on dev\.$/);
    const [effect] = await effects(own, 'rates');
    expect(effect).toMatchObject({ partial: 1, best: { values: { learningRate: '0.001' }, seeds: 2 } });
    // Its learning rate is the only thing that tells it from the other.
    for (const words of [notes.join(' '), findings.join(' ')]) {
      expect(words).toContain('at learning rate 0.005, on 1 of 2 seeds of mr): without a test score');
      expect(words).toContain('the best where there is one of which no trial was stopped early or diverged.');
    }
  });

  test('is named by its rank', async () => {
    const methods = '\n  - { method: lora, rank: [4, 8] }';
    const { sweepId } = await partialSweep(own.database, { name: 'ranks', methods });
    await endInOrder(own.database, { sweepId, endings: [0.7, 0.8, 'diverged', 0.8] });
    const { notes } = await compareMethods(own, 'ranks');
    expect(notes.join(' ')).toMatch(/diverged \(lora, rank [48], at learning rate 0\.0005, on 1 of 2 seeds of mr\)/);
    expect(bestWords(await statusOf(own, 'ranks'))).toEqual([
      expect.stringMatching(/^mr \(32\): lora, rank [48]: dev 80\.0 \(2 seeds\)$/),
    ]);
  });

  test('is told from whole ones in records', async () => {
    const { sweepId } = await partialSweep(own.database, { name: 'records', methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: ENDINGS });
    const records: unknown = JSON.parse(printComparison('json', await compare(own, 'records')));
    expect(records).toMatchObject([
      { learningRate: 5e-3, n: 1, isWhole: false },
      { learningRate: 1e-3, n: 2, isWhole: true },
    ]);
  });

  test('stands for its method where there is no other, and it is said why a seed is missing', async () => {
    const { sweepId } = await partialSweep(own.database, { name: 'only', methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: [0.82, 'diverged', 'diverged', 'diverged'] });
    const { scores, notes } = await compareMethods(own, 'only');
    expect(scores).toMatchObject([{ n: 1, testMean: 0.82 }]);
    expect(notes.join(' ')).toContain('3 trials diverged (');
    expect(notes.join(' ')).toContain('at learning rate 0.005, on 1 of 2 seeds of mr');
    expect(notes.join(' ')).toContain('at learning rate 0.001, on 2 of 2 seeds of mr');
    const { caption, table } = await methodScores(own, 'only');
    expect(caption).toContain('lpt on mr is over 1 of its 2 seeds: a trial of it was stopped early or diverged');
    expect(table.rows[0]![table.columns.findIndex((column) => column.name === 'is_whole')]).toBe(false);
  });

  test('is told in a caption from one of which a trial has no score yet', async () => {
    const { sweepId } = await partialSweep(own.database, { name: 'early', methods: METHODS });
    await endInOrder(own.database, { sweepId, endings: [0.82] });
    expect((await methodScores(own, 'early')).caption).toMatch(
      /lpt on mr is over 1 of its 2 seeds: no score of the others is there\.$/,
    );
  });

  test('is counted where the list of their names is too long', async () => {
    const methods = '\n  - { method: lpt, insertionLayer: [1, 2, 3, 4, 5], promptLength: 5 }';
    const { sweepId } = await partialSweep(own.database, { name: 'many', methods });
    await endInOrder(own.database, { sweepId, endings: Array.from({ length: 5 }, () => 'diverged' as const) });
    const { notes } = await compareMethods(own, 'many');
    expect(notes.join(' ')).toContain('; 2 more configurations): without a test score');
  });
});
