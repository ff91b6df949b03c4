// S-IDPG (Wu et al. 2022, NAACL, arXiv 2204.04497): a prompt in front of the first layer, made by a small network from the
// sentence's vector in the frozen model's last layer. The network is a plain one (dnn) or of hypercomplex layers (phm).
import type { SIdpgSettings } from '../../sweep/methods/s-idpg.ts';
import type { PromptGenerator } from '../generators/generator.ts';
import { createNpg } from '../generators/npg.ts';
import { createPhm } from '../generators/phm.ts';
import type { Start, Tuning } from '../tuning.ts';
import { hiddenOf } from '../hidden-of.ts';

export function tuneSIdpg(settings: SIdpgSettings, { backbone, trainSeed }: Start): Tuning {
  const { hiddenSize, layers, architecture } = backbone.config;
  const { promptLength, bottleneck, dropout } = settings;
  const sizes = { promptLength, hiddenSize, bottleneck, dropout, trainSeed, prefix: '', architecture };
  const generator: PromptGenerator =
    settings.generator === 'dnn' ? createNpg(sizes) : createPhm({ ...sizes, division: settings.division });
  return {
    ...{ trained: generator.trained, firstTouchedLayer: 0, inputLayers: [0, layers] },
    prompts: new Map([
      [
        0,
        (text, { batch, dropoutSeed }) => generator.prompt({ ...text, hidden: hiddenOf(batch, layers) }, dropoutSeed),
      ],
    ]),
  };
}
