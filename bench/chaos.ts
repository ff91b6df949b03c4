// Whether a sweep can be lost: a sweep of short real trials while its parts are killed and held up at random, for minutes,
// held against the same sweep undisturbed. Exit code 1 when a promise is broken.
import { printReport } from './chaos/report.ts';
import { runChaos } from './chaos/run.ts';
import { planSchedule } from './chaos/schedule.ts';
import { positiveFlag, readFlags, wholeFlag } from './measuring/flags.ts';

const HELP = `npm run chaos -- [--json] [--trials 40] [--minutes 3] [--seed 1] [--steps 200] [--workers 2]
`;
/** Beyond the minutes of disturbance. */
const PATIENCE_MS = 15 * 60_000;

const flags = readFlags({
  args: process.argv.slice(2),
  help: HELP,
  defaults: { trials: '40', minutes: '3', seed: '1', steps: '200', workers: '2' },
});
if (flags !== null) {
  const seconds = positiveFlag('minutes', flags.minutes) * 60;
  const seed = wholeFlag('seed', flags.seed);
  const report = await runChaos({
    seed,
    trials: wholeFlag('trials', flags.trials),
    steps: wholeFlag('steps', flags.steps),
    workers: wholeFlag('workers', flags.workers),
    schedule: planSchedule({ seed, seconds }),
    say: (text) => void process.stderr.write(`${text}\n`),
    patienceMs: seconds * 1000 + PATIENCE_MS,
  });
  process.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : printReport(report));
  process.exitCode = report.broken.length === 0 ? 0 : 1;
}
