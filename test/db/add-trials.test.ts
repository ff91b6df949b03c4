import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addTrials } from '../../db/add-trials.ts';
import { OtherInputsError, UnknownSweepError } from '../../db/errors.ts';
import { haltTrials, prioritiseTrials } from '../../db/orders.ts';
import { concludeSweep } from '../../db/conclusion.ts';
import { countStates, createSweep, findSweep } from '../../db/sweeps.ts';
import { listWaiting } from '../../db/trials.ts';
import type { TaskFacts } from '../../sweep/facts.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { expand } from '../../sweep/plan.ts';
import { configurationKey, trialKey } from '../../sweep/trial-key.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { FACTS, findTrial, planOf, smallSweep } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

describe('trials that are added', () => {
  test('are only those that the sweep does not have, and come after them; nothing that is there changes', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('grows'));
    const before = await listWaiting(database, { sweepId: sweep.id, limit: 100 });
    // On each of two data seeds: layer 9 is new, zero-shot, prompt tuning and layer 3 are there, layer 6 is not asked for.
    const asked = smallSweep('grows', '[3, 9]');
    expect(await addTrials(database, asked)).toMatchObject({ added: 2, present: 6, unnamed: 2 });
    const after = await listWaiting(database, { sweepId: sweep.id, limit: 100 });
    expect(after.slice(0, 8)).toEqual(before);
    const fresh = await Promise.all(after.slice(8).map((id) => findTrial(database, id)));
    expect(fresh.map(({ insertionLayer, position }) => [insertionLayer, position])).toEqual([
      [9, 8],
      [9, 9],
    ]);
    expect(await findSweep(database, 'grows')).toMatchObject({ source: asked.source, spec: asked.spec });
    // The newest file is the sweep's now.
    expect((await createSweep(database, asked)).created).toBe(false);
  });

  test('are not those that it has under the keys of an earlier version of the program', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('older'));
    const ofSweep = sql`sweep_id = ${sweep.id}`;
    await database.execute(sql`update trials set trial_key = 'before ' || trial_key where ${ofSweep}`);
    expect(await addTrials(database, smallSweep('older'))).toMatchObject({ added: 0, present: 8, unnamed: 0 });
    expect(await addTrials(database, smallSweep('older', '[3, 9]'))).toMatchObject({
      added: 2,
      present: 6,
      unnamed: 2,
    });
  });

  test('are added once when two processes add them at the same moment, and none the next time', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('raced'));
    const asked = smallSweep('raced', '[3, 6, 9]');
    const both = await Promise.all([addTrials(database, asked), addTrials(database, asked)]);
    expect(both.map(({ added }) => added).sort()).toEqual([0, 2]);
    expect(await addTrials(database, asked)).toMatchObject({ added: 0, present: 10, unnamed: 0 });
    expect((await countStates(database, sweep.id)).waiting).toBe(10);
  });

  test('wait for a paused sweep to go on, and have the priority that the whole sweep was given', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('held'));
    await prioritiseTrials(database, { sweepId: sweep.id, priority: 2 });
    await haltTrials(database, { sweepId: sweep.id, as: 'paused' });
    await concludeSweep(database, sweep.id);
    await addTrials(database, smallSweep('held', '[3, 6, 9]'));
    expect(await countStates(database, sweep.id)).toMatchObject({ paused: 10, waiting: 0 });
    expect(await findSweep(database, 'held')).toMatchObject({ state: 'paused' });
  });

  test('make a sweep that had ended run again', async () => {
    const { database } = own;
    const { sweep } = await createSweep(database, smallSweep('ended'));
    await haltTrials(database, { sweepId: sweep.id, as: 'cancelled' });
    await concludeSweep(database, sweep.id);
    expect(await addTrials(database, smallSweep('ended', '[3, 6, 9]'))).toMatchObject({
      sweep: { state: 'cancelled' },
    });
    expect(await findSweep(database, 'ended')).toMatchObject({ state: 'running', finishedAt: null });
  });

  test('to a sweep that nobody made are refused with the nearest names', async () => {
    await createSweep(own.database, smallSweep('reviews-by-layer'));
    const adding = addTrials(own.database, smallSweep('review-by-layer'));
    await expect(adding).rejects.toThrow(UnknownSweepError);
    await expect(adding).rejects.toThrow(/reviews-by-layer/);
  });

  test('of other weights or other data are refused, naming both fingerprints', async () => {
    const { database } = own;
    const asked = smallSweep('same-inputs');
    await createSweep(database, asked);
    const mr = FACTS.tasks['mr']!;
    const otherData = { ...FACTS, tasks: { mr: { ...mr, data: { ...mr.data, fingerprint: 'data-2' } } } };
    const otherWeights = { ...FACTS, backbone: { ...FACTS.backbone, fingerprint: 'weights-2' } };
    const adding = (facts: typeof FACTS) => addTrials(database, { ...asked, trials: expand(asked.spec, facts).trials });
    await expect(adding(otherData)).rejects.toThrow(OtherInputsError);
    await expect(adding(otherData)).rejects.toThrow(/data of task `mr` .* data-1, found data-2/);
    await expect(adding(otherWeights)).rejects.toThrow(
      /`bert-base-uncased` with the fingerprint weights-1, found .* weights-2/,
    );
  });

  test('with F1 of another label are refused, naming both', async () => {
    const { database } = own;
    const asked = smallSweep('same-label', '[3]');
    const withTask = (layers: string, task: Partial<TaskFacts>) => {
      const facts = { ...FACTS, tasks: { mr: { ...FACTS.tasks['mr']!, ...task } } };
      return { ...asked, trials: expand(smallSweep('same-label', layers).spec, facts).trials };
    };
    await createSweep(database, withTask('[3]', { metric: 'f1' }));
    const other = addTrials(database, withTask('[3, 6]', { metric: 'f1', positive: '0' }));
    await expect(other).rejects.toThrow(OtherInputsError);
    await expect(other).rejects.toThrow(/`positive` of task `mr` to be that of sweep `same-label`, `1`, found `0`/);
    // Another metric is a column of its own.
    expect(await addTrials(database, withTask('[3, 6]', { metric: 'accuracy' }))).toMatchObject({ added: 8 });
    expect(await addTrials(database, withTask('[3, 6]', { metric: 'f1' }))).toMatchObject({ added: 2, present: 6 });
  });

  test.each([
    ['devSize', 'regime', { value: 20, words: '`100`, found `20`' }],
    ['testSize', 'regime', { value: 50, words: '`all`, found `50`' }],
    [
      'template',
      'task',
      { value: '<mask> : {sentence}', words: '`{sentence} . It was <mask> .`, found `<mask> : {sentence}`' },
    ],
    ['labelWords', 'task', { value: { '1': 'good', '0': 'bad' }, words: 'found `{"0":"bad","1":"good"}`' }],
  ] as const)('with another %s are refused, naming both', async (field, part, { value, words }) => {
    const { database } = own;
    const name = `same-${field}`;
    await createSweep(database, smallSweep(name, '[3]'));
    const asked = smallSweep(name, '[3, 6]');
    const other = asked.trials.map((planned) => {
      const trial = { ...planned.trial, [part]: { ...planned.trial[part], [field]: value } };
      return {
        ...planned,
        trial,
        trialKey: trialKey(trial, 'encoder'),
        configurationKey: configurationKey(trial, 'encoder'),
      };
    });
    const adding = addTrials(database, { ...asked, trials: other });
    await expect(adding).rejects.toThrow(OtherInputsError);
    await expect(adding).rejects.toThrow(`\`${field}\` of task \`mr\` (32) to be that of sweep \`${name}\`, `);
    await expect(adding).rejects.toThrow(words);
    expect(await addTrials(database, asked)).toMatchObject({ added: 2, present: 6 });
  });

  test('may be drawn otherwise under another k', async () => {
    const { database } = own;
    const asked = smallSweep('other-k', '[3]');
    await createSweep(database, asked);
    const source = asked.source.replace('fewShot: 32, devSize: 100', 'fewShot: 16, devSize: 20');
    const added = { ...asked, source, spec: parseSweep(source), trials: planOf(source).trials };
    expect(await addTrials(database, added)).toMatchObject({ added: 6, present: 0 });
  });

  test('of another config.json or tokenizer are refused as soon as the sweep knows its own', async () => {
    const { database } = own;
    const adding = (setup: string | undefined, layers: string) => {
      const asked = smallSweep('same-setup', layers);
      const facts = { ...FACTS, backbone: { ...FACTS.backbone, setup } };
      return addTrials(database, { ...asked, trials: expand(asked.spec, facts).trials });
    };
    await createSweep(database, smallSweep('same-setup', '[3]'));
    expect(await adding('setup-1', '[3, 6]')).toMatchObject({ added: 2, present: 6 });
    await expect(adding('setup-2', '[3, 6, 9]')).rejects.toThrow(OtherInputsError);
    await expect(adding('setup-2', '[3, 6, 9]')).rejects.toThrow(
      /config.json and tokenizer of `bert-base-uncased` .* `same-setup` with the fingerprint setup-1, found setup-2/,
    );
    expect(await adding('setup-1', '[3, 6, 9]')).toMatchObject({ added: 2 });
  });
});
