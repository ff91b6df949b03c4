// What a trial trained, in the layout of Hugging Face PEFT where that computes the same.
import { fingerprintBackbone } from '../data/backbone-files.ts';
import { readModelType } from '../data/model-type.ts';
import type { BackboneReference } from '../sweep/backbone.ts';
import type { Trial } from '../sweep/trial.ts';
import type { NoPeftAdapter, PeftAdapter } from '../training/peft-adapter.ts';
import { toPeft } from '../training/peft.ts';
import { decodeSafetensors } from '../training/safetensors.ts';
import type { Sources } from './facts.ts';

export async function peftOf(
  { method, backbone }: Trial,
  weights: Uint8Array,
  resolveBackbone: Sources['resolveBackbone'],
): Promise<PeftAdapter | NoPeftAdapter> {
  const { tensors } = decodeSafetensors(weights);
  // Of no other method does PEFT ask what the backbone's modules are called: none is looked for.
  const modelType = method.method === 'lora' ? await modelTypeOf(backbone, resolveBackbone) : null;
  return toPeft({ method, tensors, backbone: { name: backbone.name, modelType } });
}

/** Of the very backbone: where it was launched from, else where its name leads to on this machine; null where neither has it. */
async function modelTypeOf(
  { name, folder, fingerprint }: BackboneReference,
  resolveBackbone: Sources['resolveBackbone'],
): Promise<string | null> {
  const isIn = (one: string): Promise<boolean> =>
    fingerprintBackbone(one).then(
      (found) => found === fingerprint,
      () => false,
    );
  if (await isIn(folder)) return readModelType(folder);
  const here = await resolveBackbone(name).catch(() => null);
  return here !== null && (await isIn(here.folder)) ? readModelType(here.folder) : null;
}
