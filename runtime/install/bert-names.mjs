// The names of BERT's weights: as in Google's TensorFlow module, and as in a Hugging Face folder.

/** Weights that a masked language model does not use. */
const UNUSED = /^module\/(bert\/pooler|cls\/seq_relationship)\//;

const LAST = {
  kernel: 'weight',
  gamma: 'weight',
  beta: 'bias',
  output_bias: 'bias',
  word_embeddings: 'word_embeddings.weight',
  position_embeddings: 'position_embeddings.weight',
  token_type_embeddings: 'token_type_embeddings.weight',
};

/**
 * @param {string} name as in the module
 * @returns {{name: string, transposed: boolean} | null} null: not part of the masked language model.
 *   Dense kernels lie as [in, out] there and as [out, in] here.
 */
export function huggingFaceName(name) {
  if (!/^module\/(bert|cls)\//.test(name) || UNUSED.test(name)) return null;
  const parts = name.split('/').slice(1);
  const last = parts.pop() ?? '';
  const path = parts.map((part) => part.replace(/^layer_(\d+)$/, 'layer.$1'));
  const renamed = last in LAST ? LAST[/** @type {keyof typeof LAST} */ (last)] : last;
  return { name: [...path, renamed].join('.'), transposed: last === 'kernel' };
}
