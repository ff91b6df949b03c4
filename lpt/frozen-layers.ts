// The frozen layers below whatever is tuned: H_to from H_from, without gradients.
import { clone, reshape, type Tensor2D, type Tensor3D } from '@tensorflow/tfjs-core';
import { dropoutOf, runComposed, runLayer, type Backbone } from './backbone.ts';
import { withoutGradient } from './own-gradient.ts';
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

/** H_to: [B, T, D], zeros at the positions of padding. What lies between is freed on the way. */
export function runLayers(range: LayerRange): Tensor3D {
  const { hidden, lengths, from, to } = range;
  const [batch, length, width] = hidden.shape;
  return withoutGradient(() => {
    if (from === to) return clone(hidden);
    let rows = gatherRows(toRows(hidden), placesOfRows(lengths, length)); // [N, D]
    for (let index = from; index < to; index += 1) {
      const previous = rows;
      rows = runOne(range, index, previous);
      previous.dispose();
    }
    return reshape(gatherRows(rows, rowsOfPlaces(lengths, length)), [batch, length, width]); // [B, T, D]
  });
}

function runOne(
  { backbone, hidden, lengths, dropoutSeed = null }: LayerRange,
  index: number,
  rows: Tensor2D,
): Tensor2D {
  const input = { rows: asTheyLie({ rows, flows: false }), lengths };
  const dropout = dropoutOf(backbone, index, dropoutSeed);
  if (dropout === undefined) return runLayer(backbone, index, { input, gradientTo: 'nothing' });
  return runComposed(backbone, index, { ...input, paddedLength: hidden.shape[1], dropout });
}
