// Trained weights in the file layout of Hugging Face PEFT (https://huggingface.co/docs/peft/developer_guides/checkpoint),
// where PEFT computes the very same thing with them.
import type { NoPeftAdapter, PeftAdapter, PeftSource } from './peft-adapter.ts';
import { loraForPeft } from './peft-lora.ts';

export const PEFT_CONFIG_FILE = 'adapter_config.json';
export const PEFT_WEIGHTS_FILE = 'adapter_model.safetensors';

export function toPeft(source: PeftSource): PeftAdapter | NoPeftAdapter {
  const { method } = source;
  if (method.method === 'lora') return loraForPeft(source, method);
  if (method.method === 'prompt-tuning') return { reason: OTHER_PROMPT };
  return { reason: `PEFT has no method that computes what ${method.method} does.` };
}

const OTHER_PROMPT =
  "PEFT puts a prompt before the embedding layer: it gets positions and a LayerNorm, and the text's own positions move. Here the prompt joins behind that layer. No prompt of PEFT's computes the same.";
