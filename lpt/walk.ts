// The walk from H_k to the one vector of each text that the head reads, for one trial or for several of one backbone: prompts
// join, and from where it boards a text goes through each layer in one batch with all others, the last at the mask alone. In a
// decoder the "mask" is the last position before the label word.
import type { Tensor2D } from '@tensorflow/tfjs-core';
import { dropoutOf, runComposed, runLayer, type Backbone } from './backbone.ts';
import type { ComposedInput } from './composed-branch.ts';
import type { GradientTo, LayerRows } from './layer.ts';
import { finalNorm } from './final-norm.ts';
import { hiddenOf } from './hidden-of.ts';
import { maskVectorsOf } from './last-output.ts';
import { withoutGradient } from './own-gradient.ts';
import type { Source } from './packed/joined-rows.ts';
import { board, lengthsOf, readRows, type Boarded, type Place, type Rider } from './seats.ts';

export interface Walk {
  backbone: Backbone;
  riders: readonly Rider[];
  /** Whether a gradient will be asked for. */
  forGradient: boolean;
}

/** Trial after trial, text after text: [B, D]. */
export function maskVectors(walk: Walk): Tensor2D {
  const { backbone, riders } = walk;
  const { layers } = backbone.config;
  const from = Math.min(...riders.map(({ tuning }) => tuning.firstTouchedLayer));
  if (from === layers) return finalNorm(backbone, readGiven(walk), 'nothing');
  let place: Place = { aboard: [] };
  for (let layer = from; layer < layers; layer += 1) {
    const boarded = board(riders, { layer, place, backbone });
    place = { aboard: boarded.aboard, rows: run(walk, layer, boarded) };
  }
  const last = place.rows;
  if (last === undefined) throw new RangeError('Expected a walk of one layer or more, found none.');
  return finalNorm(backbone, last.rows, last.flows ? gradientTo(walk) : 'nothing');
}

/** A layer that something changes is put together from steps. */
function run(walk: Walk, layer: number, boarded: Boarded): Source {
  const { backbone } = walk;
  const input = inputOf(walk, layer, boarded);
  const inside = insideOf(walk, layer, boarded);
  if (inside === null) {
    const asked = gradientTo(walk, boarded);
    return { rows: runLayer(backbone, layer, { input, gradientTo: asked }), flows: asked !== 'nothing' };
  }
  const flows = walk.forGradient && (inside.changes !== undefined || boarded.rows.flowing.length > 0);
  const compose = () => runComposed(backbone, layer, { ...input, ...inside });
  return { rows: flows ? compose() : withoutGradient(compose), flows };
}

/** What changes inside a layer: of a trial alone, for no other rides with it. */
function insideOf({ backbone }: Walk, layer: number, { aboard }: Boarded): Omit<ComposedInput, keyof LayerRows> | null {
  const [one, ...others] = aboard;
  if (one === undefined || others.length > 0) return null;
  const { rider, prompts } = one;
  const changes = rider.tuning.changes?.(layer, rider);
  const dropout = rider.frozenDropout ? dropoutOf(backbone, layer, rider.dropoutSeed) : undefined;
  if (!changes && !dropout) return null;
  const paddedLength = prompts + rider.batch.tokenIds.shape[1];
  return { paddedLength, ...(changes && { changes }), ...(dropout && { dropout }) };
}

function inputOf({ backbone }: Walk, layer: number, { aboard, rows }: Boarded): LayerRows {
  const lengths = lengthsOf(aboard);
  if (layer < backbone.config.layers - 1) return { rows, lengths };
  return { rows, lengths, readAt: readRows(aboard) };
}

function gradientTo({ forGradient, riders }: Walk, boarded?: Boarded): GradientTo {
  if (!forGradient || boarded?.rows.flowing.length === 0) return 'nothing';
  return riders.some(({ tuning }) => tuning.trainsAll === true) ? 'input and weights' : 'input';
}

/** Nothing is run: the output of the last layer is given. */
function readGiven({ backbone, riders: [rider] }: Walk): Tensor2D {
  return withoutGradient(() => {
    if (rider === undefined) throw new RangeError('Expected a trial to walk, found none.');
    return maskVectorsOf(hiddenOf(rider.batch, backbone.config.layers)); // [B, D]
  });
}
