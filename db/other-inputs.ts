// What the trials of a sweep share, whatever is added to it: a file that asks for another one makes a sweep of its own.
import { eq, sql } from 'drizzle-orm';
import { shortFingerprint } from '../sweep/fingerprint.ts';
import { isAboutOneLabel, positiveLabel } from '../sweep/labels.ts';
import { regimeColumns, type RegimeColumns, regimeName } from '../sweep/regime.ts';
import type { Trial } from '../sweep/trial.ts';
import { canonicalJson } from '../sweep/trial-key.ts';
import type { Transaction } from './client.ts';
import { OtherInputsError } from './errors.ts';
import { otherSetupThan } from './inputs.ts';
import type { NewSweep } from './new-sweep.ts';
import { trials } from './schema.ts';
import type { SweepRow } from './sweeps.ts';

/** @throws OtherInputsError naming the first difference */
export async function refuseOtherInputs(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  await refuseOtherBackbone(transaction, sweep, asked);
  await refuseOtherData(transaction, sweep, asked);
  await refuseOtherExamples(transaction, sweep, asked);
  await refuseOtherLabel(transaction, sweep, asked);
}

/** With other weights every trial would be a new one, and its numbers no match for those that are there. */
async function refuseOtherBackbone(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  const [first] = asked.trials;
  const found = first?.trial.backbone.fingerprint ?? '';
  if (found !== sweep.backboneFingerprint) {
    throw new OtherInputsError(
      `Expected the backbone of sweep \`${sweep.name}\`, \`${sweep.backbone}\` with the fingerprint ${shortFingerprint(sweep.backboneFingerprint)}, found \`${asked.spec.backbone}\` with ${shortFingerprint(found)}. Give the file another \`name\`.`,
    );
  }
  const setup = first?.trial.backbone.setup;
  const other = await otherSetupThan(transaction, { sweepId: sweep.id, setup });
  if (setup !== undefined && other !== null) {
    throw new OtherInputsError(
      `Expected config.json and tokenizer of \`${sweep.backbone}\` to be those of sweep \`${sweep.name}\` with the fingerprint ${shortFingerprint(other)}, found ${shortFingerprint(setup)}. Give the file another \`name\`.`,
    );
  }
}

/** Examples of other files under one task's name would be taken for the same. */
async function refuseOtherData(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  const stored = await transaction
    .selectDistinct({ task: trials.task, fingerprint: fingerprintOfData })
    .from(trials)
    .where(eq(trials.sweepId, sweep.id));
  for (const { trial } of asked.trials) {
    const { name, data } = trial.task;
    const known = stored.filter(({ task }) => task === name);
    if (known.length === 0 || known.some(({ fingerprint }) => fingerprint === data.fingerprint)) continue;
    throw new OtherInputsError(
      `Expected the data of task \`${name}\` to be those of sweep \`${sweep.name}\` with the fingerprint ${shortFingerprint(known[0]?.fingerprint ?? '')}, found ${shortFingerprint(data.fingerprint)}. Give the file another \`name\`.`,
    );
  }
}

/** What examples are seen as, and how many dev and test are made of. */
interface Examples extends RegimeColumns {
  task: string;
  template: string;
  labelWords: Record<string, string>;
  devSize: number | null;
  testSize: number | null;
}

const OF_TASK = ['template', 'labelWords'] as const;
const OF_DRAW = ['devSize', 'testSize'] as const;
type Field = (typeof OF_TASK)[number] | (typeof OF_DRAW)[number];

/** Scores on other ones would be averaged, ranked and chosen among as if they were of one kind. */
async function refuseOtherExamples(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  const stored = await transaction
    .selectDistinct({ task: trials.task, regime: trials.regime, k: trials.k, ...storedExamples })
    .from(trials)
    .where(eq(trials.sweepId, sweep.id));
  for (const found of asked.trials.map(({ trial }) => examplesOf(trial))) {
    for (const expected of stored) {
      const field = differenceOf(expected, found);
      if (field === undefined) continue;
      throw new OtherInputsError(
        `Expected \`${field}\` of task \`${found.task}\` (${regimeName(found)}) to be that of sweep \`${sweep.name}\`, ${wordsOf(expected, field)}, found ${wordsOf(found, field)}. Give the file another \`name\` and launch it as a sweep of its own.`,
      );
    }
  }
}

function examplesOf({ task: { name, template, labelWords }, regime }: Trial): Examples {
  const { devSize, testSize } = regime;
  return { task: name, ...regimeColumns(regime), template, labelWords, devSize, testSize };
}

function differenceOf(expected: Examples, found: Examples): Field | undefined {
  if (expected.task !== found.task) return undefined;
  const isSameDraw = expected.regime === found.regime && expected.k === found.k;
  const fields = isSameDraw ? [...OF_TASK, ...OF_DRAW] : OF_TASK;
  return fields.find((field) => canonicalJson(expected[field]) !== canonicalJson(found[field]));
}

/** As the sweep file has it. */
function wordsOf(examples: Examples, field: Field): string {
  const value = examples[field];
  if (value === null) return field === 'testSize' ? '`all`' : 'as many as for training';
  return `\`${typeof value === 'object' ? canonicalJson(value) : value}\``;
}

/** F1 of one label and F1 of another would be averaged, ranked and chosen among as one metric. */
async function refuseOtherLabel(transaction: Transaction, sweep: SweepRow, asked: NewSweep): Promise<void> {
  const stored = await transaction
    .selectDistinct({ task: trials.task, metric: trials.metric, named: namedLabel })
    .from(trials)
    .where(eq(trials.sweepId, sweep.id));
  for (const { name, metric, labelWords, positive } of asked.trials.map(({ trial }) => trial.task)) {
    if (!isAboutOneLabel(metric)) continue;
    const found = positiveLabel({ labelWords, positive });
    const known = stored
      .filter((row) => row.task === name && row.metric === metric)
      .map(({ named }) => positiveLabel({ labelWords, positive: named ?? undefined }));
    const [other] = known.filter((label) => label !== found);
    if (other === undefined) continue;
    throw new OtherInputsError(
      `Expected \`positive\` of task \`${name}\` to be that of sweep \`${sweep.name}\`, \`${other}\`, found \`${found}\`. Give the file another \`name\`.`,
    );
  }
}

const storedExamples = {
  template: sql<string>`${trials.trial} #>> '{task,template}'`,
  labelWords: sql<Record<string, string>>`${trials.trial} #> '{task,labelWords}'`,
  devSize: sql<number | null>`(${trials.trial} #>> '{regime,devSize}')::integer`,
  testSize: sql<number | null>`(${trials.trial} #>> '{regime,testSize}')::integer`,
};
const namedLabel = sql<string | null>`${trials.trial} #>> '{task,positive}'`;
const fingerprintOfData = sql<string>`${trials.trial} #>> '{task,data,fingerprint}'`;
