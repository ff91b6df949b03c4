// The walk of several trials through the layers that they share: each joins at the layer of its first prompt, and from there
// on its sequences go through each layer in one batch with those of others that are about as long.
import { tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import type { Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { attentionBias } from '../attention.ts';
import { runLayer, type Backbone } from '../backbone.ts';
import { finalNorm } from '../final-norm.ts';
import { withoutGradient } from '../own-gradient.ts';
import { selector } from '../positions.ts';
import { hiddenOf } from '../walk.ts';
import { assemble, placesOf, type Place, type Source } from './assembly.ts';
import { groupsByLength } from './length-groups.ts';
import { promptOf, type JointCall, type Rider } from './rider.ts';

/** One example of one trial. */
interface Sequence {
  rider: Rider;
  /** In the trial's own batch. */
  index: number;
  /** Where its vectors lie: prompts first, then the text. */
  places: Place[];
  /** Positions of prompts in front of the text. */
  prompts: number;
}

/** Sequences that go through a layer at once. */
interface Group {
  sequences: Sequence[];
  hidden: Tensor3D; // [N, S, D], without `prompt`'s positions
  /** The first positions, where no text is tuned: the layer then spares the gradient of what stands behind. */
  prompt?: Tensor3D; // [N, p, D]
  bias: Tensor4D; // [N, 1, 1, p + S]
}

/** The vectors that the head reads, trial after trial: [N, 1, D]. */
export function jointMaskVectors({ backbone, riders }: JointCall): Tensor3D {
  const { layers } = backbone.config;
  let aboard: Sequence[] = [];
  let groups: Group[] = [];
  for (let layer = lowestOf(riders); layer < layers; layer += 1) {
    const joined = join(layer, aboard, riders);
    if (joined !== null) groups = groupsOf(joined, backbone);
    groups = groups.map((group) => runGroup(backbone, layer, group));
    aboard = groups.flatMap(seated);
  }
  const inOrder = riders.flatMap((rider) => sequencesOf(aboard, rider));
  const vectors = assemble(
    inOrder.map(({ places }) => places),
    1,
  ); // [N, 1, D] // prettier-ignore
  return finalNorm(backbone, vectors, 'input');
}

function lowestOf(riders: readonly Rider[]): number {
  return Math.min(...riders.map(({ tuning }) => tuning.firstTouchedLayer));
}

/** The sequences with what joins the output of a layer; null where nothing does. */
function join(layer: number, aboard: readonly Sequence[], riders: readonly Rider[]): Sequence[] | null {
  const parts = riders.map((rider) => {
    const present = rider.tuning.firstTouchedLayer === layer ? boarding(rider, layer) : sequencesOf(aboard, rider);
    const prompt = present.length === 0 ? null : promptOf(rider, layer, () => textOf(rider, layer, present));
    return { isJoined: prompt !== null, sequences: prompt === null ? present : withPrompt(present, prompt) };
  });
  return parts.some(({ isJoined }) => isJoined) ? parts.flatMap(({ sequences }) => sequences) : null;
}

function boarding(rider: Rider, layer: number): Sequence[] {
  const text: Source = { tensor: hiddenOf(rider.batch, layer), isTuned: false };
  const [, padded] = hiddenOf(rider.batch, layer).shape;
  return rider.rows.map(({ length }, index) => {
    return { rider, index, places: placesOf(text, index * padded, length), prompts: 0 };
  });
}

function sequencesOf(aboard: readonly Sequence[], rider: Rider): Sequence[] {
  return aboard.filter((sequence) => sequence.rider === rider).sort((a, b) => a.index - b.index);
}

/** The text's positions alone, in the trial's own order: [B, T, D]. */
function textOf(rider: Rider, layer: number, present: readonly Sequence[]): Tensor3D {
  if (rider.tuning.firstTouchedLayer === layer) return hiddenOf(rider.batch, layer);
  const [, length] = rider.batch.tokenIds.shape;
  return assemble(present.map(({ places, prompts }) => places.slice(prompts)), length); // prettier-ignore
}

function withPrompt(present: readonly Sequence[], prompt: Tensor3D): Sequence[] {
  const source: Source = { tensor: prompt, isTuned: true };
  const count = prompt.shape[1];
  return present.map((sequence) => {
    const places = [...placesOf(source, sequence.index * count, count), ...sequence.places];
    return { ...sequence, places, prompts: sequence.prompts + count };
  });
}

function groupsOf(sequences: readonly Sequence[], { config }: Backbone): Group[] {
  const lengths = sequences.map(({ places }) => places.length);
  return groupsByLength(lengths, config.hiddenSize).map((members) =>
    groupOf(members.flatMap((index) => sequences[index] ?? [])),
  );
}

function groupOf(sequences: Sequence[]): Group {
  const longest = Math.max(...sequences.map(({ places }) => places.length));
  const bias = biasOf(sequences, longest);
  const all = sequences.map(({ places }) => places);
  if (sequences.some(isTextTuned)) return { sequences, hidden: assemble(all, longest), bias };
  const prompts = Math.max(...sequences.map((sequence) => sequence.prompts));
  return {
    ...{ sequences, bias },
    prompt: assemble(all.map((places) => places.slice(0, prompts)), prompts), // prettier-ignore
    hidden: assemble(all.map((places) => places.slice(prompts)), longest - prompts), // prettier-ignore
  };
}

function isTextTuned({ places }: Sequence): boolean {
  return places.at(-1)?.source.isTuned === true;
}

/** What follows a sequence in its row is padding. */
function biasOf(sequences: readonly Sequence[], longest: number): Tensor4D {
  const mask = new Float32Array(sequences.length * longest);
  sequences.forEach(({ places }, row) => mask.fill(1, row * longest, row * longest + places.length));
  return withoutGradient(() => attentionBias(tensor2d(mask, [sequences.length, longest]))); // [N, 1, 1, S]
}

function runGroup(backbone: Backbone, layer: number, { sequences, hidden, prompt, bias }: Group): Group {
  const isLast = layer === backbone.config.layers - 1;
  const input = {
    ...{ hidden, attentionBias: bias },
    ...(prompt && { prompt }),
    ...(isLast && { selected: selectorOf(sequences, bias.shape[3]) }),
  };
  return { sequences, bias, hidden: runLayer(backbone, layer, { input, gradientTo: 'input' }) };
}

/** One-hot rows of the positions that the head reads. */
function selectorOf(sequences: readonly Sequence[], length: number): Tensor3D {
  const positions = sequences.map(({ rider, index, prompts }) => prompts + (rider.rows[index]?.maskPosition ?? 0));
  return withoutGradient(() => tidy(() => selector(tensor1d(positions, 'int32'), length)));
}

/** Where the vectors of a group's sequences lie now that a layer has made them anew. */
function seated({ sequences, hidden }: Group): Sequence[] {
  const source: Source = { tensor: hidden, isTuned: true };
  const [, width] = hidden.shape;
  return sequences.map((sequence, row) => {
    return { ...sequence, places: placesOf(source, row * width, Math.min(width, sequence.places.length)) };
  });
}
