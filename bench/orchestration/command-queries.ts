// What each command asks the database, through the very functions that it calls.
import { compare } from '../../control/compare.ts';
import { comparePerSeed } from '../../control/compare-per-seed.ts';
import { statusOf } from '../../control/status.ts';
import { list } from '../../control/list.ts';
import { results } from '../../control/results.ts';
import { show } from '../../control/show.ts';
import type { Database } from '../../db/client.ts';
import { loadCheckpoint } from '../../db/checkpoints.ts';
import { listMeasured } from '../../db/measured.ts';
import { countStates } from '../../db/sweeps.ts';
import { findTrialByName } from '../../db/trial-reference.ts';
import { loadNumbers } from '../../db/trial-numbers.ts';
import { requeueTrials } from '../../db/orders.ts';
import { readOrders } from '../../db/standing-orders.ts';
import { listWaiting } from '../../db/trials.ts';
import type { Stored } from './stored-trials.ts';

export type Queries = Record<string, () => Promise<unknown>>;

export async function commandQueries(database: Database, { name, sweepId, planned }: Stored): Promise<Queries> {
  const control = { database };
  const last = `${name}/${planned.length - 1}`;
  const { trial } = await findTrialByName(database, `${name}/3`);
  const except = await listWaiting(database, { sweepId, limit: 100 });
  return {
    list: () => list(control),
    'status, watch': () => statusOf(control, name),
    'results, a page of a thousand': () => results(control, name, { limit: 1000 }),
    'results, all pages': () => results(control, name),
    'results --best-per-seed': () => results(control, name, { bestPerSeed: true }),
    compare: () => compare(control, name),
    'compare --average per-seed': () => comparePerSeed(control, name),
    'show <sweep>/<position>': () => show(control, last),
    'show <start of an id>': () => show(control, trial.id.slice(0, 8)),
    'export, the weights': () => loadCheckpoint(database, { trialId: trial.id, kind: 'best' }),
    'rerun, all numbers of a trial': () => loadNumbers(database, trial),
    'launch, the measured speed': () => listMeasured(database, 'weights-1'),
    'resume, back to waiting': () => requeueTrials(database, { sweepId, states: ['failed'] }),
    'worker, what it was told': () => readOrders(database, { sweepId, inFlight: except }),
    'worker, the next trials': () => listWaiting(database, { sweepId, limit: 100, except }),
    'worker, whether the sweep has ended': () => countStates(database, sweepId),
  };
}
