// Writes what a trial trained into a folder of its own: the weights, the card that says what they are, and PEFT's files.
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listAttempts } from '../db/attempts.ts';
import { loadCheckpoint } from '../db/checkpoints.ts';
import { trialName, type FoundTrial } from '../db/trial-reference.ts';
import { LARGEST_CHECKPOINT_BYTES } from '../sweep/disk.ts';
import { CARD_FILE, CARD_FORMAT, WEIGHTS_FILE, type ModelCard } from '../sweep/model-card.ts';
import type { NoPeftAdapter, PeftAdapter } from '../training/peft-adapter.ts';
import { PEFT_CONFIG_FILE, PEFT_WEIGHTS_FILE } from '../training/peft.ts';
import { encodeSafetensors } from '../training/safetensors.ts';
import type { Control } from './control.ts';
import type { Sources } from './facts.ts';
import { peftOf } from './peft.ts';
import { findComplete } from './rerun.ts';
import { provenanceAmong } from './show.ts';

export interface ExportRequest {
  /** What a person calls the trial. */
  trial: string;
  folder: string;
  /** Whether a folder that holds something is written into. */
  force: boolean;
  programVersion: string;
  /** Finds what is on this machine. */
  resolveBackbone: Sources['resolveBackbone'];
}

export class OccupiedFolderError extends Error {
  override name = 'OccupiedFolderError';
}

/** A trial that is complete, but of which no weights are kept. */
export class NoWeightsError extends Error {
  override name = 'NoWeightsError';
}

/** @throws OccupiedFolderError, NoWeightsError, UnfinishedTrialError, UnknownTrialError or UnknownSweepError */
export async function exportTrial(control: Pick<Control, 'database'>, request: ExportRequest): Promise<ModelCard> {
  const { folder, force, resolveBackbone } = request;
  const found = await findComplete(control, request.trial);
  const weights = await weightsOf(control, found);
  await makeRoom(folder, force);
  const peft = await peftOf(found.trial.trial, weights, resolveBackbone);
  await writeFile(join(folder, WEIGHTS_FILE), weights);
  if ('config' in peft) await writePeft(folder, peft);
  const card = await cardOf(control, { found, weights, peft, programVersion: request.programVersion });
  // The last: a folder with a card is whole.
  await writeFile(join(folder, CARD_FILE), `${JSON.stringify(card, null, 2)}\n`);
  return card;
}

async function weightsOf({ database }: Pick<Control, 'database'>, found: FoundTrial): Promise<Uint8Array> {
  const { trial } = found;
  const best = await loadCheckpoint(database, { trialId: trial.id, kind: 'best' });
  if (best) return best.bytes;
  const name = trialName(found);
  throw new NoWeightsError(
    `Expected trial \`${name}\` to have trained weights in the database, found none: ${whyNone(found.trial, name)}.`,
  );
}

function whyNone({ method, trainableParameters }: FoundTrial['trial'], name: string): string {
  if (trainableParameters === 0) return `${method} trains nothing`;
  if (4 * (trainableParameters ?? 0) > LARGEST_CHECKPOINT_BYTES) return 'they are larger than what is kept (256 MiB)';
  return `\`prune --checkpoints\` has forgotten them. \`lpt-sweep rerun ${name}\` trains them again, as a sweep of its own`;
}

const OURS = [CARD_FILE, WEIGHTS_FILE, PEFT_CONFIG_FILE, PEFT_WEIGHTS_FILE];

/** What an earlier export left is taken away: half of it would be wrong. */
async function makeRoom(folder: string, force: boolean): Promise<void> {
  const names = await mkdir(folder, { recursive: true }).then(() => readdir(folder));
  if (names.length > 0 && !force) {
    const some = names.slice(0, 3).join(', ');
    throw new OccupiedFolderError(
      `Expected the folder \`${folder}\` to be empty, found ${some}. \`--force\` writes into it.`,
    );
  }
  for (const name of OURS) await rm(join(folder, name), { force: true });
}

async function writePeft(folder: string, { config, tensors }: PeftAdapter): Promise<void> {
  await writeFile(join(folder, PEFT_WEIGHTS_FILE), encodeSafetensors(tensors, { format: 'pt' }));
  await writeFile(join(folder, PEFT_CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
}

interface CardParts {
  found: FoundTrial;
  weights: Uint8Array;
  peft: PeftAdapter | NoPeftAdapter;
  programVersion: string;
}

async function cardOf(
  { database }: Pick<Control, 'database'>,
  { found, weights, peft, programVersion }: CardParts,
): Promise<ModelCard> {
  const { trial: row } = found;
  const { backbone, task, method, regime, training, dataSeed, trainSeed } = row.trial;
  const { fingerprint, setup } = backbone;
  const { name, template, labelWords, metric, positive, data } = task;
  return {
    format: CARD_FORMAT,
    programVersion,
    trial: { name: trialName(found), id: row.id, trialKey: row.trialKey },
    backbone: { name: backbone.name, fingerprint, setup },
    task: { name, template, labelWords, metric, positive, columns: data.columns },
    ...{ method, regime, training, dataSeed, trainSeed },
    scores: { devScore: row.devScore ?? 0, testScore: row.testScore ?? 0, selectedStep: row.selectedStep ?? 0 },
    weights: {
      file: WEIGHTS_FILE,
      sha256: createHash('sha256').update(weights).digest('hex'),
      parameters: row.trainableParameters ?? 0,
    },
    peft: 'config' in peft ? { written: true, note: PEFT_NOTE } : { written: false, note: peft.reason },
    provenance: provenanceAmong(await listAttempts(database, row.id)),
  };
}

const PEFT_NOTE = `${PEFT_CONFIG_FILE} and ${PEFT_WEIGHTS_FILE} are for Hugging Face PEFT.`;
