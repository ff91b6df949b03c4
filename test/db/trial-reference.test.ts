import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UnknownSweepError, UnknownTrialError } from '../../db/errors.ts';
import { trials } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { findTrialByName, trialName } from '../../db/trial-reference.ts';
import { listWaiting } from '../../db/trials.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { smallSweep } from '../support/trials.ts';

describe('a trial is found', () => {
  let own: TestDatabase;
  let ids: string[];
  const keys = smallSweep('one').trials.map(({ trialKey }) => trialKey);
  beforeAll(async () => {
    own = await createTestDatabase();
    const { sweep } = await createSweep(own.database, smallSweep('one'));
    ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 100 });
    // The same trials but for one layer: they share trial keys.
    await createSweep(own.database, smallSweep('two', '[3, 9]'));
  });
  afterAll(() => own.drop());

  const nameOf = async (asked: string): Promise<string> => trialName(await findTrialByName(own.database, asked));
  const onlyInOne = keys.find((key) => !smallSweep('two', '[3, 9]').trials.some(({ trialKey }) => trialKey === key))!;

  test('by its sweep and position, its id, and the start of either its id or its key', async () => {
    const position = keys.indexOf(onlyInOne);
    const id = ids[position]!;
    for (const asked of [
      `one/${position}`,
      id,
      id.slice(0, 8),
      onlyInOne,
      onlyInOne.slice(0, 6),
      onlyInOne.slice(0, 9).toUpperCase(),
    ]) {
      expect(await nameOf(asked), asked).toBe(`one/${position}`);
    }
  });

  test('inside a sweep by a key that other sweeps have as well', async () => {
    expect(await nameOf(`two/${keys[0]!.slice(0, 8)}`)).toBe('two/0');
  });

  test('only where one is meant: those that a start could be are named', async () => {
    const error: unknown = await nameOf(keys[0]!.slice(0, 8)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnknownTrialError);
    expect(String(error)).toContain('found several: `one/0`, `two/0`.');
  });

  test.each([
    ['one/99', /`one\/0` to `one\/7`, found `one\/99`/],
    ['one/7x', /which no trial is called\. The nearest are: `one\/7`/],
    ['abc', /first characters \(6 or more\)/],
    ['zzzzzzzz', /which no trial is called/],
    ['100%%%', /which no trial is called/],
  ])('never by %s; what was expected is said, with what is near', async (asked, message) => {
    const error: unknown = await nameOf(asked).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnknownTrialError);
    expect(String(error)).toMatch(message);
  });

  test('by a position of six figures, and by as many figures of a key where no position is so high', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('three'));
    const [first = '', second = ''] = await listWaiting(database, { sweepId: sweep.id, limit: 2 });
    await database.update(trials).set({ position: 123_456 }).where(eq(trials.id, first));
    await database.update(trials).set({ trialKey: '6543210abc' }).where(eq(trials.id, second));
    expect(await nameOf('three/123456')).toBe('three/123456');
    expect(await nameOf('three/654321')).toBe('three/1');
  });

  test('in a sweep that is there: else the nearest sweep is named', async () => {
    const error: unknown = await nameOf('onee/0').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnknownSweepError);
    expect(String(error)).toContain('one');
  });
});
