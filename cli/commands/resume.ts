import type { Control } from '../../control/control.ts';
import { planSweep } from '../../control/plan.ts';
import type { ChooseDevice } from '../../control/go-on.ts';
import type { Launching } from '../../control/launch.ts';
import { resume, type ResumeRequest, type Resumed } from '../../control/resume.ts';
import { assertLacking, heldWords } from '../../control/resumed.ts';
import { findTarget, type Asked } from '../../control/target.ts';
import { carryOn, offering } from '../carry-on.ts';
import { UsageError, type Call, type Command } from '../command.ts';
import { askedOf, SELECTED_OPTIONS } from '../selected.ts';
import { withSession, type Session } from '../session.ts';
import { sourcesOf } from '../sources.ts';
import { isSweepFile, readSweepFile } from '../sweep-file.ts';
import { WATCH_OPTION } from '../watched-run.ts';
import { counted } from '../../sweep/counted.ts';

export const resumeCommand: Command = {
  name: 'resume',
  summary: 'run exactly the failed, cancelled or missing trials of a sweep',
  arguments: [
    { name: 'sweep', help: "a sweep's name or id, or its file, which must not have changed", isOptional: true },
  ],
  options: {
    failed: { help: 'only what failed' },
    stopped: { help: 'only what a stopping rule ended early; it goes on to its end, whatever the rule says' },
    missing: { help: 'only what never ended: cancelled trials, and those whose workflow is lost' },
    ...SELECTED_OPTIONS,
    ...WATCH_OPTION,
  },
  run: async (call) => {
    const launched = await launchedFrom(call);
    return withSession(call.terminal, (session) => resumeIt(call, session, launched));
  },
};

async function resumeIt(call: Call, session: Session, launched: Launching | undefined): Promise<number> {
  const asked = whatIsAsked(call, launched);
  const only = onlyOf(call);
  const { sweep } = await findTarget(session.control, asked);
  const begin = async (chooseDevice: ChooseDevice): Promise<boolean> => {
    const resumed = await resume(session.control, {
      asked,
      only,
      launched,
      chooseDevice,
      ...offering(call),
    });
    await announce(session.control, resumed, call);
    return resumed.waiting + resumed.running > 0;
  };
  return carryOn(call, session, { sweep, begin });
}

/** A file names its sweep; `--where` and `--trial` mean what they mean beside a name. */
function whatIsAsked(call: Call, launched: Launching | undefined): Asked {
  if (launched === undefined) return askedOf(call);
  return askedOf({ ...call, arguments: { ...call.arguments, sweep: launched.planned.spec.name } });
}

const KINDS = ['failed', 'missing', 'stopped'] as const;

/** @throws UsageError */
function onlyOf({ flags }: Call): ResumeRequest['only'] {
  const [only, other] = KINDS.filter((kind) => flags.has(kind));
  if (other === undefined) return only;
  throw new UsageError(
    `Expected one of ${KINDS.map((kind) => `\`--${kind}\``).join(', ')}, found several: without them, what failed and what is missing is resumed.`,
  );
}

async function launchedFrom({ arguments: { sweep }, terminal }: Call): Promise<Launching | undefined> {
  if (sweep === undefined || !isSweepFile(sweep)) return undefined;
  const file = await readSweepFile(sweep);
  return { planned: await planSweep(file, sourcesOf(terminal)), source: file.text };
}

/** @throws NothingToDoError for a running sweep that lacks nothing, unless the person wants to follow it */
async function announce(control: Control, resumed: Resumed, { terminal: { say }, flags }: Call): Promise<void> {
  if (!flags.has('watch')) await assertLacking(control, resumed);
  const { sweep, requeued, waiting, running, wasRunning } = resumed;
  const held = heldWords(resumed);
  if (waiting + running === 0) say(`Sweep ${sweep.name} has nothing left to run.${held}`);
  else
    say(
      `Sweep ${sweep.name} ${wasRunning ? 'goes on' : 'is resumed'}: ${counted(requeued, 'trial')} put back, ${waiting} waiting${running > 0 ? `, ${running} running` : ''}. Complete trials do not run again.${held}`,
    );
}
