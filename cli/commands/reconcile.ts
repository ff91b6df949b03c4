import { ON_REQUEST, reconcile } from '../../control/reconcile.ts';
import { FORMAT_OPTION, formatOf, SWEEP_ARGUMENT, type Call, type Command } from '../command.ts';
import { DONE } from '../exit-codes.ts';
import { describeFinding } from '../finding.ts';
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
  const findings = await reconcile(session.control, {
    ...{ sweep: call.arguments['sweep'], isDryRun, caution: ON_REQUEST },
    chooseDevice: ({ spec }) => deviceAmong(session.control, spec.device, terminal),
  });
  const columns = [
    { title: 'what', cell: ({ what }: (typeof findings)[number]) => what },
    { title: 'sweep', cell: ({ sweep }: (typeof findings)[number]) => sweep },
    { title: 'trial', cell: ({ trial }: (typeof findings)[number]) => trial, isNumber: true },
    { title: isDryRun ? 'would be' : 'now', cell: ({ remedy }: (typeof findings)[number]) => remedy },
  ];
  const whenEmpty = 'Postgres and Temporal agree: there is nothing to put right.';
  terminal.write(print(formatOf(call), { rows: findings, columns, whenEmpty }));
  if (isDryRun) return DONE;
  for (const finding of findings) terminal.say(describeFinding(finding));
  if (findings.some(({ remedy }) => remedy === 'started')) await keepServers(session);
  return DONE;
}
