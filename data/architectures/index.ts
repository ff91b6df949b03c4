// The types of backbone there are. A new one is one file and its line here.
import type { BackboneType } from './backbone-type.ts';
import { bert } from './bert.ts';
import { distilbert } from './distilbert.ts';
import { electra } from './electra.ts';
import { gpt2 } from './gpt2.ts';
import { roberta } from './roberta.ts';

export type * from './backbone-type.ts';

export const BACKBONE_TYPES: readonly BackboneType[] = [bert, roberta, distilbert, electra, gpt2];

export function findBackboneType(modelType: unknown): BackboneType | undefined {
  return BACKBONE_TYPES.find((type) => type.modelType === modelType);
}
