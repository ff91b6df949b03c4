// The frozen layers below whatever is tuned: H_to from H_from, without gradients.
import { clone, reshape, type Tensor3D } from '@tensorflow/tfjs-core';
import { dropoutOf, runComposed, runLayer, type Backbone } from './backbone.ts';
import { withoutGradient } from './own-gradient.ts';
import { paddingBias } from './packed/attention.ts';
import { gatherRows } from './packed/gather-rows.ts';
import { asTheyLie } from './packed/joined-rows.ts';
import { placesOfRows, rowsOfPlaces } from './packed/packing.ts';
import { toRows } from './positions.ts';
import type { DropoutSeed } from './random.ts';

export interface LayerRange {
  backbone: Backbone;
  /** H_from. */
  hidden: Tensor3D; // [B, T, D]
  /** Real positions of each text. */
  lengths: readonly number[];
  /** Layers from + 1 to `to` run. */
  from: number;
  to: number;
  /** Null, or left out: the backbone's own dropout does not run. */
  dropoutSeed?: DropoutSeed | null;
}

/** H_to: [B, T, D]. What lies between is freed on the way. */
export function runLayers(range: LayerRange): Tensor3D {
  const { hidden, from, to, dropoutSeed = null } = range;
  return withoutGradient(() => {
    if (from === to) return clone(hidden);
    return dropoutSeed === null ? runPacked(range) : runDropping(range, dropoutSeed);
  });
}

/** Zeros at the positions of padding. */
function runPacked({ backbone, hidden, lengths, from, to }: LayerRange): Tensor3D {
  const [batch, length, width] = hidden.shape;
  let rows = gatherRows(toRows(hidden), placesOfRows(lengths, length)); // [N, D]
  for (let index = from; index < to; index += 1) {
    const previous = rows;
    const input = { rows: asTheyLie({ rows: previous, flows: false }), lengths };
    rows = runLayer(backbone, index, { input, gradientTo: 'nothing' });
    previous.dispose();
  }
  return reshape(gatherRows(rows, rowsOfPlaces(lengths, length)), [batch, length, width]); // [B, T, D]
}

function runDropping({ backbone, hidden, lengths, from, to }: LayerRange, seed: DropoutSeed): Tensor3D {
  const attentionBias = paddingBias(lengths, hidden.shape[1]);
  let current = clone(hidden);
  for (let index = from; index < to; index += 1) {
    const previous = current;
    const dropout = dropoutOf(backbone, index, seed);
    current = runComposed(backbone, index, { hidden: previous, attentionBias, ...(dropout && { dropout }) });
    previous.dispose();
  }
  return current; // [B, T, D]
}
