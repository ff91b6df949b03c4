// Trained weights in the file layout of Hugging Face PEFT (https://huggingface.co/docs/peft/developer_guides/checkpoint),
// where PEFT computes the very same thing with them.
import type { MethodSettings } from '../sweep/trial.ts';
import { loraForPeft } from './peft-lora.ts';
import type { StoredTensor } from './safetensors.ts';

export const PEFT_CONFIG_FILE = 'adapter_config.json';
export const PEFT_WEIGHTS_FILE = 'adapter_model.safetensors';

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

export function toPeft(source: PeftSource): PeftAdapter | NoPeftAdapter {
  const { method } = source;
  if (method.method === 'lora') return loraForPeft(source, method);
  if (method.method === 'prompt-tuning') return { reason: OTHER_PROMPT };
  return { reason: `PEFT has no method that computes what ${method.method} does.` };
}

const OTHER_PROMPT =
  "PEFT puts a prompt before the embedding layer: it gets positions and a LayerNorm, and the text's own positions move. Here the prompt joins behind that layer. No prompt of PEFT's computes the same.";
