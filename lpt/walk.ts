// The walk from H_k to the one vector that the head reads: prompts join, layers run with what the method changes in them,
// the last at the mask alone. In a decoder the "mask" is the last position before the label word.
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
import { dropoutOf, embed, runLayer, type Backbone } from './backbone.ts';
import type { GradientTo, LayerInput } from './encoder-layer.ts';
import { finalNorm } from './final-norm.ts';
import type { Batch } from './method.ts';
import { withoutGradient } from './own-gradient.ts';
import { selector } from './positions.ts';
import { joinStep, positionsFrom, selectStep, sequencesStep } from './steps/rearrange.ts';
import type { Pass, Tuning } from './tuning.ts';

export interface Walk extends Pass {
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

/** [B, 1, D] */
export function maskVector(walk: Walk): Tensor3D {
  const { tuning, batch } = walk;
  const backbone = tuning.backbone ?? walk.backbone;
  const { layers } = backbone.config;
  let place = startOf(walk, backbone);
  if (tuning.firstTouchedLayer === layers) {
    const selected = sequencesStep(selectStep(place.hidden, selectorOf(batch, 0)), batch.tokenIds.shape[0]);
    return finalNorm(backbone, selected, 'nothing');
  }
  for (let index = tuning.firstTouchedLayer; index < layers; index += 1) {
    const joining = promptAt(walk, index, place);
    const prompts = place.prompts + (joining?.shape[1] ?? 0);
    const bias = joining === null && place.bias ? place.bias : biasOf(batch, prompts); // [B, 1, 1, prompts + T]
    const { hidden, prompt } = join(place, joining);
    const changes = tuning.changes?.(index, walk);
    const dropout = walk.frozenDropout ? dropoutOf(backbone, index, walk.dropoutSeed) : undefined;
    const input: LayerInput = {
      ...{ hidden, attentionBias: bias },
      ...(prompt && { prompt }),
      ...(index === layers - 1 && { selected: selectorOf(batch, prompts) }),
      ...(changes && { changes }),
      ...(dropout && { dropout }),
    };
    const isTuned = place.isTuned || joining !== null || Boolean(changes);
    const output = runLayer(backbone, index, { input, gradientTo: gradientTo(walk, isTuned) });
    place = { hidden: output, prompts, isTuned, bias };
  }
  return finalNorm(backbone, place.hidden, gradientTo(walk, place.isTuned)); // [B, 1, D]
}

function startOf({ tuning, batch, forGradient, frozenDropout, dropoutSeed }: Walk, backbone: Backbone): Place {
  if (tuning.inputLayers.length > 0) {
    return { hidden: hiddenOf(batch, tuning.firstTouchedLayer), prompts: 0, isTuned: false };
  }
  const gradientTo = forGradient ? 'input and weights' : 'nothing';
  const seed = frozenDropout ? dropoutSeed : null;
  return { hidden: embed(backbone, batch.tokenIds, { gradientTo, dropoutSeed: seed }), prompts: 0, isTuned: true };
}

/** H_k of the batch. */
export function hiddenOf({ hidden }: Batch, layer: number): Tensor3D {
  const found = hidden?.[layer];
  if (found !== undefined) return found; // [B, T, D]
  const has = Object.keys(hidden ?? {});
  const words = has.length === 0 ? 'nothing' : `that of ${has.join(', ')}`;
  throw new Error(`Expected \`batch.hidden\` to hold the output of layer ${layer}, found ${words}.`);
}

function promptAt(walk: Walk, layer: number, { hidden, prompts }: Place): Tensor3D | null {
  const make = walk.tuning.prompts?.get(layer);
  if (make === undefined) return null;
  const { attentionMask, maskPosition } = walk.batch;
  return make({ hidden: positionsFrom(hidden, prompts), attentionMask, maskPosition }, walk);
}

/** The first prompt joins hidden states that are constant: the layer then spares their gradient. */
function join({ hidden, isTuned }: Place, joining: Tensor3D | null): Pick<LayerInput, 'hidden' | 'prompt'> {
  if (joining === null) return { hidden };
  return isTuned ? { hidden: joinStep(joining, hidden) } : { hidden, prompt: joining };
}

function gradientTo({ forGradient, tuning }: Walk, isTuned: boolean): GradientTo {
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
