// Labels new texts with an exported model. Neither Temporal nor the database takes part.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintBackbone } from '../data/backbone-files.ts';
import { otherSetup } from '../data/backbone-setup.ts';
import { ConfigurationError } from '../data/error.ts';
import { decodeText } from '../data/readers/text.ts';
import { INPUT_FORMS, readUnlabelled, type InputForm } from '../data/readers/unlabelled.ts';
import { fieldsOf } from '../data/template.ts';
import { shortFingerprint } from '../sweep/fingerprint.ts';
import { CARD_FILE, CARD_FORMAT, modelCardSchema, WEIGHTS_FILE, type ModelCard } from '../sweep/model-card.ts';
import type { Prediction } from '../training/predict.ts';
import { predictInChild } from '../training/predictor.ts';
import type { Sources } from './facts.ts';

export { INPUT_FORMS };

export interface ExportedModel {
  card: ModelCard;
  weights: Uint8Array;
  /** The template's, which an input has to have. */
  fields: string[];
}

/** @throws ConfigurationError where the folder is none that `export` wrote */
export async function readExported(folder: string): Promise<ExportedModel> {
  const card = await readCard(join(folder, CARD_FILE));
  const file = join(folder, WEIGHTS_FILE);
  const weights = await readFile(file).catch((error: unknown) => {
    throw new ConfigurationError(`Expected the exported weights at ${file}, found no readable file.`, { cause: error });
  });
  const sha256 = createHash('sha256').update(weights).digest('hex');
  if (sha256 !== card.weights.sha256) {
    throw new ConfigurationError(
      `Expected ${file} to be the weights of its card (sha256 ${shortFingerprint(card.weights.sha256)}), found ${shortFingerprint(sha256)}.`,
    );
  }
  return { card, weights, fields: fieldsOf(card.task.template) };
}

export interface PredictInput {
  /** What errors call it. */
  source: string;
  bytes: Uint8Array;
  form: InputForm;
}

export interface LabelRequest {
  model: ExportedModel;
  input: PredictInput;
  /** Where the backbone is looked for; what the card says where absent. */
  backbone?: string;
  resolveBackbone: Sources['resolveBackbone'];
  signal?: AbortSignal;
}

export interface Labelled extends Prediction {
  /** Template's field → text. */
  fields: Record<string, string>;
}

export interface Answer {
  /** In the input's order. */
  rows: Labelled[];
  /** How many texts are longer than the backbone can read, and lost their end. */
  shortened: number;
}

/** @throws ConfigurationError or DataError */
export async function label(request: LabelRequest): Promise<Answer> {
  const { model, input, resolveBackbone, signal } = request;
  const { card, weights, fields } = model;
  const content = decodeText(input.source, input.bytes);
  const texts = readUnlabelled({ ...input, content, fields, columns: card.task.columns });
  const name = request.backbone ?? card.backbone.name;
  const { folder } = await resolveBackbone(name);
  await checkBackbone(card, { name, folder });
  const asked = { card, weights, backboneFolder: folder, texts };
  const { predictions, shortened } = await predictInChild(asked, signal ? { signal } : {});
  return { rows: predictions.map((prediction, index) => ({ fields: texts[index] ?? {}, ...prediction })), shortened };
}

async function readCard(file: string): Promise<ModelCard> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new ConfigurationError(`Expected an exported model's card at ${file}, found no readable file.`, {
      cause: error,
    });
  });
  const parsed = modelCardSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ConfigurationError(
    `Expected ${file} to be a card that \`lpt-sweep export\` wrote (${CARD_FORMAT}), found \`${issue?.path.join('.') ?? ''}\` otherwise: ${issue?.message ?? ''}.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function checkBackbone(
  { backbone }: ModelCard,
  { name, folder }: { name: string; folder: string },
): Promise<void> {
  const found = await fingerprintBackbone(folder);
  if (found === backbone.fingerprint) return checkSetup(backbone, folder);
  throw new ConfigurationError(
    `Expected the backbone \`${name}\` to be the one that the weights were trained on (${backbone.name}, fingerprint ${shortFingerprint(backbone.fingerprint)}), found ${shortFingerprint(found)}: this is a checkpoint of another backbone.`,
  );
}

async function checkSetup({ name, setup }: ModelCard['backbone'], folder: string): Promise<void> {
  const other = await otherSetup(folder, setup);
  if (setup === undefined || other === null) return;
  throw new ConfigurationError(
    `Expected config.json and tokenizer in ${folder} to be those that the weights were trained with (${name}, fingerprint ${shortFingerprint(setup)}), found ${shortFingerprint(other)}.`,
  );
}
