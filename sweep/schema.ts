// Pure: the shape of a sweep file. Every schema's error text completes "Expected … to be".
import { z } from 'zod';
import {
  anyOf,
  choice,
  type Domain,
  numberAbove,
  numberFrom,
  oneOf,
  single,
  wholeNumber,
  YES_OR_NO,
} from './choices.ts';
import { mapping } from './mapping.ts';
import { type AnyDescriptor, DESCRIPTORS, METHODS } from './methods/index.ts';
import { LARGEST_WINDOW } from './queueing.ts';
import { search } from './search/settings.ts';
import { DEVICES, type ExcludeRule, type MethodSpec, type RegimeSpec, type Spec, type TaskSpec } from './spec.ts';
import { stopping } from './stopping/settings.ts';
import { METRICS } from './task.ts';
import { template } from './template.ts';

const SEED = wholeNumber(0, 2 ** 31 - 1);
const POSITIVE = wholeNumber(1);

function words(expected: string): z.ZodType<string> {
  return z.custom<string>((value) => typeof value === 'string' && value.trim() !== '', { error: expected });
}

const TRAINING_DOMAINS = {
  steps: POSITIVE,
  batchSize: POSITIVE,
  learningRate: numberAbove(0, 1),
  weightDecay: numberFrom(0, 1),
  warmupFraction: numberFrom(0, 1),
  clipNorm: numberAbove(0, 1e6),
  evaluateEvery: POSITIVE,
  evaluationBatchSize: POSITIVE,
  frozenDropout: YES_OR_NO,
};

const training = mapping({
  steps: choice(TRAINING_DOMAINS.steps).optional(),
  batchSize: choice(TRAINING_DOMAINS.batchSize).optional(),
  learningRate: choice(TRAINING_DOMAINS.learningRate).optional(),
  weightDecay: choice(TRAINING_DOMAINS.weightDecay).optional(),
  warmupFraction: choice(TRAINING_DOMAINS.warmupFraction).optional(),
  clipNorm: choice(TRAINING_DOMAINS.clipNorm).optional(),
  evaluateEvery: choice(TRAINING_DOMAINS.evaluateEvery).optional(),
  evaluationBatchSize: choice(TRAINING_DOMAINS.evaluationBatchSize).optional(),
  frozenDropout: choice(TRAINING_DOMAINS.frozenDropout).optional(),
});

/** YAML reads `1` as a number where it is a value, and as text where it is a label of `labelWords`. */
const label = z.preprocess(
  (value) => (typeof value === 'number' || typeof value === 'boolean' ? String(value) : value),
  words('one of the labels'),
);

const task: z.ZodType<TaskSpec> = z.preprocess(
  (entry) => (typeof entry === 'string' ? { task: entry } : entry),
  mapping({
    task: words("a task's name"),
    data: words("a built-in data set's name, a folder, a file or hub:<id>").optional(),
    columns: z.record(z.string(), words("a column's name"), { error: 'a mapping of field to column' }).optional(),
    template: template.optional(),
    decoderTemplate: template.optional(),
    labelWords: z.record(z.string(), words('a word'), { error: 'a mapping of label to word' }).optional(),
    metric: single(oneOf(METRICS)).optional(),
    positive: label.optional(),
  }),
) as z.ZodType<TaskSpec>;

const USUAL_DEV_SIZE = 1000;
const ONE_REGIME = 'one of `fewShot: <total examples>`, `perClass: <examples of each class>` and `full: true`';

const regime: z.ZodType<RegimeSpec> = z
  .preprocess(
    (entry) => (entry === 'full' ? { full: true } : entry),
    mapping({
      fewShot: choice(POSITIVE).optional(),
      perClass: choice(POSITIVE).optional(),
      full: z.literal(true, { error: 'true, or left out' }).optional(),
      devSize: single(POSITIVE).optional(),
      testSize: z
        .custom<number | 'all'>((value) => value === 'all' || POSITIVE.accepts(value), {
          error: `all, or ${POSITIVE.words}`,
        })
        .default('all'),
    }),
  )
  .transform((entry, context): RegimeSpec => {
    const { fewShot, perClass, full } = entry;
    const testSize = entry.testSize === 'all' ? null : entry.testSize;
    const devSize = entry.devSize ?? USUAL_DEV_SIZE;
    if ([fewShot, perClass, full].filter((given) => given !== undefined).length !== 1)
      context.addIssue({ code: 'custom', message: ONE_REGIME, input: entry });
    if (fewShot !== undefined) return { kind: 'few-shot', k: fewShot, devSize, testSize };
    if (perClass !== undefined) return { kind: 'per-class', k: perClass, devSize: entry.devSize ?? null, testSize };
    return { kind: 'full', devSize, testSize };
  });

/** An entry of one method: its own settings, and `training` where it trains. */
function entryOf({ name, settings, passes }: AnyDescriptor) {
  const own = Object.entries(settings).map(([field, { domain, usual }]) => {
    const values = choice(domain);
    return [field, usual === undefined ? values.optional() : values.default([...usual])] as const;
  });
  return mapping({
    method: z.literal(name),
    ...Object.fromEntries(own),
    ...(passes === 0 ? {} : { training: training.default({}) }),
  });
}

const [firstEntry, ...otherEntries] = DESCRIPTORS.map(entryOf);
if (firstEntry === undefined) throw new RangeError('Expected at least one method, found none.');
const method = z
  .preprocess(
    (entry) => (typeof entry === 'string' ? { method: entry } : entry),
    z.discriminatedUnion('method', [firstEntry, ...otherEntries], { error: `one of ${METHODS.join(', ')}` }),
  )
  .transform((entry) => ({ training: {}, ...entry }) as MethodSpec);

/** Each setting of any method, by what it may be in one of them. */
function methodFields() {
  const domains = new Map<string, Domain<unknown>[]>();
  for (const { settings } of DESCRIPTORS)
    for (const [field, { domain }] of Object.entries(settings))
      domains.set(field, [...(domains.get(field) ?? []), domain]);
  return Object.fromEntries([...domains].map(([field, all]) => [field, choice(anyOf(all)).optional()]));
}

const NAME = words('text');
const exclude = mapping({
  task: choice({
    words: "a task's name",
    accepts: (value): value is string => NAME.safeParse(value).success,
  }).optional(),
  method: choice(oneOf(METHODS)).optional(),
  ...methodFields(),
  fewShot: choice(POSITIVE).optional(),
  perClass: choice(POSITIVE).optional(),
  dataSeed: choice(SEED).optional(),
  trainSeed: choice(SEED).optional(),
  ...training.shape,
}).refine((rule) => Object.keys(rule).length > 0, {
  error: 'a mapping with at least one field',
  when: (payload) => payload.issues.length === 0,
}) as z.ZodType<ExcludeRule>;

const USUAL_STOP = 10;
const MOST_FAILURES = wholeNumber(0);
const stopAfterFailures = z
  .custom<number | 'never'>((value) => value === 'never' || MOST_FAILURES.accepts(value), {
    error: `never, or ${MOST_FAILURES.words}`,
  })
  .default(USUAL_STOP)
  .transform((value) => (value === 'never' ? 0 : value));

function listOf<T>(item: z.ZodType<T>, of: string) {
  return z.array(item, { error: `a list of ${of}` }).min(1, { error: `a list of at least one of ${of}` });
}

export const sweepFile = mapping({
  name: z.custom<string>((name) => typeof name === 'string' && /^[A-Za-z0-9][\w.-]{0,99}$/.test(name), {
    error: ({ input }) =>
      typeof input === 'number'
        ? `text, written '${input}' in quotes: without them it is a number`
        : 'letters, digits, `-`, `_` and `.`, at most 100, a letter or digit first',
  }),
  description: words('text').optional(),
  backbone: words('bert-base-uncased, a folder or a Hub id').default('bert-base-uncased'),
  tasks: listOf(task, 'tasks'),
  regime,
  dataSeeds: choice(SEED).default([13, 21, 42, 87, 100]),
  trainSeeds: choice(SEED).default([1]),
  training: training.default({}),
  methods: listOf(method, 'methods'),
  exclude: z.array(exclude, { error: 'a list of rules' }).default([]),
  maxTrials: single(wholeNumber(1)).default(1000),
  window: single(wholeNumber(1, LARGEST_WINDOW)).default(4),
  stopAfterFailures,
  search,
  stopping,
  device: single(oneOf(DEVICES)).default('auto'),
  memoryMiB: single(wholeNumber(1)).optional(),
}).superRefine((file, context) => {
  const names = file.tasks.map((entry) => entry.task);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index)
      context.addIssue({
        code: 'custom',
        message: 'named once in `tasks`',
        path: ['tasks', index, 'task'],
        input: name,
      });
  });
}) as unknown as z.ZodType<Spec>;
