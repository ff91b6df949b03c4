// Finds the processes that a part of the program is made of, at the moment when they are asked for.
import { stateLayout } from '../../runtime/folders.mjs';
import { readPostgres } from '../../runtime/postgres-folder.ts';
import { readTemporal } from '../../runtime/temporal-folder.ts';
import type { Crew } from './crew.ts';
import type { Ground } from './ground.ts';
import { childrenOf, descendantsOf, listProcesses, type Process } from './processes.ts';
import type { Disturbance, Part } from './schedule.ts';

export interface Place {
  ground: Ground;
  crew: Crew;
}

export interface Strike extends Pick<Disturbance, 'part' | 'choice'> {
  /** Process ids that are left alone. */
  spared: ReadonlySet<number>;
  /** Process ids that compute: who trains is struck before who does not. */
  busy: ReadonlySet<number>;
}

/** All the processes that a disturbance strikes at one moment; none where the part is down already. */
export function processesOf(place: Place, { part, choice, spared, busy }: Strike): number[] {
  const processes = listProcesses();
  const all = candidates(place, processes)[part]();
  const open = all.filter((pid) => !spared.has(pid));
  if (part === 'all-workers' || part === 'machine') return open;
  const training = open.filter((pid) => trainersOf(processes, pid).some((trainer) => busy.has(trainer)));
  const found = training.length > 0 ? training : open;
  return found.slice(Math.floor(choice * found.length)).slice(0, 1);
}

function candidates({ ground, crew }: Place, processes: readonly Process[]): Record<Part, () => number[]> {
  const layout = stateLayout(ground.environment.stateFolder);
  const client = crew.client === null ? [] : [crew.client];
  const temporal = pidOf(readTemporal(layout.temporal));
  const postgres = pidOf(readPostgres(layout.postgres));
  const children = (of: readonly number[], runs: RegExp): number[] =>
    of.flatMap((pid) => childrenOf(processes, pid)).flatMap(({ pid, command }) => (runs.test(command) ? [pid] : []));
  const workers = (): number[] => [...crew.workers, ...children(client, /bin\.mjs worker/)];
  return {
    trainer: () => children(workers(), TRAINER),
    worker: workers,
    'all-workers': workers,
    client: () => client,
    temporal: () => temporal,
    postgres: () => postgres,
    // Those that serve a connection: `postgres: user database host(port) …`.
    'postgres-backend': () => children(postgres, /^postgres: \w+ \w+ \d+\.\d+/),
    machine: () => {
      const roots = [...client, ...crew.workers, ...temporal, ...postgres];
      return [...roots, ...roots.flatMap((root) => descendantsOf(processes, root)).map(({ pid }) => pid)];
    },
  };
}

/** A trainer's own, or those of a worker. */
function trainersOf(processes: readonly Process[], pid: number): number[] {
  const itself = processes.filter((process) => process.pid === pid);
  const family = [...itself, ...descendantsOf(processes, pid)];
  return family.flatMap((process) => (TRAINER.test(process.command) ? [process.pid] : []));
}

const TRAINER = /trainer-process/;

function pidOf(running: { process: { pid: number } } | null): number[] {
  return running === null ? [] : [running.process.pid];
}

/** A process and all that it has started. */
export function withDescendants(pid: number): number[] {
  return [pid, ...descendantsOf(listProcesses(), pid).map((process) => process.pid)];
}
