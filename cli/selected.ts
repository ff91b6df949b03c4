// A sweep, a selection of its trials, or one trial, as the verbs take them.
import type { Asked } from '../control/target.ts';
import { UsageError, type ArgumentSpec, type Call, type OptionSpec } from './command.ts';

export const SELECTED_ARGUMENT: ArgumentSpec = {
  name: 'sweep',
  help: "a sweep's name or id; left out where --trial names one trial",
  isOptional: true,
};

export const SELECTED_OPTIONS: Record<string, OptionSpec> = {
  where: {
    help: "only trials with these settings, as 'method=lpt,insertionLayer=6|9' (in quotes: | is the shell's)",
    value: { name: 'selection' },
  },
  trial: {
    help: 'only this trial: <sweep>/<position>, as `results` lists it; or the start of an id or trial key',
    value: { name: 'trial' },
  },
};

/** @throws UsageError where it is not clear what is meant */
export function askedOf({ arguments: { sweep }, values: { where, trial } }: Call): Asked {
  if (trial === undefined) {
    if (sweep === undefined) throw new UsageError('Expected <sweep> or `--trial`, found neither.');
    return { sweep, where };
  }
  if (where !== undefined) throw new UsageError('Expected `--where` or `--trial`, found both.');
  if (sweep === undefined || trial.startsWith(`${sweep}/`)) return { trial };
  // `demo --trial 3` means `demo/3`.
  if (!trial.includes('/')) return { trial: `${sweep}/${trial}` };
  throw new UsageError(`Expected a trial of sweep \`${sweep}\`, found \`${trial}\`.`);
}
