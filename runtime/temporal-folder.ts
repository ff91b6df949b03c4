// What a Temporal folder tells: which server runs on it, or ran last, and at which addresses.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, isElsewhere, type ProcessIdentity } from './process-identity.mjs';
import { startedElsewhere } from './started-elsewhere.ts';

export interface RunningTemporal {
  process: ProcessIdentity;
  address: string;
  uiUrl: string | null;
}

/** Process null: it was stopped, and whoever starts the next wants its addresses. */
type TemporalNote = Omit<RunningTemporal, 'process'> & { process: ProcessIdentity | null };

/** As the note of it has it: it may be starting, or held up. */
export function readTemporal(folder: string): RunningTemporal | null {
  const note = readNote(folder);
  return note !== null && note.process !== null && isAlive(note.process) ? { ...note, process: note.process } : null;
}

/** Of the server that runs, or ran last. */
export function readNote(folder: string): TemporalNote | null {
  try {
    return JSON.parse(readFileSync(noteFile(folder), 'utf8')) as TemporalNote;
  } catch {
    return null;
  }
}

export function writeNote(folder: string, note: TemporalNote): void {
  const part = `${noteFile(folder)}.part`;
  writeFileSync(part, JSON.stringify(note));
  renameSync(part, noteFile(folder));
}

/** Any machine may start the next. */
export function noteStopped(folder: string, { process }: RunningTemporal): void {
  const note = readNote(folder);
  if (note?.process?.pid === process.pid) writeNote(folder, { ...note, process: null });
}

/** The machine that has started a server on a folder that we share and not stopped it, where it is another: it does not show here. */
export function temporalElsewhere(folder: string): string | null {
  const process = readNote(folder)?.process ?? null;
  return process !== null && isElsewhere(process) ? (process.host ?? null) : null;
}

/** Two servers on one file would not refuse each other. @throws an error for people */
export function refuseOther(folder: string): void {
  const host = temporalElsewhere(folder);
  if (host === null) return;
  throw startedElsewhere({ server: 'Temporal', folder, host, setting: 'TEMPORAL_ADDRESS', note: noteFile(folder) });
}

export const noteFile = (folder: string): string => join(folder, 'server.json');
