// Pure: why a combination cannot run on this backbone and this data.
import type { BackboneFacts, TaskFacts } from './facts.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings, Regime } from './trial.ts';

export interface Problem {
  /** Field of the method's entry, or of `regime`. */
  field: string;
  expected: string;
  found: string;
}

export function methodProblems(method: MethodSettings, backbone: BackboneFacts, task: TaskFacts): Problem[] {
  const descriptor = descriptorOf(method.method);
  const own = descriptor.problems?.(method, backbone) ?? [];
  return [...own, ...lengthProblems(descriptor.addedPositions?.(method) ?? 0, backbone, task)];
}

/** Positions that an example of mean length needs; what is longer is shortened, never below this. */
function lengthProblems(added: number, backbone: BackboneFacts, task: TaskFacts): Problem[] {
  const longest = backbone.maxPositions - Math.ceil(task.meanTokens);
  if (added <= longest) return [];
  const room = `${backbone.maxPositions} positions, of which an example of task ${task.name} takes ${Math.ceil(task.meanTokens)}`;
  return [{ field: 'promptLength', expected: `at most ${longest} (${room})`, found: String(added) }];
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
