import { afterAll, beforeAll, expect, test } from 'vitest';
import { configurationSettings } from '../../control/configuration-settings.ts';
import { addTrials } from '../../db/add-trials.ts';
import type { SweepToAdd } from '../../db/new-sweep.ts';
import { createSweep } from '../../db/sweeps.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { FACTS, planOf } from '../support/trials.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

function ranks(listed: string): SweepToAdd {
  const source = `
name: ranks
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13]
training: { steps: 40, batchSize: 8, evaluateEvery: 20 }
methods:
  - { method: lora, rank: ${listed} }
`;
  return { name: 'ranks', source, spec: parseSweep(source), facts: FACTS, trials: planOf(source).trials };
}

test('settings that were read are read again once trials are added', async () => {
  const { sweep } = await createSweep(own.database, ranks('[4]'));
  expect([...(await configurationSettings(own, sweep.id)).values()]).toEqual([]);
  await addTrials(own.database, ranks('[4, 8]'));
  expect([...(await configurationSettings(own, sweep.id)).values()].sort()).toEqual(['rank 4', 'rank 8']);
});
