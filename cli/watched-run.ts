// `--watch`: brings a worker if none is there, follows the sweep, and leaves it resumable when interrupted.
import type { Control } from '../control/control.ts';
import type { SweepStatus } from '../control/status.ts';
import type { Spec } from '../sweep/spec.ts';
import type { DeviceClass } from '../workflows/queues.ts';
import type { OptionSpec, Terminal } from './command.ts';
import { DONE, FAILED } from './exit-codes.ts';
import { follow, showOutcome } from './follow.ts';
import { TYPED } from './help.ts';
import { Interrupted } from './interruption.ts';
import { OwnWorker } from './own-worker.ts';
import { ProgressPrinter } from './progress.ts';
import { deviceWithWorker } from './training-device.ts';

export const WATCH_OPTION: Record<string, OptionSpec> = {
  watch: { help: 'train here if no worker does, show progress, end with the comparison' },
};

export interface WatchedRun {
  control: Control;
  terminal: Terminal;
  wanted: Spec['device'];
  /** Starts the sweep, or finds it; `chooseDevice` brings a worker. @returns its name */
  begin: (chooseDevice: () => Promise<DeviceClass>) => Promise<string>;
  /** The command that goes on after an interruption. */
  again: string;
  /** What is shown at the end, and the exit code; the sweep's comparison where absent. */
  conclude?: (last: SweepStatus) => Promise<number>;
}

/** @returns the exit code */
export async function runWatched({ control, terminal, wanted, ...run }: WatchedRun): Promise<number> {
  const { begin, again, conclude = (last: SweepStatus) => showOutcome(control, last, terminal) } = run;
  const printer = new ProgressPrinter(terminal);
  const stopping = new AbortController();
  const signal = AbortSignal.any([terminal.signal, stopping.signal]);
  let problem: Error | undefined;
  const giveUp = (error: Error): void => {
    problem = error;
    stopping.abort();
  };
  const own = new OwnWorker({
    ...{ say: (text) => printer.say(text), device: wanted, onGivingUp: giveUp, signal: terminal.signal },
  });
  const stopped = (): number => {
    terminal.say(`\nStopped watching. Nothing is lost: \`${again}\` (${TYPED}) goes on from the last checkpoints.`);
    return terminal.signal.aborted ? FAILED : DONE;
  };
  try {
    const name = await begin(() => deviceWithWorker(control, wanted, own));
    const { last, interrupted } = await follow(control, name, { printer, signal });
    if (problem !== undefined) throw problem;
    return last === undefined || interrupted ? stopped() : await conclude(last);
  } catch (error) {
    if (error instanceof Interrupted) return stopped();
    throw error;
  } finally {
    await own.stop();
  }
}
