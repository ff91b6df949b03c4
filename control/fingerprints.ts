// Whether a sweep's backbone and data are still what it was launched with: asked before anything of it runs again.
import { existsSync } from 'node:fs';
import { fingerprintBackbone } from '../data/backbone-files.ts';
import { otherSetup } from '../data/backbone-setup.ts';
import { fingerprintData } from '../data/dataset.ts';
import { OtherInputsError } from '../db/errors.ts';
import { listInputs } from '../db/inputs.ts';
import type { SweepRow } from '../db/sweeps.ts';
import type { BackboneReference } from '../sweep/backbone.ts';
import { shortFingerprint } from '../sweep/fingerprint.ts';
import type { Control } from './control.ts';

/** Looks at what lies on this machine; a worker elsewhere checks its own. @throws OtherInputsError */
export async function assertSameInputs({ database }: Pick<Control, 'database'>, sweep: SweepRow): Promise<void> {
  const { backbones, data } = await listInputs(database, sweep.id);
  for (const backbone of backbones) if (existsSync(backbone.folder)) await assertSameBackbone(sweep, backbone);
  for (const { task, files, columns, fingerprint } of data) {
    if (!Object.values(files).every((file) => existsSync(file))) continue;
    const found = await fingerprintData(files, columns);
    if (found !== fingerprint)
      throw changed(sweep, `the data of task \`${task}\` (${files.train})`, { fingerprint, found });
  }
}

async function assertSameBackbone(sweep: SweepRow, backbone: BackboneReference): Promise<void> {
  const { name, folder, fingerprint, setup } = backbone;
  const what = `backbone \`${name}\` (${folder})`;
  const found = await fingerprintBackbone(folder);
  if (found !== fingerprint) throw changed(sweep, what, { fingerprint, found });
  const other = await otherSetup(folder, setup);
  if (setup !== undefined && other !== null)
    throw changed(sweep, `config.json and tokenizer of ${what}`, { fingerprint: setup, found: other });
}

function changed(
  { name }: SweepRow,
  what: string,
  { fingerprint, found }: { fingerprint: string; found: string },
): OtherInputsError {
  return new OtherInputsError(
    `Expected ${what} to have the fingerprint ${shortFingerprint(fingerprint)} that sweep \`${name}\` was launched with, found ${shortFingerprint(found)}. Nothing was started: put it back, or launch a sweep of another name.`,
  );
}
