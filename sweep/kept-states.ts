// Pure: how large the hidden states are that the trials of a sweep share.
import { drawn, keptLayers, taskOf, testSize } from './arithmetic.ts';
import type { SweepFacts } from './facts.ts';
import type { Trial } from './trial.ts';

const BYTES = 4;

/** MiB: each task's draws for all their layers; test examples are the same for all seeds. */
export function keptStatesMiB(trials: readonly Trial[], facts: SweepFacts): number {
  const draws = new Map<string, Share>();
  const tests = new Map<string, Share>();
  for (const trial of trials) {
    const { task, dataSeed, regime, method } = trial;
    const layers = keptLayers(method, facts);
    const found = taskOf(trial, facts);
    const draw = `${task.name} ${dataSeed} ${JSON.stringify(regime)}`;
    add(draws, draw, { examples: drawn(trial, found), tokens: found.meanTokens, layers });
    add(tests, task.name, { examples: testSize(trial, found), tokens: found.meanTokens, layers });
  }
  const bytesOf = ({ examples, tokens, layers }: Share): number =>
    new Set(layers).size * examples * tokens * facts.backbone.hiddenSize * BYTES;
  return [...draws.values(), ...tests.values()].reduce((sum, share) => sum + bytesOf(share), 0) / 2 ** 20;
}

interface Share {
  examples: number;
  /** Of an example, on average. */
  tokens: number;
  layers: number[];
}

function add(shares: Map<string, Share>, key: string, share: Share): void {
  const { layers = [], examples = 0 } = shares.get(key) ?? {};
  shares.set(key, { ...share, examples: Math.max(examples, share.examples), layers: [...layers, ...share.layers] });
}
