// Pure: the method family. A new method is a file here, its tensors in lpt/methods/, and a line in each list.
import { adapterDrop } from './adapter-drop.ts';
import { adapter } from './adapter.ts';
import { bitFit } from './bitfit.ts';
import type { MethodDescriptor } from './descriptor.ts';
import { fullTuning } from './full-tuning.ts';
import { linearProbe } from './linear-probe.ts';
import { lora } from './lora.ts';
import { lpt } from './lpt.ts';
import { pTuningV2 } from './p-tuning-v2.ts';
import { promptTuning } from './prompt-tuning.ts';
import { sIdpg } from './s-idpg.ts';
import type { MethodName, MethodSettings } from './settings.ts';
import { zeroShot } from './zero-shot.ts';

/** Any of them: whoever holds settings looks their own descriptor up by name. */
export type AnyDescriptor = MethodDescriptor<MethodSettings, Record<string, unknown>>;

export const DESCRIPTORS: readonly AnyDescriptor[] = [
  lpt,
  promptTuning,
  pTuningV2,
  sIdpg,
  lora,
  adapter,
  adapterDrop,
  bitFit,
  linearProbe,
  fullTuning,
  zeroShot,
];

export const METHODS: readonly MethodName[] = DESCRIPTORS.map(({ name }) => name);

export function descriptorOf(method: MethodName): AnyDescriptor {
  const found = DESCRIPTORS.find(({ name }) => name === method);
  if (found === undefined) throw new RangeError(`Expected a method among ${METHODS.join(', ')}, found ${method}.`);
  return found;
}

/** Zero-shot alone trains nothing. */
export function isTrained(method: MethodName): boolean {
  return descriptorOf(method).passes > 0;
}
