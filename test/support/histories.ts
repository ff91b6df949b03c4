// Histories as files: every field readable, without what tells of the machine that they were recorded on.
// A CommonJS package, whose names Node cannot see one by one.
import proto, { type temporal } from '@temporalio/proto';

const { History } = proto.temporal.api.history.v1;
type History = temporal.api.history.v1.IHistory;

export function encodeHistory(history: History): string {
  const plain = History.toObject(History.fromObject(history), { enums: String, longs: String, bytes: String });
  return `${JSON.stringify(plain, impersonal, 1)}\n`;
}

export function decodeHistory(text: string): History {
  return History.fromObject(JSON.parse(text) as Record<string, unknown>);
}

/** Replay looks at none of this: stacks, and names made of a process id and a host. */
function impersonal(key: string, value: unknown): unknown {
  if (key === 'stackTrace' || key === 'identity') return undefined;
  return typeof value === 'string' && /^\d+@/.test(value) ? 'worker' : value;
}
