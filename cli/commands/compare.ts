import { AVERAGES, compareMethods, type Average } from '../../control/compare-methods.ts';
import { comparePerSeed } from '../../control/compare-per-seed.ts';
import { compare } from '../../control/compare.ts';
import type { Control } from '../../control/control.ts';
import {
  argumentOf,
  assertSelectedOnDev,
  FORMAT_OPTION,
  formatOf,
  SELECT_OPTION,
  SWEEP_ARGUMENT,
  UsageError,
  type Call,
  type Command,
} from '../command.ts';
import { printComparison } from '../comparison.ts';
import { DONE } from '../exit-codes.ts';
import { printMethods } from '../methods.ts';
import { printPerSeed } from '../per-seed.ts';
import { withSession } from '../session.ts';

export const compareCommand: Command = {
  name: 'compare',
  summary: 'methods by tasks with their costs, tested pair by pair; beside another sweep or published figures',
  arguments: [SWEEP_ARGUMENT],
  options: {
    with: { help: "another sweep's name or id, or `published` for figures from papers", value: { name: 'sweep' } },
    average: {
      help: 'fixed: one configuration over all seeds; per-seed: on each seed the one that is best on dev',
      value: { name: 'average', oneOf: AVERAGES, otherwise: 'fixed' },
    },
    configurations: { help: 'every configuration (fixed), or what was chosen on each seed (per-seed), and no tests' },
    ...SELECT_OPTION,
    ...FORMAT_OPTION,
  },
  run: (call) => {
    assertSelectedOnDev(call);
    const isListing = call.flags.has('configurations');
    if (isListing && call.values['with'] !== undefined)
      throw new UsageError('Expected `--with` or `--configurations`, found both.');
    const average = AVERAGES.find((one) => one === call.values['average']) ?? 'fixed';
    return withSession(
      call.terminal,
      async ({ control }) => {
        if (!isListing) await showMethods(call, control, average);
        else if (average === 'per-seed') await showPerSeed(call, control);
        else await showFixed(call, control);
        return DONE;
      },
      { isQuiet: true },
    );
  },
};

async function showMethods(call: Call, control: Control, average: Average): Promise<void> {
  const choice = { average, with: call.values['with'] };
  const comparison = await compareMethods(control, argumentOf(call, 'sweep'), choice);
  call.terminal.write(printMethods(formatOf(call), comparison));
  for (const note of comparison.notes) call.terminal.say(note);
}

async function showFixed(call: Call, control: Control): Promise<void> {
  const comparison = await compare(control, argumentOf(call, 'sweep'));
  const { write, say } = call.terminal;
  write(printComparison(formatOf(call), comparison));
  for (const finding of comparison.findings) say(finding);
}

async function showPerSeed(call: Call, control: Control): Promise<void> {
  call.terminal.write(printPerSeed(formatOf(call), await comparePerSeed(control, argumentOf(call, 'sweep'))));
}
