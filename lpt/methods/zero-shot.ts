// The floor: the backbone as it was pretrained reads the template; nothing is trained
// (prompt-based zero-shot, Gao et al. 2021, arXiv 2012.15723).
import type { Tuning } from '../tuning.ts';

export function tuneNothing(): Tuning {
  return { trained: [], firstTouchedLayer: 0, inputLayers: [0] };
}
