import { budgetedLaunch } from '../../control/budget.ts';
import { statusOf } from '../../control/status.ts';
import { launch, type Launched } from '../../control/launch.ts';
import { planSweep, type PlannedSweep, type SweepFile } from '../../control/plan.ts';
import { wantedDevice, workflowDevice } from '../../control/workflow-device.ts';
import type { DeviceClass } from '../../workflows/queues.ts';
import { assertCostIsAsked, BUDGET_OPTIONS, budgetFor, describePicked, explainBudget } from '../budget.ts';
import { argumentOf, type Call, type Command } from '../command.ts';
import { dryRun } from '../dry-run.ts';
import { DONE } from '../exit-codes.ts';
import { showOutcome } from '../follow.ts';
import { assertGoesOn } from '../interruption.ts';
import { keptStates } from '../kept-states.ts';
import { describeLabelWords } from '../label-words.ts';
import { largeData } from '../large-data.ts';
import { openBeside } from '../page.ts';
import { keepServers, withSession, type Session } from '../session.ts';
import { sourcesOf } from '../sources.ts';
import { FILE_ARGUMENT, readSweepFile } from '../sweep-file.ts';
import { deviceAmong, offerHere, otherDevice, whoTrains } from '../training-device.ts';
import { runWatched, WATCH_OPTION } from '../watched-run.ts';

export const launchCommand: Command = {
  name: 'launch',
  summary: 'start the sweep of a file; one that is there already goes on',
  arguments: [FILE_ARGUMENT],
  options: {
    'dry-run': { help: 'print the trials and what they would cost, start nothing' },
    ...BUDGET_OPTIONS,
    ...WATCH_OPTION,
    'no-page': { help: 'with --watch: do not show the sweep in a browser meanwhile' },
  },
  run: async (call) => {
    const { terminal, flags } = call;
    assertCostIsAsked(call);
    const file = await readSweepFile(argumentOf(call, 'file'));
    const planned = await planSweep(file, sourcesOf(terminal));
    assertGoesOn(terminal.signal);
    for (const warning of planned.plan.warnings) terminal.say(`Note: ${warning}`);
    if (planned.plan.searched !== undefined) terminal.say(planned.plan.searched);
    for (const line of describeLabelWords(planned.facts)) terminal.say(line);
    const kept = keptStates(planned, terminal.environment);
    if (kept !== null) terminal.say(kept);
    if (flags.has('dry-run')) {
      await dryRun(call, planned);
      return DONE;
    }
    const seconds = budgetFor(call, planned.spec);
    return withSession(terminal, async (session) => {
      const chosen = seconds === undefined ? planned : await withinTime(call, session, { planned, seconds });
      return flags.has('watch')
        ? launchAndWatch(call, session, { planned: chosen, file })
        : launchOnly(call, session, { planned: chosen, file });
    });
  },
};

async function withinTime(
  call: Call,
  { control }: Session,
  { planned, seconds }: { planned: PlannedSweep; seconds: number },
): Promise<PlannedSweep> {
  const { environment, say } = call.terminal;
  try {
    const budgeted = await budgetedLaunch(control, planned, { seconds, here: environment.device });
    const { picked } = budgeted;
    if (picked === null) say(`Sweep ${planned.spec.name} keeps the trials that it was launched with.`);
    else for (const line of describePicked(picked, { seconds, file: argumentOf(call, 'file') })) say(line);
    return budgeted.planned;
  } catch (error) {
    throw explainBudget(error, seconds);
  }
}

interface Planned {
  planned: PlannedSweep;
  file: SweepFile;
}

async function launchOnly({ terminal }: Call, session: Session, { planned, file }: Planned): Promise<number> {
  const { control } = session;
  const wanted = planned.spec.device;
  const ofWorkflow = await workflowDevice(control, planned.spec.name);
  let device: DeviceClass | undefined;
  const launched = await launch(control, {
    planned,
    source: file.text,
    chooseDevice: async () => (device = await deviceAmong(control, ofWorkflow ?? wanted, terminal)),
  });
  announce(launched, terminal.say);
  if (!launched.running) return showOutcome(control, await statusOf(control, launched.sweep.id), terminal);
  await keepServers(session, terminal);
  const asks = launched.created ? otherDevice(device, wanted) : '';
  terminal.say(`${whoTrains(launched.started ? device : ofWorkflow)}${asks}; \`lpt-sweep watch\` shows how it goes.`);
  return DONE;
}

async function launchAndWatch(call: Call, session: Session, planned: Planned): Promise<number> {
  const { terminal, flags } = call;
  const page = flags.has('no-page') ? null : await openBeside(session, terminal);
  try {
    if (page) terminal.say(`The sweep's page, while this runs: ${page.url}/sweeps/${planned.planned.spec.name}`);
    return await launchInView(call, session, planned);
  } finally {
    await page?.close();
  }
}

async function launchInView(call: Call, { control, services }: Session, { planned, file }: Planned): Promise<number> {
  const { terminal } = call;
  const { name } = planned.spec;
  const wanted = await wantedDevice(control, planned.spec);
  if (services.temporalUiUrl !== null) terminal.say(`Temporal's own page, while this runs: ${services.temporalUiUrl}`);
  const begin = async (chooseDevice: () => Promise<DeviceClass>): Promise<string> => {
    const launched = await launch(control, {
      ...{ planned, source: file.text, chooseDevice },
      offerHere: (device) => offerHere(terminal.environment, device),
    });
    announce(launched, terminal.say);
    return name;
  };
  return runWatched({ control, terminal, wanted, begin, again: againWith(call, file) });
}

function announce({ sweep, created, running, unstored }: Launched, say: (text: string) => void): void {
  if (created) say(`Sweep ${sweep.name} is launched.`);
  else if (running) say(`Sweep ${sweep.name} was launched before: it goes on.`);
  else say(`Sweep ${sweep.name} was launched before and is ${sweep.state}: here are its results.`);
  if (unstored.length > 0 && running) say(largeData(unstored));
}

function againWith({ values: { budget } }: Call, file: SweepFile): string {
  return `lpt-sweep launch ${file.path} --watch${budget === undefined ? '' : ` --budget ${budget}`}`;
}
