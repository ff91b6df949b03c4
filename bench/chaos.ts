// Whether a sweep can be lost: a sweep of short real trials while its parts are killed and held up at random, for minutes,
// held against the same sweep undisturbed. Exit code 1 when a promise is broken.
import { parseArgs } from 'node:util';
import { printReport } from './chaos/report.ts';
import { runChaos } from './chaos/run.ts';
import { planSchedule } from './chaos/schedule.ts';

const HELP = `npm run chaos -- [--json] [--trials 40] [--minutes 3] [--seed 1] [--steps 200] [--workers 2]`;
/** Beyond the minutes of disturbance. */
const PATIENCE_MS = 15 * 60_000;

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    trials: { type: 'string', default: '40' },
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '200' },
    workers: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}

const seconds = positive('minutes') * 60;
const seed = positive('seed');
const report = await runChaos({
  seed,
  trials: positive('trials'),
  steps: positive('steps'),
  workers: positive('workers'),
  schedule: planSchedule({ seed, seconds }),
  say: (text) => void process.stderr.write(`${text}\n`),
  patienceMs: seconds * 1000 + PATIENCE_MS,
});
process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : printReport(report));
process.exitCode = report.broken.length === 0 ? 0 : 1;

function positive(name: 'trials' | 'minutes' | 'seed' | 'steps' | 'workers'): number {
  const number = Number(values[name]);
  if (Number.isFinite(number) && number > 0 && (name === 'minutes' || Number.isInteger(number))) return number;
  throw new Error(`Expected \`--${name}\` to be a number above 0, found "${values[name]}". ${HELP}`);
}
