// Pure: zero-shot: the backbone as it was pretrained reads the template; nothing is trained
// (prompt-based zero-shot, Gao et al. 2021, arXiv 2012.15723).
import type { MethodDescriptor } from './descriptor.ts';

export interface ZeroShotSettings {
  method: 'zero-shot';
}

export const zeroShot: MethodDescriptor<ZeroShotSettings, Record<string, never>> = {
  name: 'zero-shot',
  settings: {},
  usual: () => ({}),
  passes: 0,
  firstTouchedLayer: () => 0,
  inputLayers: () => [0],
  trainable: () => 0,
};
