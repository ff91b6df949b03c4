// What hidden states are computed by, down to their last bit: where any of it changes, what was kept is no longer asked for.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { PROJECT } from '../../runtime/project.ts';
import type { TrainerProvenance } from '../../sweep/provenance.ts';

/** Code that reads weights and that runs them, folders without what lies in their own folders. */
const FOLDERS = ['lpt', 'lpt/packed', 'lpt/steps', 'runtime/native', 'data/architectures'];
const OF_WEIGHTS = ['backbone', 'encoder-weights', 'decoder-weights', 'weights-reader'];
const OF_NUMBERS = ['safetensors', 'safetensors-header', 'half-floats'];
const OF_STATES = ['hidden-states', 'frozen-states', 'batches', 'chunks', 'disk/block'];
const FILES = [
  'data/backbone-files.ts',
  'sweep/kept-vectors.ts',
  ...[...OF_WEIGHTS, ...OF_NUMBERS, ...OF_STATES].map((name) => `training/${name}.ts`),
];

/** Reads the program's own files: call it once a process. Threads count, for a product is summed in as many parts. */
export function recipeOf(computedBy: TrainerProvenance): string {
  const { backend, tensorflow, device, hardware, threads, precision } = computedBy;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([tf.version_core, backend, tensorflow, device, hardware, threads, precision]));
  for (const file of recipeFiles()) hash.update(`\n${file}\n`).update(readFileSync(join(PROJECT, file)));
  return hash.digest('hex');
}

export function recipeFiles(): string[] {
  return [...FOLDERS.flatMap(filesIn), ...FILES];
}

function filesIn(folder: string): string[] {
  const entries = readdirSync(join(PROJECT, folder), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [`${folder}/${entry.name}`] : [])).sort();
}
