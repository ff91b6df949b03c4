// The processes of this machine as /proc tells them: who is whose child, and what it runs.
import { readFileSync, readdirSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

export interface Process {
  pid: number;
  parent: number;
  command: string;
  /** Ticks of processor time that it has had, of which there are a hundred a second. */
  ticks: number;
}

export function listProcesses(): Process[] {
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? read(Number(name)) : []));
}

export function childrenOf(processes: readonly Process[], parent: number): Process[] {
  return processes.filter((process) => process.parent === parent);
}

/** The process itself is not among them. */
export function descendantsOf(processes: readonly Process[], ancestor: number): Process[] {
  return childrenOf(processes, ancestor).flatMap((child) => [child, ...descendantsOf(processes, child.pid)]);
}

const LOOK_MS = 500;
/** A tenth of that moment: also a process that shares its processor with nine others. */
const FEW_TICKS = 5;

/** Ids of the processes that compute at this moment. */
export async function computing(): Promise<Set<number>> {
  const before = new Map(listProcesses().map(({ pid, ticks }) => [pid, ticks]));
  await wait(LOOK_MS);
  const busy = listProcesses().filter(({ pid, ticks }) => ticks - (before.get(pid) ?? ticks) >= FEW_TICKS);
  return new Set(busy.map(({ pid }) => pid));
}

/** Places of user's and system's time in /proc/…/stat, counted from the state. */
const [USER, SYSTEM] = [11, 12];

/** One that has ended meanwhile is left out. */
function read(pid: number): Process[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' '); // the name may hold spaces and brackets
    const [state, parent] = fields;
    if (state === 'Z' || state === 'X') return [];
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return [{ pid, parent: Number(parent), command, ticks: Number(fields[USER]) + Number(fields[SYSTEM]) }];
  } catch {
    return [];
  }
}
