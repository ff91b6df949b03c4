// What earlier trials took, for a command that starts nothing.
import { existsSync } from 'node:fs';
import { listMeasured } from '../db/measured.ts';
import { stateLayout } from '../runtime/folders.mjs';
import type { MeasuredTrial } from '../sweep/measured.ts';
import type { Terminal } from './command.ts';
import { withSession } from './session.ts';

/** None where there is no database yet: looking must not make one. One that cannot be read is told, and no reason to stop. */
export async function earlierTrials(terminal: Terminal, backboneFingerprint: string): Promise<MeasuredTrial[]> {
  const { databaseUrl, stateFolder } = terminal.environment;
  if (databaseUrl === undefined && !existsSync(stateLayout(stateFolder).postgres)) return [];
  try {
    const ask = { isQuiet: true };
    return await withSession(terminal, ({ control }) => listMeasured(control.database, backboneFingerprint), ask);
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    terminal.say(`Note: nothing is known of earlier trials, so their speed is assumed. ${found}`);
    return [];
  }
}
