// The score against the layer for each generator, beside the other methods.
import { listLayers, listMethods, type MethodMean, type Place } from '../../db/charts/layers.ts';
import { scoreAgainstLayer } from '../charts/score-against-layer.ts';
import type { Asked, Chart } from '../figure.ts';
import { OF_SCORE, scoreOf } from '../score.ts';
import { oneSeed, partialNote } from './cautions.ts';

export async function layerFigure({
  database,
  facet,
  score,
}: Asked): Promise<Chart & { layers: Place[]; methods: MethodMean[] }> {
  const [layers, methods] = await Promise.all([listLayers(database, facet), listMethods(database, facet)]);
  const scores = {
    layers: layers.map((row) => ({ ...row, ...scoreOf(row, score) })),
    baselines: methods.map((row) => ({ method: row.method, ...scoreOf(row, score) })),
  };
  return {
    ...{ layers, methods },
    words: {
      title: 'Score against insertion layer',
      description: `For each generator the configuration best on dev at each layer, with a band of one standard deviation over seeds; dashed, the other methods of this sweep at their best on dev.${severalLayers(layers)} Shown are ${OF_SCORE[score]}.${oneSeed(layers)}${partialNote(facet, [...layers, ...methods])}`,
    },
    draw: layers.length === 0 ? null : (width, words) => scoreAgainstLayer(scores, words, width),
  };
}

function severalLayers(layers: readonly Place[]): string {
  const isSeveral = layers.some(({ insertionLayer, insertionLayers }) => insertionLayers !== String(insertionLayer));
  return isSeveral ? ' A hollow dot is several layers at once, at the lowest of them and on no line.' : '';
}
