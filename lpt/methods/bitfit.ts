// BitFit (Ben Zaken et al. 2022, arXiv 2106.10199): the biases of the layers are trained, those of their LayerNorms among them.
import type { BitFitSettings } from '../../sweep/methods/bitfit.ts';
import type { Start, Tuning } from '../tuning.ts';
import { tunedCopy } from '../tuned-copy.ts';

const NAMES: Record<BitFitSettings['biases'], RegExp> = {
  all: /^layers\.\d+\..*bias$/,
  'query-and-intermediate': /^layers\.\d+\.(query|intermediate)\.bias$/,
};

export function tuneBiases({ biases }: BitFitSettings, { backbone }: Start): Tuning {
  const copy = tunedCopy(backbone, (name) => NAMES[biases].test(name));
  // The layer's composed form, with nothing changed in it: there each weight is frozen or trained for itself.
  return { ...copy, firstTouchedLayer: 0, inputLayers: [0], changes: () => ({}) };
}
