import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { endAttempt, listAttempts } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { loadCheckpoint, saveCheckpoint } from '../../db/checkpoints.ts';
import { continueTrials, haltTrials, prioritiseTrials, requeueTrials } from '../../db/orders.ts';
import { readOrders, settleStopping } from '../../db/standing-orders.ts';
import { concludeSweep } from '../../db/conclusion.ts';
import { countStates, createSweep, findSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting, stopTrial } from '../../db/trials.ts';
import { listValues } from '../../db/selection.ts';
import { parseSelection } from '../../sweep/selection.ts';
import { type TestDatabase, createTestDatabase } from '../support/postgres.ts';
import { findTrial, outcomeOf, planOf, smallSweep } from '../support/trials.ts';
import { parseSweep } from '../../sweep/parse.ts';

let own: TestDatabase;
beforeAll(async () => {
  own = await createTestDatabase();
});
afterAll(() => own.drop());

const WORKER = { worker: 'host-1', device: 'cpu', workflowRunId: 'run-1' };

/** Eight trials: on each of two data seeds zero-shot, prompt tuning, LPT at layers 3 and 6. The first of them runs. */
async function sweepWithOneRunning(): Promise<{ sweepId: string; running: string; ids: string[] }> {
  const { sweep } = await createSweep(own.database, smallSweep());
  const ids = await listWaiting(own.database, { sweepId: sweep.id, limit: 100 });
  await beginAttempt(own.database, { trialId: ids[0]!, ...WORKER });
  return { sweepId: sweep.id, running: ids[0]!, ids };
}

describe('a pause', () => {
  test('holds what waits at once; what runs keeps writing until it has stopped, and is paused then', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    expect(await haltTrials(own.database, { sweepId, as: 'paused' })).toMatchObject({
      chosen: 8,
      changed: 7,
      stopping: 1,
    });
    const checkpoint = { trialId: running, attempt: 1, kind: 'last', step: 7, bytes: new Uint8Array(4) } as const;
    await saveCheckpoint(own.database, checkpoint);
    expect(await stopTrial(own.database, { trialId: running })).toBe('paused');
    expect(await stopTrial(own.database, { trialId: running })).toBe('paused');
    expect(await findTrial(own.database, running)).toMatchObject({ state: 'paused', stopAs: null, finishedAt: null });
    expect((await listAttempts(own.database, running))[0]).toMatchObject({ state: 'paused' });
    expect(await loadCheckpoint(own.database, { trialId: running, kind: 'last' })).toMatchObject({ step: 7 });
    expect(await concludeSweep(own.database, sweepId)).toBe('paused');
  });

  test('of a trial whose worker is lost holds when the next attempt would begin', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, as: 'paused' });
    const begun = await beginAttempt(own.database, { trialId: running, ...WORKER });
    expect(begun).toEqual({ kind: 'settled', isNew: true, state: 'paused', outcome: null });
    expect((await listAttempts(own.database, running)).map(({ state }) => state)).toEqual(['superseded']);
  });

  test('comes too late for a trial that completes before its trainer hears of it', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, as: 'paused' });
    await finishTrial(own.database, { trialId: running, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    expect(await stopTrial(own.database, { trialId: running })).toBe('complete');
    expect(await findTrial(own.database, running)).toMatchObject({ state: 'complete', stopAs: null });
  });

  test('that is taken back while the trial is yielding makes it wait again', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, as: 'paused' });
    expect(await continueTrials(own.database, { sweepId })).toMatchObject({ changed: 8 });
    expect(await readOrders(own.database, { sweepId, inFlight: [running] })).toMatchObject({ halted: [] });
    expect(await stopTrial(own.database, { trialId: running })).toBe('waiting');
    expect((await countStates(own.database, sweepId)).waiting).toBe(8);
  });

  test('leaves complete, failed and cancelled trials as they are', async () => {
    const { sweepId, running, ids } = await sweepWithOneRunning();
    await finishTrial(own.database, { trialId: running, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    await haltTrials(own.database, { sweepId, ids: [ids[1]!], as: 'cancelled' });
    expect(await haltTrials(own.database, { sweepId, as: 'paused' })).toMatchObject({ changed: 6, stopping: 0 });
    expect(await countStates(own.database, sweepId)).toMatchObject({ complete: 1, cancelled: 1, paused: 6 });
  });
});

describe('a cancellation', () => {
  test('takes paused trials too, and outweighs a pause that has not happened yet', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, as: 'paused' });
    expect(await haltTrials(own.database, { sweepId, as: 'cancelled' })).toMatchObject({ changed: 7, stopping: 1 });
    expect(await stopTrial(own.database, { trialId: running })).toBe('cancelled');
  });

  test('of running trials that nobody works on is done at once', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, as: 'cancelled' });
    expect(await settleStopping(own.database, sweepId)).toBe(1);
    expect(await settleStopping(own.database, sweepId)).toBe(0);
    expect(await findTrial(own.database, running)).toMatchObject({ state: 'cancelled', stopAs: null });
    expect(await concludeSweep(own.database, sweepId)).toBe('cancelled');
  });

  test('that is taken back by a resume lets the trial wait again', async () => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, ids: [running], as: 'cancelled' });
    expect(await requeueTrials(own.database, { sweepId, states: ['failed', 'cancelled'] })).toMatchObject({
      changed: 1,
    });
    expect(await stopTrial(own.database, { trialId: running })).toBe('waiting');
  });
});

type TakeBack = (choice: { sweepId: string; ids: string[] }) => Promise<{ changed: number }>;
const TAKEN_BACK: ['paused' | 'cancelled', string, TakeBack][] = [
  ['paused', 'continue', (choice) => continueTrials(own.database, choice)],
  ['cancelled', 'resume', (choice) => requeueTrials(own.database, { ...choice, states: ['cancelled'] })],
];

describe('an order of a trial that waits for its first attempt', () => {
  test.each(TAKEN_BACK)(
    'to be %s is taken back by %s also where its workflow stops already',
    async (as, _, takeBack) => {
      const { sweepId, ids } = await sweepWithOneRunning();
      const trialId = ids[1]!;
      await haltTrials(own.database, { sweepId, ids: [trialId], as });
      expect(await takeBack({ sweepId, ids: [trialId] })).toMatchObject({ changed: 1 });
      expect(await readOrders(own.database, { sweepId, inFlight: [trialId] })).toMatchObject({ halted: [] });
      expect(await stopTrial(own.database, { trialId })).toBe('waiting');
      expect(await beginAttempt(own.database, { trialId, ...WORKER })).toMatchObject({ kind: 'begun', attempt: 1 });
    },
  );

  test.each(TAKEN_BACK)('to be %s that %s took back can be given again', async (as, _, takeBack) => {
    const { sweepId, ids } = await sweepWithOneRunning();
    const choice = { sweepId, ids: [ids[1]!] };
    await haltTrials(own.database, { ...choice, as });
    await takeBack(choice);
    await haltTrials(own.database, { ...choice, as });
    expect(await stopTrial(own.database, { trialId: ids[1]! })).toBe(as);
  });
});

describe('an order of a trial that a stopping worker has given back', () => {
  const error = { kind: 'worker-stopping', message: 'bye' } as const;
  const givenBack = async (as: 'paused' | 'cancelled'): Promise<{ sweepId: string; trialId: string }> => {
    const { sweepId, running: trialId } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, ids: [trialId], as });
    await endAttempt(own.database, { trialId, workflowRunId: WORKER.workflowRunId, error });
    expect(await findTrial(own.database, trialId)).toMatchObject({ state: 'waiting', stopAs: as });
    return { sweepId, trialId };
  };
  test.each(TAKEN_BACK)('to be %s is taken back by %s, and its next attempt begins', async (as, _, takeBack) => {
    const { sweepId, trialId } = await givenBack(as);
    expect(await takeBack({ sweepId, ids: [trialId] })).toMatchObject({ changed: 1 });
    expect(await readOrders(own.database, { sweepId, inFlight: [trialId] })).toMatchObject({ halted: [] });
    expect(await beginAttempt(own.database, { trialId, ...WORKER })).toMatchObject({ kind: 'begun', attempt: 2 });
  });

  test.each(TAKEN_BACK)(
    'to be %s is taken back by %s also where its workflow stops already',
    async (as, _, takeBack) => {
      const { sweepId, trialId } = await givenBack(as);
      await takeBack({ sweepId, ids: [trialId] });
      expect(await stopTrial(own.database, { trialId })).toBe('waiting');
    },
  );
});

describe('a trial that changes state while an order is being written', () => {
  /** What its attempt does meanwhile holds the trial's row until the order waits for it. */
  async function meanwhile(change: string, trialId: string, give: () => Promise<unknown>): Promise<void> {
    const attempt = await own.database.$client.connect();
    try {
      await attempt.query('begin');
      await attempt.query(`update trials set ${change} where id = $1`, [trialId]);
      const given = give();
      await vi.waitUntil(waitsForLock, { timeout: 10_000, interval: 20 });
      await attempt.query('commit');
      await given;
    } finally {
      attempt.release();
    }
  }
  const waitsForLock = async (): Promise<boolean> => {
    const waiting = "datname = current_database() and wait_event_type = 'Lock'";
    const { rows } = await own.database.execute(`select 1 from pg_stat_activity where ${waiting}`);
    return rows.length > 0;
  };

  test.each(['paused', 'cancelled'] as const)('and is given back to wait is %s', async (as) => {
    const { sweepId, running } = await sweepWithOneRunning();
    await meanwhile("state = 'waiting'", running, () => haltTrials(own.database, { sweepId, as }));
    expect((await findTrial(own.database, running)).state).toBe(as);
  });

  test.each(['paused', 'cancelled'] as const)('and begins is marked to be %s', async (as) => {
    const { sweepId, ids } = await sweepWithOneRunning();
    const trialId = ids[1]!;
    await meanwhile("state = 'running'", trialId, () => haltTrials(own.database, { sweepId, as }));
    expect(await findTrial(own.database, trialId)).toMatchObject({ state: 'running', stopAs: as, finishedAt: null });
  });

  test.each(TAKEN_BACK)('and has just stopped as %s is sent back to waiting by %s', async (as, _, takeBack) => {
    const { sweepId, running } = await sweepWithOneRunning();
    await haltTrials(own.database, { sweepId, as });
    const stopped = `state = '${as}', stop_as = null`;
    await meanwhile(stopped, running, () => takeBack({ sweepId, ids: [running] }));
    expect((await findTrial(own.database, running)).state).toBe('waiting');
  });
});

describe('a selection', () => {
  const LAYERS = `
name: layers
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: 13
training: { learningRate: [1.0e-3, 5.0e-3] }
methods:
  - zero-shot
  - { method: lpt, insertionLayer: [3, 6, [6, 9]], promptLength: 5, generator: npg, bottleneck: [64, 128] }
`;
  let sweepId: string;
  beforeAll(async () => {
    const asked = { name: 'layers', source: LAYERS, spec: parseSweep(LAYERS), trials: planOf(LAYERS).trials };
    sweepId = (await createSweep(own.database, asked)).sweep.id;
  });

  // LPT: 3 choices of layers × 2 bottlenecks × 2 learning rates = 12, and one zero-shot.
  test.each([
    ['method=lpt', 12],
    ['method=zero-shot', 1],
    ['method=lpt|zero-shot', 13],
    ['insertionLayer=3', 4],
    ['insertionLayer=6', 8],
    ['insertionLayer=9', 4],
    ['insertionLayer=3|9', 8],
    ['insertionLayer=6,bottleneck=64', 4],
    ['insertionLayer=6+9', 4],
    ['insertionLayer=3|6+9', 8],
    ['insertionLayer=3+6', 0],
    ['learningRate=1e-3', 6],
    ['learningRate=5e-3,method=lpt', 6],
    ['batchSize=32', 12],
    ['task=mr,k=32,dataSeed=13,generator=npg', 12],
    ['state=waiting', 13],
    ['dataSeed=21', 0],
    ['rank=8', 0],
  ])('%s chooses %i trials', async (where, count) => {
    const { chosen } = await prioritiseTrials(own.database, { sweepId, where: parseSelection(where), priority: 3 });
    expect(chosen).toBe(count);
  });

  test('names matrices and layers at once as results print them, and so are they told', async () => {
    const source = LAYERS.replace('name: layers', 'name: matrices').replace(
      '- zero-shot',
      '- { method: lora, targets: [query, [query, value]] }',
    );
    const asked = { name: 'matrices', source, spec: parseSweep(source), trials: planOf(source).trials };
    const { id } = (await createSweep(own.database, asked)).sweep;
    const chosenBy = async (where: string): Promise<number> =>
      (await prioritiseTrials(own.database, { sweepId: id, where: parseSelection(where), priority: 3 })).chosen;
    // Two learning rates each.
    expect(await chosenBy('targets=query+value')).toBe(2);
    expect(await chosenBy('targets=value + query')).toBe(2);
    expect(await chosenBy('targets=query')).toBe(4);
    expect(await listValues(own.database, { sweepId: id, field: 'targets' })).toEqual(['query', 'query+value']);
    expect(await listValues(own.database, { sweepId: id, field: 'insertionLayer' })).toEqual(['3', '6', '6+9']);
  });
});

test('the values of a field are those of its trials, whatever a task is called', async () => {
  const asked = smallSweep();
  const trials = asked.trials.map((one) => {
    return { ...one, trial: { ...one.trial, task: { ...one.trial.task, name: '[CLS] probe' } } };
  });
  const { sweep } = await createSweep(own.database, { ...asked, trials });
  expect(await listValues(own.database, { sweepId: sweep.id, field: 'task' })).toEqual(['[CLS] probe']);
});

describe('a priority', () => {
  test('comes before the order of the plan, and trials of equal priority keep that order', async () => {
    const { sweepId, ids } = await sweepWithOneRunning();
    await prioritiseTrials(own.database, { sweepId, ids: [ids[5]!, ids[3]!], priority: 1 });
    await prioritiseTrials(own.database, { sweepId, ids: [ids[1]!], priority: 5 });
    const order = [3, 5, 2, 4, 6, 7, 1].map((index) => ids[index]);
    expect(await listWaiting(own.database, { sweepId, limit: 100 })).toEqual(order);
  });

  test('of a whole sweep is also that of trials which join later; of a selection it is not', async () => {
    const { sweepId } = await sweepWithOneRunning();
    await prioritiseTrials(own.database, { sweepId, where: parseSelection('method=lpt'), priority: 2 });
    expect(await findSweep(own.database, sweepId)).toMatchObject({ priority: 3 });
    expect(await prioritiseTrials(own.database, { sweepId, priority: 1 })).toMatchObject({ changed: 8 });
    expect(await findSweep(own.database, sweepId)).toMatchObject({ priority: 1 });
  });
});
