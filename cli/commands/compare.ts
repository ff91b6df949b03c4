import { comparePerSeed } from '../../control/compare-per-seed.ts';
import { compare } from '../../control/compare.ts';
import type { Control } from '../../control/control.ts';
import { argumentOf, FORMAT_OPTION, formatOf, SWEEP_ARGUMENT, type Call, type Command } from '../command.ts';
import { printComparison } from '../comparison.ts';
import { DONE } from '../exit-codes.ts';
import { printPerSeed } from '../per-seed.ts';
import { withSession } from '../session.ts';

const AVERAGES = ['fixed', 'per-seed'] as const;

export const compareCommand: Command = {
  name: 'compare',
  summary: 'configurations averaged over seeds, beside measured and published baselines',
  arguments: [SWEEP_ARGUMENT],
  options: {
    average: {
      help: 'fixed: one configuration over all seeds; per-seed: on each seed the one that is best on dev',
      value: { name: 'average', oneOf: AVERAGES, otherwise: 'fixed' },
    },
    ...FORMAT_OPTION,
  },
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        if (call.values['average'] === 'per-seed') await showPerSeed(call, control);
        else await showFixed(call, control);
        return DONE;
      },
      { isQuiet: true },
    ),
};

async function showFixed(call: Call, control: Control): Promise<void> {
  const comparison = await compare(control, argumentOf(call, 'sweep'));
  const { write, say } = call.terminal;
  write(printComparison(formatOf(call), comparison));
  for (const finding of comparison.findings) say(finding);
}

async function showPerSeed(call: Call, control: Control): Promise<void> {
  call.terminal.write(printPerSeed(formatOf(call), await comparePerSeed(control, argumentOf(call, 'sweep'))));
}
