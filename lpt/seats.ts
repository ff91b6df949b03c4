// Who is aboard a walk, and how the rows that go into a layer are put together: each text with its prompts in front, trial
// after trial in the order of the riders.
import type { Tensor3D } from '@tensorflow/tfjs-core';
import { embed, type Backbone } from './backbone.ts';
import { hiddenOf } from './hidden-of.ts';
import { gatherRowsStep } from './packed/gather-rows.ts';
import { asTheyLie, joinBlocks, type Block, type JoinedRows, type Source } from './packed/joined-rows.ts';
import { startsOf } from './packed/packing.ts';
import { rowsStep, sequencesStep } from './steps/rearrange.ts';
import type { Pass, Text, Tuning } from './tuning.ts';

/** What the walk asks of a method. */
export type WalkingTuning = Pick<Tuning, 'firstTouchedLayer' | 'prompts' | 'trainsAll' | 'changes'>;

/** A trial's part in a walk. */
export interface Rider extends Pass {
  tuning: WalkingTuning;
  /** Whether the backbone's own dropout runs. Such a trial walks alone. */
  frozenDropout?: boolean;
}

/** The texts of one trial, with so many positions of prompts in front of each. */
export interface Aboard {
  rider: Rider;
  prompts: number;
}

/** The output of a layer. */
export interface Place {
  aboard: readonly Aboard[];
  /** Absent where nobody is aboard yet. */
  rows?: Source;
}

export interface Boarded {
  aboard: readonly Aboard[];
  rows: JoinedRows;
}

export interface Boarding {
  /** Of which the output is there, or is where trials board. */
  layer: number;
  place: Place;
  backbone: Backbone;
}

/** What goes into the layer that makes H_{layer + 1}. `riders` in their order. */
export function board(riders: readonly Rider[], boarding: Boarding): Boarded {
  const { place } = boarding;
  const seated = riders.flatMap((rider) => seat(rider, boarding) ?? []);
  const isMoved = seated.some(({ prompt, text }) => prompt !== undefined || text !== undefined);
  const aboard = seated.map(({ rider, prompts }) => ({ rider, prompts }));
  if (!isMoved && place.rows) return { aboard, rows: asTheyLie(place.rows) };
  return { aboard, rows: joinBlocks(blocksOf(seated, place)) };
}

interface Seat extends Aboard {
  /** That joins now: p rows a text. */
  prompt?: { source: Source; length: number };
  /** Of a trial that boards now: T places a text, padding behind. */
  text?: { source: Source; length: number };
}

/** Null: not aboard yet. */
function seat(rider: Rider, boarding: Boarding): Seat | null {
  const { layer, place } = boarding;
  const { tuning, batch } = rider;
  const present = place.aboard.find((one) => one.rider === rider);
  const boards = tuning.firstTouchedLayer === layer;
  if (!boards && present === undefined) return null;
  const given = boards ? givenStates(rider, boarding) : null;
  const text = given && { source: { rows: rowsStep(given), flows: tuning.trainsAll === true }, length: given.shape[1] };
  const make = tuning.prompts?.get(layer);
  const prompts = present?.prompts ?? 0;
  if (make === undefined) return { rider, prompts, ...(text && { text }) };
  const { texts, maskPosition } = batch;
  const lengths = texts.map(({ length }) => length);
  const hidden = given ?? textStates(rider, place);
  const made = make({ hidden, lengths, maskPosition } satisfies Text, rider); // [B, p, D]
  const prompt = { source: { rows: rowsStep(made), flows: true }, length: made.shape[1] };
  return { rider, prompts: prompts + prompt.length, prompt, ...(text && { text }) };
}

/** [B, T, D] */
function givenStates({ tuning, batch, dropoutSeed, frozenDropout }: Rider, { layer, backbone }: Boarding): Tensor3D {
  if (tuning.trainsAll !== true) return hiddenOf(batch, layer);
  return embed(backbone, batch.tokenIds, {
    gradientTo: 'input and weights',
    dropoutSeed: frozenDropout ? dropoutSeed : null,
  });
}

/** The text's positions alone of what the layer below made, padded again: [B, T, D]. */
function textStates(rider: Rider, { aboard, rows }: Place): Tensor3D {
  const [batch, length] = rider.batch.tokenIds.shape;
  const places = new Int32Array(batch * length).fill(-1);
  const starts = startsOf(lengthsOf(aboard));
  sequencesOf(aboard).forEach((sequence, index) => {
    if (sequence.rider !== rider) return;
    const first = (starts[index] ?? 0) + sequence.prompts;
    for (let t = 0; t < sequence.length; t += 1) places[sequence.index * length + t] = first + t;
  });
  if (rows === undefined) throw new RangeError('Expected a trial that is aboard to have rows, found none.');
  return sequencesStep(gatherRowsStep(rows.rows, places), batch);
}

function blocksOf(seated: readonly Seat[], { aboard, rows }: Place): Block[] {
  const starts = startsOf(lengthsOf(aboard));
  let seen = 0;
  return seated.flatMap(({ rider, prompts, prompt, text }) =>
    rider.batch.texts.flatMap(({ length }, index): Block[] => {
      const inFront = prompt ? [{ source: prompt.source, from: index * prompt.length, count: prompt.length }] : [];
      if (text) return [...inFront, { source: text.source, from: index * text.length, count: length }];
      const from = starts[seen++] ?? 0;
      const count = length + prompts - (prompt?.length ?? 0);
      return rows ? [...inFront, { source: rows, from, count }] : inFront;
    }),
  );
}

interface Sequence extends Aboard {
  /** In the trial's own batch. */
  index: number;
  /** Of the text. */
  length: number;
  maskPosition: number;
}

function sequencesOf(aboard: readonly Aboard[]): Sequence[] {
  return aboard.flatMap((one) => one.rider.batch.texts.map((text, index) => ({ ...one, ...text, index })));
}

/** Positions of each sequence. */
export function lengthsOf(aboard: readonly Aboard[]): number[] {
  return sequencesOf(aboard).map(({ prompts, length }) => prompts + length);
}

/** The row of each sequence that the head reads. */
export function readRows(aboard: readonly Aboard[]): number[] {
  const starts = startsOf(lengthsOf(aboard));
  return sequencesOf(aboard).map(({ prompts, maskPosition }, index) => (starts[index] ?? 0) + prompts + maskPosition);
}
