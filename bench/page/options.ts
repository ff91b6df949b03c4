// What bench/page.ts is asked to measure.
import { readFlags, wholeFlag, wholeFlags } from '../measuring/flags.ts';

export interface PageOptions {
  json: boolean;
  /** Sizes of the databases: trials in all their sweeps. */
  stored: number[];
  /** Looks at each view that count. */
  runs: number;
  metricsPerTrial: number;
}

const HELP = `npm run bench:page -- [--json] [--stored 10000,100000] [--runs 5] [--metrics-per-trial 9]
Stores sweeps (one of 10,000 trials, the rest of a thousand each) on a Postgres of its own and opens each view in Chromium.
`;

/** Null where help was asked for, and has been printed. @throws for a value that cannot be */
export function readPageOptions(args: string[]): PageOptions | null {
  const flags = readFlags({ args, help: HELP, defaults: { stored: '10000', runs: '5', 'metrics-per-trial': '9' } });
  if (flags === null) return null;
  return {
    json: flags.json,
    stored: wholeFlags('stored', flags.stored),
    runs: wholeFlag('runs', flags.runs),
    metricsPerTrial: wholeFlag('metrics-per-trial', flags['metrics-per-trial'], 0),
  };
}
