// The weights of a language model, encoder or decoder, as a tree of tensors with stable names.
import { Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { LayerNorm } from './layer-norm.ts';
import type { Linear, TransposedLinear } from './linear.ts';

export interface EmbeddingWeights {
  word: Tensor2D; // [V, E], also the decoder of the head
  position: Tensor2D; // [maxPositions, E]
  /** Absent where the type of backbone has no token types. */
  tokenType?: Tensor2D; // [typeVocabularySize, E]
  /** Absent in a decoder: its layers normalise what they read. */
  norm?: LayerNorm;
  /** Only where embeddings are of another size than hidden states. */
  projection?: Linear; // [D, E]
}

/** The norms stand at the end of their blocks in an encoder's layer, at the start in a decoder's. */
export interface LayerWeights {
  query: Linear; // [D, D]
  /** Key above value: one matrix product makes both. */
  keyValue: Linear; // [2D, D]
  attentionOutput: Linear; // [D, D]
  attentionNorm: LayerNorm;
  intermediate: Linear; // [F, D]
  output: TransposedLinear; // [F, D]
  outputNorm: LayerNorm;
}

export interface HeadWeights {
  transform: Linear; // [E, D]
  norm: LayerNorm;
  decoderBias: Tensor1D; // [V]
}

export interface BackboneWeights {
  embeddings: EmbeddingWeights;
  layers: LayerWeights[];
  /** Of a decoder: between the last layer and the head. */
  finalNorm?: LayerNorm;
  /** Absent in a decoder: its head is the word embeddings alone. */
  head?: HeadWeights;
}

/** Every tensor of a tree with its path (`layers.3.query.weight`), in the order in which the tree was built. */
export function namedTensors(tree: object, path = ''): { name: string; tensor: Tensor }[] {
  return Object.entries(tree).flatMap(([key, branch]: [string, object]) => {
    const name = path === '' ? key : `${path}.${key}`;
    return isTensor(branch) ? [{ name, tensor: branch }] : namedTensors(branch, name);
  });
}

export function tensorsOf(tree: object): Tensor[] {
  return namedTensors(tree).map(({ tensor }) => tensor);
}

/** The same tree with every tensor exchanged; `exchange` keeps the shape. */
export function mapTensors<Tree extends object>(tree: Tree, exchange: (tensor: Tensor, name: string) => Tensor): Tree {
  const visit = (node: object, path: string): object => {
    if (isTensor(node)) return exchange(node, path);
    const branches = Object.entries(node).map(([key, branch]: [string, object]) => [
      key,
      visit(branch, path === '' ? key : `${path}.${key}`),
    ]);
    return Array.isArray(node)
      ? branches.map(([, branch]) => branch as object)
      : (Object.fromEntries(branches) as object);
  };
  return visit(tree, '') as Tree;
}

/** The tensors of `tree` in the order of another tree of the same shape, whatever order its own keys have. */
export function tensorsLike<Tree extends object>(order: Tree, tree: Tree): Tensor[] {
  const byName = new Map(namedTensors(tree).map(({ name, tensor }) => [name, tensor]));
  return namedTensors(order).map(({ name }) => {
    const tensor = byName.get(name);
    if (tensor === undefined)
      throw new Error(`Expected a tensor named \`${name}\`, found ${[...byName.keys()].join(', ')}.`);
    return tensor;
  });
}

/** `instanceof` alone leaves the rank untyped. */
function isTensor(node: object): node is Tensor {
  return node instanceof Tensor;
}
