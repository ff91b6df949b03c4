import { ON_REQUEST, reconcile, type Discrepancy } from '../../control/reconcile.ts';
import { FORMAT_OPTION, formatOf, SWEEP_ARGUMENT, type Call, type Command, type Format } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { describeDiscrepancy } from '../discrepancy.ts';
import { print } from '../print.ts';
import { keepServers, withSession, type Session } from '../session.ts';
import { deviceAmong } from '../training-device.ts';

export const reconcileCommand: Command = {
  name: 'reconcile',
  summary: 'hold Postgres against Temporal, and put right where they differ (a worker does it when it starts)',
  arguments: [{ ...SWEEP_ARGUMENT, help: "a sweep's name or id; all of them without it", isOptional: true }],
  options: {
    'dry-run': { help: 'only say what differs, change nothing' },
    ...FORMAT_OPTION,
  },
  run: (call) => withSession(call.terminal, (session) => reconcileNow(call, session), { isQuiet: true }),
};

async function reconcileNow(call: Call, session: Session): Promise<number> {
  const { terminal, flags } = call;
  const isDryRun = flags.has('dry-run');
  const discrepancies = await reconcile(session.control, {
    ...{ sweep: call.arguments['sweep'], isDryRun, caution: ON_REQUEST },
    chooseDevice: ({ spec }) => deviceAmong(session.control, spec.device, terminal),
  });
  terminal.write(printDiscrepancies(formatOf(call), discrepancies, { isDryRun }));
  if (isDryRun) return DONE;
  for (const discrepancy of discrepancies) terminal.say(describeDiscrepancy(discrepancy));
  if (discrepancies.some(({ remedy }) => remedy === 'started')) await keepServers(session, terminal);
  return DONE;
}

/** The same names for programs, whether anything was done or not. */
export function printDiscrepancies(
  format: Format,
  discrepancies: readonly Discrepancy[],
  { isDryRun }: { isDryRun: boolean },
): string {
  return print(format, {
    rows: discrepancies,
    columns: [
      { title: 'what', cell: ({ what }) => what },
      { title: 'sweep', cell: ({ sweep }) => sweep },
      { title: 'trial', cell: ({ trial }) => trial, isNumber: true },
      { title: isDryRun ? 'would be' : 'now', cell: ({ remedy }) => remedy },
    ],
    record: ({ what, sweep, trial, remedy }) => ({ what, sweep, trial, remedy }),
    fields: ['what', 'sweep', 'trial', 'remedy'],
    whenEmpty: 'Postgres and Temporal agree: there is nothing to put right.',
  });
}
