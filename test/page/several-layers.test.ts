// LPT at several layers at once, beside LPT at single ones.
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { heatMap } from '../../page/charts/heat-map.ts';
import { scoreAgainstLayer, type LayerScore } from '../../page/charts/score-against-layer.ts';

const WORDS = { title: 'A chart', description: 'Of scores.' };
const MANY = '2+3+4+5+6+7+8+9+10+11';

function at(insertionLayers: string, score: number): LayerScore {
  return { generator: 'npg', insertionLayer: Number.parseInt(insertionLayers), insertionLayers, score, sd: 0.01, n: 3 };
}

function documentOf(svg: string): Document {
  return parseHTML(svg).document;
}

test('the line against the layer goes through single layers alone, and several have their names', () => {
  const layers = [at('2', 0.7), at('4', 0.72), at('4+6+8', 0.75), at('4+8', 0.751), at('6', 0.74), at(MANY, 0.8)];
  const drawn = documentOf(scoreAgainstLayer({ layers, baselines: [] }, WORDS));
  const [line] = [...drawn.querySelectorAll('g[stroke-width="2"] > path')].map((path) => path.getAttribute('d') ?? '');
  // Layers 2, 4 and 6.
  expect(line?.match(/[ML]/g)).toEqual(['M', 'L', 'L']);
  const names = [...drawn.querySelectorAll('text')].map(({ textContent }) => textContent);
  for (const name of ['4+6+8', '4+8', MANY]) expect(names).toContain(name);
});

test('the names of columns of the heat map stay in their columns', () => {
  const columns = ['1', '2', '3', '4', '5', '6', '7', '8', '9', MANY];
  const cells = columns.map((insertionLayers, index) => {
    return { insertionLayers, promptLength: 5, score: 0.7 + index / 100, sd: null, n: 1 };
  });
  const drawn = documentOf(heatMap(cells, WORDS, 350));
  const name = [...drawn.querySelectorAll('text')].find(({ textContent }) => textContent.replaceAll('\n', '') === MANY);
  const lines = [...(name?.querySelectorAll('tspan') ?? [])].map(({ textContent }) => textContent);
  // 42 pixels of 7 a letter, and a little between columns.
  expect(lines).toEqual(['2+3+', '4+5+', '6+7+', '8+9+', '10+11']);
});
