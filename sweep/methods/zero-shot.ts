// Pure: zero-shot: the backbone as it was pretrained reads the template; nothing is trained.
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
