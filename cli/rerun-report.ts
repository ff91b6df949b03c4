// What came of repeating a trial, in sentences and as one object.
import type { RerunReport } from '../control/rerun.ts';
import type { FieldDifference } from '../sweep/differences.ts';
import type { NumberDifference } from '../sweep/repetition.ts';
import { withThousands } from '../sweep/numbers.ts';

export function describeRerun(report: RerunReport): string {
  const { original, repeated, compared, kinds, forgotten, differences, provenance } = report;
  const count = withThousands(compared) ?? '';
  const [first] = differences;
  const head = `Trial ${original}, repeated as ${repeated}: `;
  const numbers = first
    ? `${withThousands(differences.length) ?? ''} of ${count} numbers differ. The first: ${describeNumber(first)}.`
    : `all ${count} numbers are the same to the last bit (${kinds.join(', ')}).`;
  const left =
    forgotten.length > 0
      ? `Not compared: ${forgotten.join(', ')}. Of the original they were pruned, or never kept.\n`
      : '';
  return `${head}${numbers}\n${left}${first ? describeRounding(report) : ''}${describeProvenance(provenance)}`;
}

/** Why numbers may differ where everything they come from is the same. */
function describeRounding({ jointSteps, halvings }: RerunReport): string {
  const joint =
    jointSteps > 0
      ? `${withThousands(jointSteps) ?? ''} steps were taken together with other trials, whose rows change the rounding of sums.\n`
      : '';
  const halved =
    halvings > 0
      ? 'One of the two ran out of memory and computed its steps in parts, whose sums are rounded otherwise.\n'
      : '';
  return joint + halved;
}

export function rerunObject(report: RerunReport): object {
  const { differences, ...rest } = report;
  const same = differences.length === 0;
  return { same, ...rest, differing: differences.length, firstDifference: differences[0] ?? null };
}

function describeNumber({ what, step, original, repeated }: NumberDifference): string {
  const at = step === null ? '' : ` at step ${step}`;
  return `${what}${at} was ${original ?? 'absent'}, is ${repeated ?? 'absent'}`;
}

function describeProvenance(differences: readonly FieldDifference[]): string {
  if (differences.length === 0) return 'Both come from the same program, packages and hardware.\n';
  const lines = differences.map(
    ({ field, before, after }) => `  ${field === '' ? 'provenance' : field}: ${show(before)} → ${show(after)}\n`,
  );
  return `What they come from differs:\n${lines.join('')}`;
}

function show(value: unknown): string {
  return value === undefined || value === null ? 'not recorded' : JSON.stringify(value);
}
