// The walk of a method that changes the inside of layers, or in whose frozen layers dropout runs: sequences are padded, and every
// layer is put together from steps, the last at the mask alone.
import {
  add,
  concat,
  ones,
  scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { attentionBias } from './attention.ts';
import { dropoutOf, embed, runComposed, type Backbone } from './backbone.ts';
import type { ComposedInput } from './composed-branch.ts';
import type { GradientTo } from './encoder-layer.ts';
import { finalNorm } from './final-norm.ts';
import { hiddenOf } from './hidden-of.ts';
import type { Batch } from './method.ts';
import { withoutGradient } from './own-gradient.ts';
import { selector } from './positions.ts';
import { joinStep, positionsFrom, rowsStep } from './steps/rearrange.ts';
import type { Pass, Tuning } from './tuning.ts';

export interface ComposedWalk extends Pass {
  backbone: Backbone;
  tuning: Tuning;
  /** Whether the backbone's own dropout runs. */
  frozenDropout: boolean;
  /** Whether a gradient will be asked for. */
  forGradient: boolean;
}

/** Where the walk stands. */
interface Place {
  hidden: Tensor3D; // [B, S, D]
  /** Positions of prompts in front of the text. */
  prompts: number;
  /** Whether `hidden` depends on a trained variable. */
  isTuned: boolean;
  /** For so many prompts; a prompt that joins makes another. */
  bias?: Tensor4D; // [B, 1, 1, S]
}

/** [B, D] */
export function composedMaskVectors(walk: ComposedWalk): Tensor2D {
  const { backbone, tuning, batch } = walk;
  const { layers } = backbone.config;
  let place = startOf(walk);
  for (let index = tuning.firstTouchedLayer; index < layers; index += 1) {
    const joining = promptAt(walk, index, place);
    const prompts = place.prompts + (joining?.shape[1] ?? 0);
    const bias = joining === null && place.bias ? place.bias : biasOf(batch, prompts); // [B, 1, 1, prompts + T]
    const { hidden, prompt } = join(place, joining);
    const changes = tuning.changes?.(index, walk);
    const dropout = walk.frozenDropout ? dropoutOf(backbone, index, walk.dropoutSeed) : undefined;
    const input: ComposedInput = {
      ...{ hidden, attentionBias: bias },
      ...(prompt && { prompt }),
      ...(index === layers - 1 && { selected: selectorOf(batch, prompts) }),
      ...(changes && { changes }),
      ...(dropout && { dropout }),
    };
    const isTuned = place.isTuned || joining !== null || Boolean(changes);
    const run = () => runComposed(backbone, index, input);
    const output = walk.forGradient && isTuned ? run() : withoutGradient(run);
    place = { hidden: output, prompts, isTuned, bias };
  }
  return finalNorm(backbone, rowsStep(place.hidden), gradientTo(walk, place.isTuned)); // [B, D]
}

function startOf({ backbone, tuning, batch, forGradient, frozenDropout, dropoutSeed }: ComposedWalk): Place {
  if (tuning.inputLayers.length > 0) {
    return { hidden: hiddenOf(batch, tuning.firstTouchedLayer), prompts: 0, isTuned: false };
  }
  const gradientTo = forGradient ? 'input and weights' : 'nothing';
  const seed = frozenDropout ? dropoutSeed : null;
  return { hidden: embed(backbone, batch.tokenIds, { gradientTo, dropoutSeed: seed }), prompts: 0, isTuned: true };
}

function promptAt(walk: ComposedWalk, layer: number, { hidden, prompts }: Place): Tensor3D | null {
  const make = walk.tuning.prompts?.get(layer);
  if (make === undefined) return null;
  const { attentionMask, maskPosition } = walk.batch;
  return make({ hidden: positionsFrom(hidden, prompts), attentionMask, maskPosition }, walk);
}

/** The first prompt joins hidden states that are constant: the layer then spares their gradient. */
function join({ hidden, isTuned }: Place, joining: Tensor3D | null): Pick<ComposedInput, 'hidden' | 'prompt'> {
  if (joining === null) return { hidden };
  return isTuned ? { hidden: joinStep(joining, hidden) } : { hidden, prompt: joining };
}

function gradientTo({ forGradient, tuning }: ComposedWalk, isTuned: boolean): GradientTo {
  if (!forGradient || !isTuned) return 'nothing';
  return tuning.trainsAll ? 'input and weights' : 'input';
}

/** A prompt is never padding. */
function biasOf({ attentionMask }: Batch, prompts: number): Tensor4D {
  return withoutGradient(() => attentionBias(extendMask(attentionMask, prompts))); // [B, 1, 1, prompts + T]
}

function extendMask(attentionMask: Tensor2D, prompts: number): Tensor2D {
  if (prompts === 0) return attentionMask;
  return concat([ones([attentionMask.shape[0], prompts]), attentionMask], 1); // [B, prompts + T]
}

function selectorOf({ maskPosition, attentionMask }: Batch, prompts: number): Tensor3D {
  return withoutGradient(() => {
    const shifted: Tensor1D = add(maskPosition, scalar(prompts, 'int32')); // [B]
    return selector(shifted, prompts + attentionMask.shape[1]); // [B, 1, prompts + T]
  });
}
