// Trained weights in the file layout of Hugging Face PEFT (https://huggingface.co/docs/peft/developer_guides/checkpoint),
// where PEFT computes the very same thing with them.
import type { LoraSettings, LoraTarget } from '../sweep/methods/lora.ts';
import type { MethodSettings } from '../sweep/trial.ts';
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
  if (method.method === 'lora') return fromLora(source, method);
  if (method.method === 'prompt-tuning') return { reason: OTHER_PROMPT };
  return { reason: `PEFT has no method that computes what ${method.method} does.` };
}

const OTHER_PROMPT =
  "PEFT puts a prompt before the embedding layer: it gets positions and a LayerNorm, and the text's own positions move. Here the prompt joins behind that layer. No prompt of PEFT's computes the same.";

/** Our name of a layer's matrix → the module of transformers' BERT-like encoders. */
const MODULES: Record<LoraTarget, string> = {
  query: 'attention.self.query',
  key: 'attention.self.key',
  value: 'attention.self.value',
  attentionOutput: 'attention.output.dense',
  intermediate: 'intermediate.dense',
  output: 'output.dense',
};
/** Model types whose masked LM holds such an encoder, under a name that is the type. */
const BERT_LIKE = ['bert', 'roberta', 'electra'];

/** W x + (alpha / rank) B A x, with A `layers.<i>.<matrix>.down` [r, in] and B `….up` [out, r]. */
function fromLora({ tensors, backbone }: PeftSource, lora: LoraSettings): PeftAdapter | NoPeftAdapter {
  const { name, modelType } = backbone;
  if (modelType === null || !BERT_LIKE.includes(modelType)) {
    const found = modelType === null ? 'whose folder is not at hand' : `of type ${modelType}`;
    return { reason: `PEFT's names are known for ${BERT_LIKE.join(', ')}; ${name} is a backbone ${found}.` };
  }
  const modules = lora.targets.map((target) => MODULES[target]);
  return {
    config: {
      peft_type: 'LORA',
      task_type: null,
      base_model_name_or_path: name,
      inference_mode: true,
      r: lora.rank,
      lora_alpha: lora.alpha,
      lora_dropout: lora.dropout,
      // A full match: the bare `output.dense` would name attention's as well.
      target_modules: `.*\\.layer\\.\\d+\\.(${modules.join('|').replaceAll('.', '\\.')})`,
      bias: 'none',
      fan_in_fan_out: false,
    },
    tensors: Object.fromEntries(
      Object.entries(tensors).map(([ours, tensor]) => [peftName(ours, modelType), tensor] as const),
    ),
  };
}

function peftName(ours: string, modelType: string): string {
  const [, layer = '', target = '', part] = /^layers\.(\d+)\.(\w+)\.(down|up)$/.exec(ours) ?? [];
  const module = (MODULES as Partial<Record<string, string>>)[target];
  if (module === undefined) throw new Error(`Expected a pair of LoRA's matrices, found \`${ours}\`.`);
  const matrix = part === 'down' ? 'lora_A' : 'lora_B';
  return `base_model.model.${modelType}.encoder.layer.${layer}.${module}.${matrix}.weight`;
}
