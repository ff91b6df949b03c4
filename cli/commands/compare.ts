import { compare } from '../../control/compare.ts';
import { argumentOf, FORMAT_OPTION, formatOf, SWEEP_ARGUMENT, type Command } from '../command.ts';
import { printComparison } from '../comparison.ts';
import { DONE } from '../exit-codes.ts';
import { withSession } from '../session.ts';

export const compareCommand: Command = {
  name: 'compare',
  summary: 'configurations averaged over seeds, beside measured and published baselines',
  arguments: [SWEEP_ARGUMENT],
  options: FORMAT_OPTION,
  run: (call) =>
    withSession(
      call.terminal,
      async ({ control }) => {
        const comparison = await compare(control, argumentOf(call, 'sweep'));
        const { write, say } = call.terminal;
        write(printComparison(formatOf(call), comparison));
        for (const finding of comparison.findings) say(finding);
        return DONE;
      },
      { isQuiet: true },
    ),
};
