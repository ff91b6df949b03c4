// Pure: why a combination cannot run on this backbone and this data.
import { addedPositions } from './arithmetic.ts';
import type { BackboneFacts, TaskFacts } from './facts.ts';
import { descriptorOf } from './methods/index.ts';
import type { MethodSettings } from './methods/settings.ts';
import type { Problem } from './problem.ts';
import { devSize, totalOf, trainingSize, type Regime } from './regime.ts';

type OfKind<Kind extends Regime['kind']> = Extract<Regime, { kind: Kind }>;

export function methodProblems(method: MethodSettings, backbone: BackboneFacts, task: TaskFacts): Problem[] {
  const own = descriptorOf(method.method).problems?.(method, backbone) ?? [];
  return [
    ...initialisationProblems(method, backbone),
    ...own,
    ...lengthProblems(addedPositions(method), backbone, task),
  ];
}

/** A vector of another width than the hidden states is no prompt. */
function initialisationProblems(method: MethodSettings, backbone: BackboneFacts): Problem[] {
  const { name, hiddenSize, embeddingSize } = backbone;
  if (embeddingSize === hiddenSize || !('initialisation' in method) || method.initialisation !== 'vocabulary')
    return [];
  const expected = `normal: the word embeddings of ${name} are ${embeddingSize} wide, its hidden states ${hiddenSize}`;
  return [{ field: 'initialisation', expected, found: 'vocabulary' }];
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
  const empty = counts.filter(([, count]) => count === 0).map(([label]) => label);
  if (empty.length > 0)
    return [{ field: '', expected: `possible for every class of task ${task.name}`, found: noneOf(empty) }];
  const mostTest = Math.min(task.testExamples, task.mismatchedExamples ?? task.testExamples);
  if (regime.testSize !== null && regime.testSize > mostTest)
    return [tooMany('testSize', mostTest, { ...task, asked: regime.testSize, of: 'test' })];
  switch (regime.kind) {
    case 'full':
      return fullProblems(regime, task);
    case 'few-shot':
      return fewShotProblems(regime, task);
    case 'per-class':
      return perClassProblems(regime, task);
  }
}

function fullProblems({ devSize: asked }: OfKind<'full'>, task: TaskFacts): Problem[] {
  const most = totalOf(task.classes) - Object.keys(task.classes).length;
  return asked > most ? [tooMany('devSize', most, { ...task, asked, of: 'training' })] : [];
}

function fewShotProblems(regime: OfKind<'few-shot'>, { classes, name }: TaskFacts): Problem[] {
  const count = Object.keys(classes).length;
  if (regime.k < count) {
    const expected = `at least ${count}, one example of each class of task ${name}`;
    return [{ field: 'fewShot', expected, found: String(regime.k) }];
  }
  return togetherProblems('fewShot', regime, { classes, name });
}

function perClassProblems(regime: OfKind<'per-class'>, { classes, name }: TaskFacts): Problem[] {
  // With as many for dev as for training.
  const most = (count: number): number => (regime.devSize === null ? Math.floor(count / 2) : count);
  const [rare] = Object.entries(classes).filter(([, count]) => regime.k > most(count));
  if (rare === undefined) return togetherProblems('perClass', regime, { classes, name });
  const [label, count] = rare;
  const share = regime.devSize === null ? ', half of them for dev' : '';
  const expected = `at most ${most(count)}: label "${label}" of task ${name} has ${count} training examples${share}`;
  return [{ field: 'perClass', expected, found: String(regime.k) }];
}

/** Training and dev are drawn from the same examples. */
function togetherProblems(
  field: string,
  regime: OfKind<'few-shot' | 'per-class'>,
  { classes, name }: Pick<TaskFacts, 'classes' | 'name'>,
): Problem[] {
  const [train, dev, total] = [trainingSize(regime, classes), devSize(regime, classes), totalOf(classes)];
  if (train + dev <= total) return [];
  const expected = `with \`devSize\` at most ${total}, the training examples of task ${name}`;
  return [{ field, expected, found: `${train} + ${dev}` }];
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
