// Follows a running sweep to its end, and tells what it found.
import { setTimeout as wait } from 'node:timers/promises';
import { compare } from '../control/compare.ts';
import type { Control } from '../control/control.ts';
import type { SweepStatus } from '../control/status.ts';
import { watch } from '../control/watch.ts';
import { isWorthWaiting, sentenceOf } from '../db/errors.ts';
import type { Terminal } from './command.ts';
import { printComparison } from './comparison.ts';
import { DONE, FAILED } from './exit-codes.ts';
import { TYPED } from './help.ts';
import type { ProgressPrinter } from './progress.ts';
import { duration } from '../sweep/numbers.ts';
import { counted } from '../sweep/counted.ts';

export interface Followed {
  /** Undefined where Ctrl-C came before the first look. */
  last: SweepStatus | undefined;
  interrupted: boolean;
}

export async function follow(
  control: Control,
  name: string,
  { printer, signal }: { printer: ProgressPrinter; signal: AbortSignal },
): Promise<Followed> {
  let last: SweepStatus | undefined;
  const onAway = (reason: string): void => printer.say(`${reason} Waiting for it: the sweep goes on when it is back.`);
  for await (const status of watch(control, name, { signal, onAway })) {
    printer.show(status);
    last = status;
  }
  return { last, interrupted: signal.aborted };
}

const LOOK_MS = 1_000;

/** Until the database answers, or the terminal's signal comes. `ask` is asked again as a whole. */
export async function whenBack<T>(
  ask: () => Promise<T>,
  { say, signal }: Pick<Terminal, 'say' | 'signal'>,
): Promise<T> {
  for (let isFirst = true; ; isFirst = false) {
    try {
      return await ask();
    } catch (error) {
      if (!isWorthWaiting(error) || signal.aborted) throw error;
      if (isFirst) say(`${sentenceOf(error)} Waiting for it.`);
    }
    await wait(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The comparison, the findings, the failures, and what to ask next. @returns the exit code */
export async function showOutcome(control: Control, status: SweepStatus, terminal: Terminal): Promise<number> {
  const { sweep, progress, failures } = status;
  const { write } = terminal;
  const comparison = await whenBack(() => compare(control, sweep.id), terminal);
  const { counts } = progress;
  const tried = failures
    .filter(({ trials }) => trials > 0)
    .map(({ kind, trials, message }) => `  ${trials} × ${kind}: ${message}\n`);
  write(`\n${headline(status)}\n\n`);
  write(printComparison('table', comparison));
  write(`\n${comparison.findings.join('\n')}\n`);
  if (counts.failed > 0) write(`\n${counted(counts.failed, 'trial')} failed:\n${tried.join('')}`);
  write(`\n${nextSteps(status).join('\n')}\n`);
  return sweep.state === 'complete' ? DONE : FAILED;
}

function headline({ sweep, progress: { counts, total } }: SweepStatus): string {
  const { startedAt, finishedAt } = sweep;
  const took = startedAt && finishedAt ? `, ${duration((finishedAt.getTime() - startedAt.getTime()) / 1000)}` : '';
  return `Sweep ${sweep.name}: ${sweep.state} (${counts.complete} of ${total} trials done${took}).`;
}

function nextSteps({ sweep }: SweepStatus): string[] {
  const again = `  lpt-sweep resume ${sweep.name} --watch   run again what is missing`;
  const goOn = `  lpt-sweep continue ${sweep.name} --watch   go on with what is paused`;
  return [
    `Ask more (${TYPED}):`,
    `  lpt-sweep results ${sweep.name} --format csv   every trial`,
    `  lpt-sweep compare ${sweep.name}   methods with their costs, tested pair by pair`,
    `  lpt-sweep results ${sweep.name} --best-per-seed   the trials that are best on dev, by the numbers that \`export\` takes`,
    `  lpt-sweep show ${sweep.name}/0   one trial, and what its numbers come from`,
    ...(sweep.state === 'complete' ? [] : [sweep.state === 'paused' ? goOn : again]),
  ];
}
