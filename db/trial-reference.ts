// A trial by what a person calls it: `demo/3`, or an id or trial key or the start of one, alone or inside a sweep.
import { and, asc, between, desc, eq, like, or } from 'drizzle-orm';
import { type Database, ask } from './client.ts';
import { UnknownTrialError } from './errors.ts';
import type { TrialRow } from './fence.ts';
import { lastPosition } from './last-position.ts';
import { nearestNames } from './nearest-names.ts';
import { sweeps, trials } from './schema.ts';
import { type SweepRow, findSweep } from './sweeps.ts';

export interface FoundTrial {
  trial: TrialRow;
  sweep: SweepRow;
}

/** What its name is made of. */
interface NamedTrial {
  trial: Pick<TrialRow, 'position'>;
  sweep: Pick<SweepRow, 'name'>;
}

const SHORTEST_PREFIX = 6;
/** Of an ambiguous or an unknown name. */
const NAMED = 5;
/** The newest trials are looked through for a name that is near. */
const LOOKED_THROUGH = 5000;

/** How a trial is called in every command. */
export function trialName({ trial, sweep }: NamedTrial): string {
  return `${sweep.name}/${trial.position}`;
}

/** @throws UnknownTrialError (with the nearest names, or those between which it is not clear) or UnknownSweepError */
export async function findTrialByName(database: Database, asked: string): Promise<FoundTrial> {
  const slash = asked.lastIndexOf('/');
  if (slash < 0) return byPrefix(database, { asked, start: asked });
  const sweep = await findSweep(database, asked.slice(0, slash));
  const inside = asked.slice(slash + 1);
  const position = /^\d{1,7}$/.test(inside) ? Number(inside) : null;
  const trial = position === null ? undefined : await atPosition(database, sweep, position);
  if (trial) return { trial, sweep };
  // The start of an id or a key can be figures alone.
  if (position === null || inside.length >= SHORTEST_PREFIX) return byPrefix(database, { asked, start: inside, sweep });
  throw await noPosition(database, sweep, position);
}

async function atPosition(database: Database, sweep: SweepRow, position: number): Promise<TrialRow | undefined> {
  const [trial] = await ask(database, () =>
    database
      .select()
      .from(trials)
      .where(and(eq(trials.sweepId, sweep.id), eq(trials.position, position))),
  );
  return trial;
}

async function noPosition(database: Database, sweep: SweepRow, position: number): Promise<UnknownTrialError> {
  const last = await ask(database, () => lastPosition(database, sweep.id));
  return new UnknownTrialError(
    `Expected a trial of sweep \`${sweep.name}\`, \`${sweep.name}/0\` to \`${sweep.name}/${last}\`, found \`${sweep.name}/${position}\`.`,
  );
}

interface Prefix {
  /** As the person wrote it, for messages. */
  asked: string;
  start: string;
  sweep?: SweepRow;
}

async function byPrefix(database: Database, { asked, sweep, ...prefix }: Prefix): Promise<FoundTrial> {
  const start = prefix.start.toLowerCase();
  if (!/^[0-9a-f-]+$/.test(start) || start.length < SHORTEST_PREFIX) throw await unknown(database, asked);
  const starts = or(idStarts(start), like(trials.trialKey, `${start}%`));
  const found = await ask(database, () =>
    database
      .select({ trial: trials, sweep: sweeps })
      .from(trials)
      .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
      .where(and(starts, sweep ? eq(trials.sweepId, sweep.id) : undefined))
      .orderBy(asc(sweeps.createdAt), asc(trials.position))
      .limit(NAMED + 1),
  );
  const [only, another] = found;
  if (only === undefined) throw await unknown(database, asked);
  if (another === undefined) return only;
  const names = found.slice(0, NAMED).map((one) => `\`${trialName(one)}\``);
  const rest = found.length > NAMED ? ', …' : '';
  throw new UnknownTrialError(
    `Expected \`${asked}\` to be the start of one trial's id or key, found several: ${names.join(', ')}${rest}.`,
  );
}

/** As a range, which the primary key serves; undefined for what no id starts with. */
function idStarts(start: string) {
  const digits = start.replaceAll('-', '');
  const first = digits.padEnd(32, '0');
  const dashed = first.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return digits.length <= 32 && (dashed.startsWith(start) || first.startsWith(start))
    ? between(trials.id, first, digits.padEnd(32, 'f'))
    : undefined;
}

async function unknown(database: Database, asked: string): Promise<UnknownTrialError> {
  const rows = await ask(database, () =>
    database
      .select({ key: trials.trialKey, id: trials.id, position: trials.position, name: sweeps.name })
      .from(trials)
      .innerJoin(sweeps, eq(sweeps.id, trials.sweepId))
      .orderBy(desc(sweeps.createdAt), asc(trials.position))
      .limit(LOOKED_THROUGH),
  );
  const named = rows.map(({ key, id, position, name }) => ({
    name: `${name}/${position}`,
    alsoCalled: [key.slice(0, asked.length), id.slice(0, asked.length)],
  }));
  const nearest = nearestNames(asked, named).map((name) => `\`${name}\``);
  const hint = nearest.length === 0 ? 'There is no trial yet' : `The nearest are: ${nearest.join(', ')}`;
  const expected = `<sweep>/<position>; or an id or trial key or its first characters (${SHORTEST_PREFIX} or more), alone or behind <sweep>/`;
  return new UnknownTrialError(
    `Expected a trial (${expected}), found \`${asked}\`, which no trial is called. ${hint}.`,
  );
}
