// LoRA in PEFT's layout: W x + (alpha / rank) B A x, with A `layers.<i>.<matrix>.down` [r, in] and B `….up` [out, r]. PEFT holds a
// pair for each module of transformers' model. GPT-2 has one module for query, key and value: their pairs become one,
// (alpha / rank) [B₁ 0; 0 B₂] [A₁; A₂] x, of as many times the rank and the alpha.
import { BACKBONE_TYPES, findBackboneType, type BackboneType } from '../data/architectures/index.ts';
import { LORA_TARGETS, type LoraSettings, type LoraTarget } from '../sweep/methods/lora.ts';
import type { NoPeftAdapter, PeftAdapter, PeftSource } from './peft-adapter.ts';
import type { StoredTensor } from './safetensors.ts';

export function loraForPeft({ tensors, backbone }: PeftSource, lora: LoraSettings): PeftAdapter | NoPeftAdapter {
  const { name, modelType } = backbone;
  const type = findBackboneType(modelType);
  if (type === undefined) {
    const known = BACKBONE_TYPES.map((one) => one.modelType).join(', ');
    const found = modelType === null ? 'whose folder is not at hand' : `of type ${modelType}`;
    return { reason: `PEFT's names are known for ${known}; ${name} is a backbone ${found}.` };
  }
  const modules = modulesOf(tensors, type);
  const joined = [...modules].filter(([, pairs]) => pairs.length > 1);
  const pattern = (one: number) => Object.fromEntries(joined.map(([module, { length }]) => [module, length * one]));
  return {
    config: {
      peft_type: 'LORA',
      task_type: null,
      base_model_name_or_path: name,
      inference_mode: true,
      r: lora.rank,
      lora_alpha: lora.alpha,
      rank_pattern: pattern(lora.rank),
      alpha_pattern: pattern(lora.alpha),
      lora_dropout: lora.dropout,
      target_modules: [...modules.keys()],
      bias: 'none',
      fan_in_fan_out: type.architecture === 'decoder',
    },
    tensors: Object.fromEntries([...modules].flatMap(([module, pairs]) => tensorsOf(module, pairs))),
  };
}

interface Pair {
  down: StoredTensor; // A [r, in]
  up: StoredTensor; // B [out, r]
  /** Which of the module's three parts it stands beside; null: the whole. */
  part: number | null;
}

/** Module of transformers' model → the pairs beside it. */
function modulesOf(tensors: Record<string, StoredTensor>, type: BackboneType): Map<string, Pair[]> {
  const modules = new Map<string, Pair[]>();
  for (const [ours, down] of Object.entries(tensors)) {
    const [, at = '', layer = '', target = '', matrix] = /^(layers\.(\d+)\.(\w+)\.)(down|up)$/.exec(ours) ?? [];
    const up = tensors[`${at}up`];
    const known = LORA_TARGETS.find((one) => one === target);
    if (known === undefined || up === undefined)
      throw new Error(`Expected a pair of LoRA's matrices, found \`${ours}\`.`);
    if (matrix === 'up') continue;
    const { module, part } = placeOf(type, Number(layer), known);
    modules.set(module, [...(modules.get(module) ?? []), { down, up, part }]);
  }
  return modules;
}

function placeOf({ architecture, names }: BackboneType, layer: number, target: LoraTarget) {
  if (architecture === 'encoder') return { module: names.prefix + names.layer(layer)[target], part: null };
  const { queryKeyValue, ...maps } = names.layer(layer);
  if (target === 'query' || target === 'key' || target === 'value')
    return { module: names.prefix + queryKeyValue, part: LORA_TARGETS.indexOf(target) };
  return { module: names.prefix + maps[target], part: null };
}

function tensorsOf(module: string, pairs: Pair[]): [string, StoredTensor][] {
  const at = `base_model.model.${module}`;
  return [
    [`${at}.lora_A.weight`, stacked(pairs.map(({ down }) => down))],
    [`${at}.lora_B.weight`, beside(pairs)],
  ];
}

/** One below the other: n of [r, in] to [n·r, in]. */
function stacked(matrices: StoredTensor[]): StoredTensor {
  const [[rank = 0, inputs = 0] = []] = matrices.map(({ shape }) => shape);
  const values = new Float32Array(matrices.length * rank * inputs);
  matrices.forEach((matrix, index) => values.set(matrix.values, index * rank * inputs));
  return { shape: [matrices.length * rank, inputs], values };
}

/** Each in the rows of its part and in columns of its own, zeros elsewhere: n of [D, r] to [3·D, n·r]. */
function beside(pairs: Pair[]): StoredTensor {
  const [first] = pairs;
  if (first?.part === null) return first.up;
  const [width = 0, rank = 0] = first?.up.shape ?? [];
  const columns = pairs.length * rank;
  const values = new Float32Array(3 * width * columns);
  pairs.forEach(({ up, part }, index) => {
    for (let row = 0; row < width; row += 1) {
      const from = up.values.subarray(row * rank, (row + 1) * rank);
      values.set(from, ((part ?? 0) * width + row) * columns + index * rank);
    }
  });
  return { shape: [3 * width, columns], values };
}
