// Late prompt tuning (Liu et al. 2022, arXiv 2210.11292): a trained prompt joins the output of layer k of the frozen backbone, or
// of several layers, each with a prompt or a generator of its own.
import { insertionLayersOf } from './insertion-layers.ts';
import type { LptSettings } from '../../sweep/methods/lpt.ts';
import type { PromptGenerator } from '../generators/generator.ts';
import { createTable } from '../generators/none.ts';
import { createNpg } from '../generators/npg.ts';
import { createPooled } from '../generators/pooled.ts';
import type { Start, Tuning } from '../tuning.ts';

export function tuneLatePrompt(settings: LptSettings, start: Start): Tuning {
  const layers = insertionLayersOf(settings, start.backbone.config.layers);
  const generators = layers.map((layer) => {
    return { layer, generator: generatorOf(settings, start, layers.length > 1 ? `layers.${layer}.` : '') };
  });
  const firstTouchedLayer = layers[0] ?? 0;
  return {
    ...{ firstTouchedLayer, inputLayers: [firstTouchedLayer] },
    trained: generators.flatMap(({ generator }) => generator.trained),
    prompts: new Map(
      generators.map(({ layer, generator }) => [layer, (text, { dropoutSeed }) => generator.prompt(text, dropoutSeed)]),
    ),
  };
}

function generatorOf(settings: LptSettings, start: Start, prefix: string): PromptGenerator {
  if (settings.generator === 'none') return createTable({ ...settings, prefix }, start);
  const { hiddenSize, architecture } = start.backbone.config;
  const { promptLength, bottleneck, dropout } = settings;
  const { trainSeed } = start;
  const sizes = { promptLength, hiddenSize, bottleneck, dropout, trainSeed, prefix, architecture };
  switch (settings.generator) {
    case 'npg':
      return createNpg(sizes);
    case 'mppg':
      return createPooled('maximum', sizes);
    case 'appg':
      return createPooled('average', sizes);
  }
}
