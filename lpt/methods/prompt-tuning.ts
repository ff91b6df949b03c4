// Prompt tuning (Lester et al. 2021, arXiv 2104.08691): a trained prompt in front of the first layer. It joins the embedding
// output, like a late prompt at layer 0: it has no position embedding of its own and moves none of the text's.
import type { PromptTuningSettings } from '../../sweep/methods/prompt-tuning.ts';
import { createTable } from '../generators/none.ts';
import type { Start, Tuning } from '../tuning.ts';

export function tunePrompt(settings: PromptTuningSettings, start: Start): Tuning {
  const table = createTable({ ...settings, prefix: '' }, start);
  return {
    ...{ trained: table.trained, firstTouchedLayer: 0, inputLayers: [0] },
    prompts: new Map([[0, (text, { dropoutSeed }) => table.prompt(text, dropoutSeed)]]),
  };
}
