// The ceiling: every weight of the model is trained, from the token ids on. The shared backbone keeps its own values.
import type { Start, Tuning } from '../tuning.ts';
import { tunedCopy } from '../tuned-copy.ts';

export function tuneAll({ backbone }: Start): Tuning {
  const copy = tunedCopy(backbone, () => true);
  return { ...copy, trainsAll: true, firstTouchedLayer: 0, inputLayers: [] };
}
