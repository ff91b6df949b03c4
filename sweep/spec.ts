// Pure: a sweep file as the program sees it: every choice a list, nothing crossed yet.
import type { MethodName } from './methods/settings.ts';
import type { Search } from './search/settings.ts';
import type { Stopping } from './stopping/rule.ts';
import type { MetricName } from './task.ts';
import type { TrainingSettings } from './training.ts';

/** Each setting with the values to cross; a setting that is absent takes the method's usual value. */
export type TrainingChoices = { [Setting in keyof TrainingSettings]?: TrainingSettings[Setting][] };

export interface TaskSpec {
  /** A built-in task's name, or the name of one described here. */
  task: string;
  /** Built-in data set's name, folder, file or `hub:<id>`; absent: the task's own. */
  data?: string;
  /** Template's field → column of the data. */
  columns?: Record<string, string>;
  template?: string;
  /** For a decoder: ends with the mask. Absent: `template` up to its mask. */
  decoderTemplate?: string;
  labelWords?: Record<string, string>;
  metric?: MetricName;
  /** The label whose F1 is meant; absent: the one that is last in alphabetical order. */
  positive?: string;
}

export type RegimeSpec =
  | { kind: 'few-shot'; k: number[]; devSize: number; testSize: number | null }
  | { kind: 'per-class'; k: number[]; devSize: number | null; testSize: number | null }
  | { kind: 'full'; devSize: number; testSize: number | null };

/** One entry under `methods`: beside these two the method's own settings, each with the values to cross. */
export interface MethodSpec {
  method: MethodName;
  training: TrainingChoices;
  [setting: string]: unknown;
}

/** The method's own settings; one that is absent takes what the descriptor decides. */
export function choicesOf(entry: MethodSpec): Partial<Record<string, readonly unknown[]>> {
  const choices = Object.entries(entry).filter(([field]) => field !== 'method' && field !== 'training');
  return Object.fromEntries(choices) as Partial<Record<string, readonly unknown[]>>;
}

/** A combination that has one of the listed values in every named field is left out. */
export type ExcludeRule = Record<string, unknown[]>;

export const DEVICES = ['auto', 'cpu', 'gpu'] as const;

export interface Spec {
  name: string;
  description?: string;
  backbone: string;
  tasks: TaskSpec[];
  regime: RegimeSpec;
  dataSeeds: number[];
  trainSeeds: number[];
  training: TrainingChoices;
  methods: MethodSpec[];
  exclude: ExcludeRule[];
  maxTrials: number;
  /** Trials in flight at one time. */
  window: number;
  /** Trials in a row that may fail with the same kind before the sweep is stopped; 0: any number. */
  stopAfterFailures: number;
  /** Which combinations are run; absent: every one. */
  search?: Search | undefined;
  /** Ends trials early that look worse than others on dev; absent: none is. */
  stopping?: Stopping | undefined;
  device: (typeof DEVICES)[number];
  /** What a trial needs, instead of what is estimated. */
  memoryMiB?: number;
}

export interface SpecIssue {
  /** 1-based line of the sweep file; null where there is none to name. */
  line: number | null;
  /** For example `methods[1].insertionLayer`. */
  field: string;
  expected: string;
  found: string;
  /** The nearest right word, where a wrong one was written. */
  suggestion?: string;
}

/** Everything that is wrong with a sweep file, at once. The message has one line an issue. */
export class SpecError extends Error {
  override name = 'SpecError';
  readonly issues: SpecIssue[];

  constructor(issues: SpecIssue[]) {
    super(issues.map(describeIssue).join('\n'));
    this.issues = issues;
  }
}

export function describeIssue(issue: SpecIssue): string {
  const where = issue.line === null ? '' : `line ${issue.line}: `;
  const hint = issue.suggestion === undefined ? '' : ` Did you mean \`${issue.suggestion}\`?`;
  return `${where}Expected \`${issue.field}\` to be ${issue.expected}, found ${issue.found}.${hint}`;
}
