// Workflow ids are made from our own keys, so that a start which is repeated finds the run that is there.

export function sweepWorkflowId(sweepId: string): string {
  return `sweep-${sweepId}`;
}

/** The sweep's id; null for a workflow of another kind, or of somebody else's making. */
export function parseSweepWorkflowId(workflowId: string): string | null {
  return /^sweep-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(workflowId)?.[1] ?? null;
}

export function trialWorkflowId(sweepId: string, trialId: string): string {
  return `${sweepWorkflowId(sweepId)}-trial-${trialId}`;
}

export interface WorkerName {
  pid: number;
  host: string;
  /** What its trainers compute on. */
  device: string;
  /** Of each trainer; null where it takes trials of any size. */
  memoryMiB: number | null;
}

/** How a worker is called in Temporal and beside its attempts. */
export function workerIdentity({ pid, host, device, memoryMiB }: WorkerName): string {
  return `${pid}@${host}/${device}${memoryMiB === null ? '' : `/${memoryMiB}MiB`}`;
}

/** Null for a worker of somebody else's making. */
export function parseWorkerIdentity(identity: string): WorkerName | null {
  const [, pid, host, device, memory] = /^(\d+)@([^/]+)\/(\w+)(?:\/(\d+)MiB)?$/.exec(identity) ?? [];
  if (pid === undefined || host === undefined || device === undefined) return null;
  return { pid: Number(pid), host, device, memoryMiB: memory === undefined ? null : Number(memory) };
}
