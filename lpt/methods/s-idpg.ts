// S-IDPG (Wu et al. 2022, NAACL, arXiv 2204.04497): a prompt in front of the first layer, made by a small network from the
// sentence's vector in the frozen model's last layer. The network is a plain one (dnn) or of hypercomplex layers (phm).
import type { Tensor3D } from '@tensorflow/tfjs-core';
import type { SIdpgSettings } from '../../sweep/methods/s-idpg.ts';
import type { Backbone } from '../backbone.ts';
import type { Batch } from '../batch.ts';
import { finalNorm } from '../final-norm.ts';
import type { PromptGenerator } from '../generators/generator.ts';
import { createNpg } from '../generators/npg.ts';
import { createPhm } from '../generators/phm.ts';
import { hiddenOf } from '../hidden-of.ts';
import { asText } from '../last-output.ts';
import { withoutGradient } from '../own-gradient.ts';
import { toRows, toSequences } from '../positions.ts';
import type { Start, Tuning } from '../tuning.ts';

export function tuneSIdpg(settings: SIdpgSettings, { backbone, trainSeed }: Start): Tuning {
  const { hiddenSize, layers, architecture } = backbone.config;
  const { promptLength, bottleneck, dropout } = settings;
  const sizes = { promptLength, hiddenSize, bottleneck, dropout, trainSeed, prefix: '', architecture };
  const generator: PromptGenerator =
    settings.generator === 'dnn' ? createNpg(sizes) : createPhm({ ...sizes, division: settings.division });
  return {
    ...{ trained: generator.trained, firstTouchedLayer: 0, inputLayers: [0, layers] },
    prompts: new Map([
      [0, (_, { batch, dropoutSeed }) => generator.prompt(asText(lastVectors(backbone, batch)), dropoutSeed)],
    ]),
  };
}

/** As transformers' `last_hidden_state` has them: a decoder's behind its final LayerNorm. */
function lastVectors(backbone: Backbone, batch: Batch): Tensor3D {
  const read = hiddenOf(batch, backbone.config.layers); // [B, V, D]
  return withoutGradient(() => toSequences(finalNorm(backbone, toRows(read), 'nothing'), read.shape[0]));
}
