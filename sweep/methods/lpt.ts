// Pure: late prompt tuning (Liu et al. 2022, arXiv 2210.11292): a prompt joins the output of layer k, or of several layers.
import { oneOf, oneOrSeveral, wholeNumber } from '../choices.ts';
import type { BackboneFacts } from '../facts.ts';
import type { Problem } from '../problem.ts';
import { type Choices, type MethodDescriptor, SHARED, type Texts, USUAL_OF_TABLE } from './descriptor.ts';
import {
  GENERATORS,
  generatorCrossing,
  type GeneratorFields,
  type GeneratorName,
  type GeneratorSettings,
  generatorSize,
} from './generators.ts';

export type LptSettings = GeneratorSettings & {
  method: 'lpt';
  /** One layer, or several in ascending order, each with a prompt or a generator of its own. */
  insertionLayer: number | number[];
  promptLength: number;
};

interface LptFields extends GeneratorFields {
  insertionLayer: number | number[];
  promptLength: number;
}

export const lpt: MethodDescriptor<LptSettings, LptFields> = {
  name: 'lpt',
  settings: {
    insertionLayer: { domain: oneOrSeveral(wholeNumber(0), { ascending: true }) },
    promptLength: SHARED.promptLength,
    generator: { domain: oneOf(GENERATORS), usual: ['none'] },
    initialisation: SHARED.initialisation,
    bottleneck: { ...SHARED.bottleneck, usual: [128] },
    dropout: { ...SHARED.dropout, usual: [0.1] },
  },
  usual: ({ generator }) => (generator === 'none' ? USUAL_OF_TABLE : {}),
  passes: 2,
  crossings: (choices, backbone) =>
    (choices.generator ?? []).map((generator) => ({
      method: ['lpt'],
      insertionLayer: choices.insertionLayer ?? [middle(backbone)],
      promptLength: promptLengths(choices, generator),
      ...generatorCrossing(generator, choices),
    })),
  firstTouchedLayer: (settings) => lowest(settings),
  inputLayers: (settings) => [lowest(settings)],
  trainable: (settings, { hiddenSize }) =>
    insertionLayersOf(settings).length * generatorSize(settings, { promptLength: settings.promptLength, hiddenSize }),
  generating,
  addedPositions: (settings) => settings.promptLength * insertionLayersOf(settings).length,
  promptShape: (settings) => ({
    insertionLayer: lowest(settings),
    promptLength: settings.promptLength,
    generator: settings.generator,
  }),
  problems: (settings, backbone) =>
    insertionLayersOf(settings).flatMap((layer) => layerProblems(layer, settings.generator, backbone)),
};

/** The maximum is taken of all bins at once, which overlap by a position or two: [B · p, w, m], some five times. */
function generating(settings: LptSettings, { count, longest }: Texts): number {
  if (settings.generator !== 'mppg') return 0;
  const positions = longest + 2 * settings.promptLength;
  return 5 * insertionLayersOf(settings).length * count * positions * settings.bottleneck;
}

export function insertionLayersOf({ insertionLayer }: Pick<LptSettings, 'insertionLayer'>): number[] {
  return Array.isArray(insertionLayer) ? insertionLayer : [insertionLayer];
}

function lowest(settings: LptSettings): number {
  return Math.min(...insertionLayersOf(settings));
}

/** Of the backbone, as in the paper (12 of 24). */
function middle({ layers }: BackboneFacts): number {
  return Math.floor(layers / 2);
}

function promptLengths({ promptLength }: Choices<LptFields>, generator: GeneratorName): readonly number[] {
  return promptLength ?? [generator === 'none' ? 20 : 5];
}

/** A prompt at the last layer's output would reach no layer; a generator reads hidden states, and layer 0 has none yet. */
function layerProblems(layer: number, generator: GeneratorName, backbone: BackboneFacts): Problem[] {
  const last = backbone.layers - 1;
  if (layer > last) {
    const words = `a layer from 0 to ${last} (${backbone.name} has ${backbone.layers}; with a generator from 1)`;
    return [{ field: 'insertionLayer', expected: words, found: String(layer) }];
  }
  if (generator === 'none' || layer >= 1) return [];
  const rule = `{insertionLayer: 0, generator: ${generator}}`;
  const expected = `1 or above with generator ${generator} (or leave ${rule} out by an \`exclude\` rule)`;
  return [{ field: 'insertionLayer', expected, found: '0' }];
}
