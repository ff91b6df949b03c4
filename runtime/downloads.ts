// What set-up downloads for the demo, as `doctor` looks at it.
import { existsSync } from 'node:fs';
import type { Finding } from './doctor.ts';

/** The demo's backbone or data: a sweep of other ones runs without. */
export function ofTheDemo(part: string, folder: string): Finding {
  if (existsSync(folder)) return { part, state: 'ok', found: 'installed', where: folder };
  const advice = 'The demo needs it: run `node scripts/setup.mjs`.';
  return { part, state: 'optional', found: 'not installed', advice };
}
