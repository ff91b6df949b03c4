// The table of commands, and what becomes of a command line.
import type { Command, Terminal } from './command.ts';
import { UsageError } from './command.ts';
import { addCommand } from './commands/add.ts';
import { baselinesCommand } from './commands/baselines.ts';
import { cancelCommand } from './commands/cancel.ts';
import { compareCommand } from './commands/compare.ts';
import { continueCommand } from './commands/continue.ts';
import { doctorCommand } from './commands/doctor.ts';
import { downCommand } from './commands/down.ts';
import { effectsCommand } from './commands/effects.ts';
import { exportCommand } from './commands/export.ts';
import { figuresCommand } from './commands/figures.ts';
import { launchCommand } from './commands/launch.ts';
import { listCommand } from './commands/list.ts';
import { pauseCommand } from './commands/pause.ts';
import { predictCommand } from './commands/predict.ts';
import { priorityCommand } from './commands/priority.ts';
import { pruneCommand } from './commands/prune.ts';
import { reconcileCommand } from './commands/reconcile.ts';
import { replayCommand } from './commands/replay.ts';
import { rerunCommand } from './commands/rerun.ts';
import { resultsCommand } from './commands/results.ts';
import { resumeCommand } from './commands/resume.ts';
import { serveCommand } from './commands/serve.ts';
import { showCommand } from './commands/show.ts';
import { statusCommand } from './commands/status.ts';
import { tablesCommand } from './commands/tables.ts';
import { upCommand } from './commands/up.ts';
import { watchCommand } from './commands/watch.ts';
import { windowCommand } from './commands/window.ts';
import { workerCommand } from './commands/worker.ts';
import { DONE, FAILED, WRONG_USAGE } from './exit-codes.ts';
import { describeError, isWrittenWrong } from './foreseen.ts';
import { commandHelp, programHelp } from './help.ts';
import { findCommand, parseCall } from './parse.ts';

export const COMMANDS: readonly Command[] = [
  upCommand,
  downCommand,
  doctorCommand,
  workerCommand,
  launchCommand,
  listCommand,
  statusCommand,
  watchCommand,
  resultsCommand,
  compareCommand,
  tablesCommand,
  figuresCommand,
  serveCommand,
  effectsCommand,
  baselinesCommand,
  showCommand,
  replayCommand,
  rerunCommand,
  exportCommand,
  predictCommand,
  pauseCommand,
  continueCommand,
  cancelCommand,
  resumeCommand,
  addCommand,
  windowCommand,
  priorityCommand,
  reconcileCommand,
  pruneCommand,
];

/** @returns the exit code; never throws */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await dispatch(words, terminal);
  } catch (error) {
    terminal.say(describeError(error));
    return isWrittenWrong(error) ? WRONG_USAGE : FAILED;
  }
}

async function dispatch(words: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) throw new UsageError(programHelp(COMMANDS).trimEnd());
  if (name === '--help' || name === '-h' || name === 'help') {
    const [about] = rest;
    terminal.write(about === undefined ? programHelp(COMMANDS) : commandHelp(findCommand(COMMANDS, about)));
    return DONE;
  }
  const command = findCommand(COMMANDS, name);
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.write(commandHelp(command));
    return DONE;
  }
  return command.run({ ...parseCall(command, rest), terminal });
}
