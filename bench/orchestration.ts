// What the orchestration allows: trials a second, the growth of histories, the time of each command's queries.
import { cpus, loadavg } from 'node:os';
import { createLog } from '../worker/log.ts';
import { installRuntime } from '../worker/temporal-runtime.ts';
import { withDatabase } from './measuring/servers.ts';
import { readOrchestrationOptions, type OrchestrationOptions } from './orchestration/options.ts';
import { timeQueries, type QueryTimes } from './orchestration/query-times.ts';
import { reportOf, type Orchestration } from './orchestration/report.ts';
import { storeTrials } from './orchestration/stored-trials.ts';
import { runSweep, type RunReport } from './orchestration/sweep-run.ts';

const options = readOrchestrationOptions(process.argv.slice(2));
if (options !== null) {
  // It ends with its last connection: where there is none, this process would never end.
  if (options.trials > 0) {
    const log = createLog({ level: 'error', format: 'text', write: toStderr, secrets: [] });
    installRuntime({ log, isDebugging: false });
  }
  const measured = await measure(options);
  process.stdout.write(options.json ? `${JSON.stringify(measured)}\n` : reportOf(measured));
}

async function measure(asked: OrchestrationOptions): Promise<Orchestration> {
  const [loadBefore = Number.NaN] = loadavg();
  const { trials, window } = asked;
  const sweeps: RunReport[] = [];
  for (const trainer of trials === 0 ? [] : asked.trainers)
    sweeps.push(await runSweep({ trainer, trials, window, trainers: asked.doubles, say: say(`${trainer} trainer`) }));
  const queries: QueryTimes[] = [];
  for (const size of asked.stored) queries.push(await askDatabase(size, asked));
  const [loadAfter = Number.NaN] = loadavg();
  const [processor] = cpus();
  const cores = cpus().length;
  return { machine: { processor: processor?.model ?? '', cores, loadBefore, loadAfter }, sweeps, queries };
}

/** On a server of its own: a large database must not stay behind. */
function askDatabase(trials: number, { metricsPerTrial, runs }: OrchestrationOptions): Promise<QueryTimes> {
  return withDatabase(async ({ database }) => {
    const stored = await storeTrials(database, { trials, metricsPerTrial, say: say(`${trials} stored trials`) });
    return timeQueries(database, { stored, runs });
  });
}

function say(part: string): (text: string) => void {
  return (text) => process.stderr.write(`${part}: ${text}\n`);
}

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
