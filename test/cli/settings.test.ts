// Configurations that only their rank, learning rate or the like tell apart.
import { beforeAll, describe, expect, test } from 'vitest';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { endInOrder, partialSweep } from '../support/endings.ts';
import { outcomeOf, planOf } from '../support/trials.ts';
import { useStage } from './stage.ts';

const SOURCE = `
name: ranks
tasks: [mr]
regime: { fewShot: [32, 128], devSize: 100 }
dataSeeds: [13]
training: { steps: 40, batchSize: 8, evaluateEvery: 20, learningRate: [1.0e-3, 5.0e-3] }
methods:
  - zero-shot
  - { method: prompt-tuning, promptLength: 5 }
  - { method: lpt, insertionLayer: 3, promptLength: 5, generator: [npg, mppg] }
  - { method: lora, rank: [4, 8] }
`;

const OF_LORA = [
  'rank 4, learningRate 0.001',
  'rank 4, learningRate 0.005',
  'rank 8, learningRate 0.001',
  'rank 8, learningRate 0.005',
];
const OF_OTHERS = ['learningRate 0.001', 'learningRate 0.005'];

describe('settings that have no column of their own', () => {
  const stage = useStage();
  const { run } = stage;

  beforeAll(async () => {
    const { database } = stage;
    const { trials } = planOf(SOURCE);
    const { sweep } = await createSweep(database, { name: 'ranks', source: SOURCE, spec: parseSweep(SOURCE), trials });
    for (const trialId of await listWaiting(database, { sweepId: sweep.id, limit: 100 })) {
      await beginAttempt(database, { trialId, worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' });
      await finishTrial(database, { trialId, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    }
  });

  interface Row {
    method: string;
    k: number;
    settings: string | null;
  }

  async function settingsOf(method: string, ...words: string[]): Promise<(string | null)[]> {
    const { out } = await run(...words, '--format', 'json');
    const rows = (JSON.parse(out) as Row[]).filter((row) => row.method === method && row.k === 32);
    return [...new Set(rows.map(({ settings }) => settings))].sort();
  }

  test.each([[['results', 'ranks']], [['compare', 'ranks', '--configurations']]])(
    'tell rows of %j for programs apart, where they vary in the sweep',
    async (words) => {
      expect(await settingsOf('lora', ...words)).toEqual(OF_LORA);
      expect(await settingsOf('lpt', ...words)).toEqual(OF_OTHERS);
      expect(await settingsOf('zero-shot', ...words)).toEqual([null]);
    },
  );

  test('are said of what was chosen on each seed, for people and for programs, also where each has chosen the same', async () => {
    const { database } = stage;
    const { sweepId } = await partialSweep(database, { name: 'won', methods: ' [{ method: lora, rank: [4, 8] }]' });
    // Of each data seed rank 4, then rank 8.
    await endInOrder(database, { sweepId, endings: [0.6, 0.7, 0.6, 0.8] });
    const words = ['compare', 'won', '--configurations', '--average', 'per-seed'];
    expect((await run(...words)).out.match(/│ rank 8 +│/g)).toHaveLength(2);
    const { out } = await run(...words, '--json');
    const rows = JSON.parse(out) as { kind: string }[];
    const chosen = { kind: 'chosen', average: 'per-seed', method: 'lora', settings: 'rank 8', batchSize: 8 };
    expect(rows.filter(({ kind }) => kind === 'chosen')).toMatchObject([
      { ...chosen, trial: 'won/1', dataSeed: 13, trainSeed: 1, devScore: 0.7 },
      { ...chosen, trial: 'won/3', dataSeed: 21, trainSeed: 1, devScore: 0.8 },
    ]);
    const [head = '', ...lines] = (await run(...words, '--format', 'csv')).out.trimEnd().split('\n');
    expect(head.split(',')).toEqual(Object.keys(rows[0]!));
    expect(lines.filter((line) => line.startsWith('chosen,per-seed,') && line.includes(',rank 8,'))).toHaveLength(2);
  });

  test('tell rows for people apart, beside k', async () => {
    const { out: results } = await run('results', 'ranks');
    for (const words of OF_LORA) expect(results).toContain(`│ ${words} │`);
    const { out: compared } = await run('compare', 'ranks', '--configurations');
    const [lpt = '', baselines = ''] = compared.split('Baselines of this sweep');
    expect(lpt).toMatch(/│ task │ +k │ layer │ length │ generator │ settings +│/);
    expect(lpt).toMatch(/│ mr +│ +32 │ +3 │ +5 │ mppg +│ learningRate 0\.005 │/);
    expect(baselines).toMatch(/│ task │ +k │ method +│ length │ settings +│/);
    for (const words of OF_LORA) {
      expect(baselines).toMatch(new RegExp(`│ mr +│ +32 │ lora +│ +– │ ${words} │`));
      expect(baselines).toMatch(new RegExp(`│ mr +│ +128 │ lora +│ +– │ ${words} │`));
    }
    const rows = baselines.split('\n').filter((line) => line.startsWith('│'));
    expect(new Set(rows).size).toBe(rows.length);
  });
});
