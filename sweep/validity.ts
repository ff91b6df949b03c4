// Pure: why a combination cannot run on this backbone and this data.
import type { BackboneFacts, TaskFacts } from './facts.ts';
import type { MethodSettings, Regime } from './trial.ts';

export interface Problem {
  /** Field of the method's entry, or of `regime`. */
  field: string;
  expected: string;
  found: string;
}

export function methodProblems(method: MethodSettings, backbone: BackboneFacts, task: TaskFacts): Problem[] {
  return [...layerProblems(method, backbone), ...lengthProblems(method, backbone, task)];
}

/** A prompt at the last layer's output would reach no layer; a generator reads hidden states, and layer 0 has none yet. */
function layerProblems(method: MethodSettings, backbone: BackboneFacts): Problem[] {
  if (method.method !== 'lpt') return [];
  const { insertionLayer, generator } = method;
  const last = backbone.layers - 1;
  const isOutside = insertionLayer < 0 || insertionLayer > last;
  const words = `a layer from 0 to ${last} (${backbone.name} has ${backbone.layers}; with a generator from 1)`;
  if (isOutside) return [{ field: 'insertionLayer', expected: words, found: String(insertionLayer) }];
  if (generator === 'none' || insertionLayer >= 1) return [];
  const rule = `{insertionLayer: 0, generator: ${generator}}`;
  return [
    {
      field: 'insertionLayer',
      expected: `1 or above with generator ${generator} (or leave ${rule} out by an \`exclude\` rule)`,
      found: '0',
    },
  ];
}

/** Positions that an example of mean length needs; what is longer is shortened, never below this. */
function lengthProblems(method: MethodSettings, backbone: BackboneFacts, task: TaskFacts): Problem[] {
  if (!('promptLength' in method)) return [];
  const longest = backbone.maxPositions - Math.ceil(task.meanTokens);
  if (method.promptLength <= longest) return [];
  const room = `${backbone.maxPositions} positions, of which an example of task ${task.name} takes ${Math.ceil(task.meanTokens)}`;
  return [{ field: 'promptLength', expected: `at most ${longest} (${room})`, found: String(method.promptLength) }];
}

export function regimeProblems(regime: Regime, task: TaskFacts): Problem[] {
  const counts = Object.entries(task.classes);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const empty = counts.filter(([, count]) => count === 0).map(([label]) => label);
  if (empty.length > 0)
    return [{ field: '', expected: `possible for every class of task ${task.name}`, found: noneOf(empty) }];
  if (regime.testSize !== null && regime.testSize > task.testExamples)
    return [tooMany('testSize', task.testExamples, { ...task, asked: regime.testSize, of: 'test' })];
  if (regime.kind === 'full') {
    const most = total - counts.length;
    return regime.devSize > most ? [tooMany('devSize', most, { ...task, asked: regime.devSize, of: 'training' })] : [];
  }
  if (regime.k < counts.length)
    return [
      {
        field: 'fewShot',
        expected: `at least ${counts.length}, one example of each class of task ${task.name}`,
        found: String(regime.k),
      },
    ];
  if (regime.k + regime.devSize <= total) return [];
  return [
    {
      field: 'fewShot',
      expected: `with \`devSize\` at most ${total}, the training examples of task ${task.name}`,
      found: `${regime.k} + ${regime.devSize}`,
    },
  ];
}

function tooMany(
  field: string,
  most: number,
  { name, asked, of }: { name: string; asked: number; of: string },
): Problem {
  return { field, expected: `at most ${most} (${of} examples of task ${name})`, found: String(asked) };
}

function noneOf(labels: string[]): string {
  return `no training example of ${labels.join(', ')}`;
}
