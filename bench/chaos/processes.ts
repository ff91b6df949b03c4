// The processes of this machine as /proc tells them: who is whose child, and what it runs.
import { readFileSync, readdirSync } from 'node:fs';

export interface Process {
  pid: number;
  parent: number;
  command: string;
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

/** One that has ended meanwhile is left out. */
function read(pid: number): Process[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = line.slice(line.lastIndexOf(')') + 2).split(' '); // the name may hold spaces and brackets
    if (state === 'Z' || state === 'X') return [];
    return [
      { pid, parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') },
    ];
  } catch {
    return [];
  }
}
