// What PEFT would load, and what it is made of.
import type { MethodSettings } from '../sweep/methods/settings.ts';
import type { StoredTensor } from './safetensors.ts';

export interface PeftSource {
  method: MethodSettings;
  /** By the names of `Method.trained`. */
  tensors: Record<string, StoredTensor>;
  backbone: {
    name: string;
    /** As Hugging Face calls it; null: not known here. */
    modelType: string | null;
  };
}

export interface PeftAdapter {
  /** adapter_config.json. */
  config: Record<string, unknown>;
  /** By PEFT's names. */
  tensors: Record<string, StoredTensor>;
}

/** Why there is none, a sentence. */
export interface NoPeftAdapter {
  reason: string;
}
