// Pure: in which way a trial is given its texts, where earlier versions gave it others. Its key does not tell: a sweep that was
// launched then keeps its keys, and what is left of it is trained in today's way.
import type { Architecture } from './backbone-config.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';

/** White space other than one space in front of a field, or of a decoder's mask: it was lost once, and is read now. */
const READ_ANEW: Record<Architecture, RegExp> = {
  encoder: /(?:[^\S ]|\s\s)(?=\{\w+\})/, // its mask takes all white space in front of it, as ever
  decoder: /(?:[^\S ]|\s\s)(?=\{\w+\}|<mask>)/,
};

/** Of weights that say nothing of it. */
export const FIRST_READING = '1.1';

export interface Read {
  method: MethodSettings;
  template: string;
  architecture: Architecture;
  /** The tokenizer's vocabulary: no other knows white space. */
  isByteLevel: boolean;
}

/** Weights are right for texts as they were trained on. */
export function readingOf({ method, template, architecture, isByteLevel }: Read): string {
  const { decoderRevision = 1 } = descriptorOf(method.method);
  const ofMethod = architecture === 'decoder' ? decoderRevision : 1;
  return `${ofMethod}.${isByteLevel ? revisionOf(template, architecture) : 1}`;
}

/** 2 where it is read otherwise than it once was. */
export function revisionOf(template: string, architecture: Architecture): 1 | 2 {
  return READ_ANEW[architecture].test(template) ? 2 : 1;
}
