// What hidden states are computed by, down to their last bit: where any of it changes, what was kept is no longer asked for.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { PROJECT } from '../../runtime/project.ts';
import type { TrainerProvenance } from '../../sweep/provenance.ts';

/** Code that takes part, folders without what lies in their own folders. */
const FOLDERS = ['lpt', 'lpt/packed', 'runtime/native'];
const FILES = ['training/hidden-states.ts', 'training/batches.ts', 'training/chunks.ts', 'training/disk/block.ts'];

/** Reads the program's own files: call it once a process. Threads count, for a product is summed in as many parts. */
export function recipeOf({ backend, tensorflow, device, hardware, threads }: TrainerProvenance): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([tf.version_core, backend, tensorflow, device, hardware, threads]));
  for (const file of [...FOLDERS.flatMap(filesIn), ...FILES])
    hash.update(`\n${file}\n`).update(readFileSync(join(PROJECT, file)));
  return hash.digest('hex');
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(PROJECT, folder), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [`${folder}/${entry.name}`] : [])).sort();
}
