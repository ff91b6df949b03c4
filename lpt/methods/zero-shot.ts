// The floor: the backbone as it was pretrained reads the template; nothing is trained.
import type { Tuning } from '../tuning.ts';

export function tuneNothing(): Tuning {
  return { trained: [], firstTouchedLayer: 0, inputLayers: [0] };
}
