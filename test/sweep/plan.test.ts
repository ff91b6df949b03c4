import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { SweepFacts } from '../../sweep/facts.ts';
import type { MethodName } from '../../sweep/methods/settings.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { PlanError, expand } from '../../sweep/plan.ts';
import type { SpecIssue } from '../../sweep/spec.ts';
import { FACTS, planOf } from '../support/trials.ts';

const MR = FACTS.tasks['mr']!;

function sweep(methods: string, rest = ''): string {
  return `name: plan\ntasks: [mr]\nregime: { fewShot: 32, devSize: 100 }\ndataSeeds: [13, 21]\n${rest}methods:\n${methods}\n`;
}

function issuesOf(source: string, facts: SweepFacts = FACTS): SpecIssue[] {
  try {
    planOf(source, facts);
  } catch (error) {
    if (error instanceof PlanError) return error.issues;
    throw error;
  }
  return [];
}

describe('expansion', () => {
  test('crosses every list: methods, training settings, data seeds and training seeds', () => {
    // LPT: 3 layers × (none: 2 lengths + npg: 2 lengths × 2 bottlenecks) × 2 rates = 36; × 2 data seeds × 2 training seeds = 144.
    const plan = planOf(
      sweep(
        '  - { method: lpt, insertionLayer: [3, 6, 9], promptLength: [1, 5], generator: [none, npg], bottleneck: [64, 128] }',
        'trainSeeds: [1, 2]\ntraining: { learningRate: [1.0e-3, 5.0e-3] }\n',
      ),
    );
    expect(plan.trials).toHaveLength(144);
    expect(plan).toMatchObject({ excluded: 0, folded: 0 });
    expect(new Set(plan.trials.map(({ trialKey }) => trialKey)).size).toBe(144);
    expect(new Set(plan.trials.map(({ configurationKey }) => configurationKey)).size).toBe(36);
  });

  test('fills in the usual values: middle layer, length and rate by generator, a gentler rate for full tuning', () => {
    const { trials } = planOf(sweep('  - { method: lpt, generator: [none, npg] }\n  - full-tuning\n  - zero-shot'));
    const settings = trials.slice(0, 4).map(({ trial }) => trial);
    expect(settings.map(({ method }) => method)).toEqual([
      { method: 'zero-shot' },
      { method: 'lpt', insertionLayer: 6, promptLength: 20, generator: 'none', initialisation: 'normal' },
      { method: 'lpt', insertionLayer: 6, promptLength: 5, generator: 'npg', bottleneck: 128, dropout: 0.1 },
      { method: 'full-tuning' },
    ]);
    expect(settings.map(({ training }) => [training.steps, training.learningRate])).toEqual([
      [0, 1e-3],
      [1000, 3e-2],
      [1000, 1e-3],
      [1000, 2e-5],
    ]);
  });

  test('knows what is usual for each method', () => {
    const names = ['p-tuning-v2', 's-idpg', 'lora', 'adapter', 'adapter-drop', 'bitfit', 'linear-probe'];
    const { trials } = planOf(sweep(names.map((name) => `  - ${name}`).join('\n')));
    const usual = new Map(trials.map(({ trial }) => [trial.method.method, trial]));
    expect(names.map((name) => usual.get(name as MethodName)?.method)).toEqual([
      { method: 'p-tuning-v2', promptLength: 20, reparameterisation: 'none', dropout: 0.1 },
      { method: 's-idpg', promptLength: 5, generator: 'phm', bottleneck: 256, dropout: 0.1, division: 16 },
      { method: 'lora', rank: 8, alpha: 16, targets: ['query', 'value'], dropout: 0 },
      { method: 'adapter', bottleneck: 64 },
      { method: 'adapter-drop', bottleneck: 64, droppedLayers: 5 },
      { method: 'bitfit', biases: 'all' },
      { method: 'linear-probe' },
    ]);
    const rates = names.map((name) => usual.get(name as MethodName)?.training.learningRate);
    expect(rates).toEqual([5e-3, 5e-4, 5e-4, 3e-4, 3e-4, 1e-3, 1e-2]);
  });

  test('crosses a setting only where it means something', () => {
    // p-tuning-v2: none, and mlp × 2 bottlenecks = 3; s-idpg: dnn, and phm × 2 divisions = 3; lora: 2 sets of targets. × 2 seeds.
    const methods = [
      '  - { method: p-tuning-v2, reparameterisation: [none, mlp], bottleneck: [64, 128] }',
      '  - { method: s-idpg, generator: [dnn, phm], division: [8, 16] }',
      '  - { method: lora, targets: [[value, query], [query, value], query] }',
    ];
    const plan = planOf(sweep(methods.join('\n')));
    expect(plan.trials).toHaveLength(2 * (3 + 3 + 2));
    // Two orders of the same targets are one value that is written twice.
    expect(plan.folded).toBe(0);
  });

  test('lets a method say its own training settings, before those of the sweep', () => {
    const methods = '  - { method: lpt, training: { steps: 7 } }\n  - prompt-tuning';
    const { trials } = planOf(sweep(methods, 'training: { steps: 5, batchSize: 4 }\n'));
    const steps = trials.map(({ trial }) => [trial.method.method, trial.training.steps, trial.training.batchSize]);
    expect(steps.slice(0, 2)).toEqual([
      ['prompt-tuning', 5, 4],
      ['lpt', 7, 4],
    ]);
  });

  test('counts the same trial once, and zero-shot once a data seed', () => {
    const methods =
      '  - { method: lpt, insertionLayer: [3, 6] }\n  - { method: lpt, insertionLayer: 6 }\n  - zero-shot';
    const plan = planOf(sweep(methods, 'trainSeeds: [1, 2, 3]\n'));
    // LPT: 2 layers × 2 × 3 seeds = 12, the third entry's 6 are there already; zero-shot: 2 data seeds.
    expect(plan.trials).toHaveLength(14);
    expect(plan.folded).toBe(6);
  });

  test('settings that change speed alone make no second trial', () => {
    const plan = planOf(sweep('  - prompt-tuning', 'training: { evaluationBatchSize: [16, 32] }\n'));
    expect(plan.trials).toHaveLength(2);
    expect(plan.folded).toBe(2);
  });

  test('orders trials by task, data seed and layer, so that kept hidden states serve many', () => {
    const facts = { ...FACTS, tasks: { mr: MR, cr: { ...MR, name: 'cr' } } };
    const methods = '  - full-tuning\n  - { method: lpt, insertionLayer: [9, 3] }\n  - zero-shot';
    const { trials } = planOf(sweep(methods).replace('[mr]', '[mr, cr]'), facts);
    expect(trials.map(({ position }) => position)).toEqual([...Array(16).keys()]);
    const order = trials.map(({ trial: { task, dataSeed, method } }) => {
      const place = 'insertionLayer' in method ? String(method.insertionLayer) : method.method;
      return `${task.name} ${dataSeed} ${place}`;
    });
    expect(order.slice(0, 8)).toEqual([
      'mr 13 zero-shot',
      'mr 13 3',
      'mr 13 9',
      'mr 13 full-tuning',
      'mr 21 zero-shot',
      'mr 21 3',
      'mr 21 9',
      'mr 21 full-tuning',
    ]);
    expect(order[8]).toBe('cr 13 zero-shot');
  });

  test('makes one regime of each number of examples of a class, and leaves out those that a rule names', () => {
    const source = sweep('  - prompt-tuning', 'exclude: [{ perClass: 64 }]\n').replace(
      'fewShot: 32, devSize: 100',
      'perClass: [16, 64, 100]',
    );
    const plan = planOf(source);
    expect(plan.trials.map(({ trial }) => trial.regime)).toEqual(
      [16, 100, 16, 100].map((k) => ({ kind: 'per-class', k, devSize: null, testSize: null })),
    );
    expect(plan).toMatchObject({ excluded: 2, warnings: [] });
  });

  test('says how many examples without a label are left out', () => {
    const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, unlabelled: 1785 } } };
    expect(planOf(sweep('  - zero-shot'), facts).warnings).toEqual([
      'Task mr: 1,785 examples without a label left out.',
    ]);
  });

  test('says where a test file has no labels, and what is tested on instead', () => {
    const data = { ...MR.data, files: { ...MR.data.files, dev: '/data/mr/dev.tsv' } };
    const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, data, testedOnDev: true } } };
    expect(planOf(sweep('  - zero-shot'), facts).warnings).toEqual([
      'Task mr: test.tsv has no labels: tested on dev.tsv.',
    ]);
  });

  test('says which examples lose text', () => {
    const shortened = [{ split: 'train', shortened: 7, measured: 1000 } as const];
    const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, shortened } } };
    expect(planOf(sweep('  - zero-shot'), facts).warnings).toEqual([
      'Task mr: the backbone cannot read 7 of the first 1000 train examples whole beside the longest prompt: their longest field is cut.',
    ]);
  });

  test('makes one regime of each few-shot size', () => {
    const plan = planOf(sweep('  - prompt-tuning').replace('fewShot: 32', 'fewShot: [16, 64]'));
    expect(plan.trials.map(({ trial }) => trial.regime)).toContainEqual({
      ...{ kind: 'few-shot', k: 64, devSize: 100, testSize: null },
    });
    expect(plan.trials).toHaveLength(4);
  });

  test.each(['sweeps/demo.yaml', 'sweeps/every-setting.yaml', 'sweeps/glue.yaml'])(
    '%s expands without a warning',
    (file) => {
      const spec = parseSweep(readFileSync(file, 'utf8'));
      const tasks = Object.fromEntries(spec.tasks.map(({ task: name }) => [name, { ...MR, name, testExamples: 1000 }]));
      expect(expand(spec, { ...FACTS, tasks }).warnings).toEqual([]);
    },
  );
});

describe('exclude rules', () => {
  const methods = '  - { method: lpt, insertionLayer: [0, 3, 6], generator: [none, npg] }\n  - zero-shot';

  test('leave out what matches in every field, and say how many', () => {
    const plan = planOf(sweep(methods, 'exclude: [{ insertionLayer: [0, 3], generator: npg }, { dataSeed: 21 }]\n'));
    // 7 configurations × 2 data seeds = 14, of which 2 × 2 match the first rule and half of the other 10 the second.
    expect(plan.trials).toHaveLength(5);
    expect(plan).toMatchObject({ excluded: 9, warnings: [] });
  });

  test('match several layers at once as a list', () => {
    const several = '  - { method: lpt, insertionLayer: [6, [6, 9], [3, 9]] }';
    expect(planOf(sweep(several, 'exclude: [{ insertionLayer: [[6, 9]] }]\n'))).toMatchObject({ excluded: 2 });
    expect(planOf(sweep(several, 'exclude: [{ insertionLayer: 6 }]\n'))).toMatchObject({ excluded: 2 });
  });

  test('reach the settings of every method', () => {
    const all = '  - { method: lora, rank: [2, 4], targets: [query, [query, value]] }\n  - bitfit';
    const plan = planOf(sweep(all, 'exclude: [{ rank: 4, targets: [[value, query]] }, { method: bitfit }]\n'));
    expect(plan).toMatchObject({ excluded: 4, warnings: [] });
    expect(plan.trials).toHaveLength(6);
  });

  test('that match nothing are named', () => {
    const plan = planOf(sweep('  - zero-shot', 'exclude: [{ dataSeed: 13 }, { insertionLayer: 3 }, { task: sst2 }]\n'));
    expect(plan.warnings).toEqual(['`exclude[1]` matches no combination.', '`exclude[2]` matches no combination.']);
  });

  test('that leave nothing are refused', () => {
    expect(issuesOf(sweep('  - zero-shot', 'exclude: [{ method: zero-shot }]\n'))).toEqual([
      { line: 5, field: 'exclude', expected: 'rules that leave some trial', found: 'none left' },
    ]);
  });
});

describe('what cannot run is named before launch, once and with its line', () => {
  test('a layer that the backbone does not have', () => {
    expect(issuesOf(sweep('  - zero-shot\n  - method: lpt\n    insertionLayer: [6, 12, 24]'))).toEqual(
      ['12', '24'].map((found) => ({
        line: 8,
        field: 'methods[1].insertionLayer',
        expected: 'a layer from 0 to 11 (bert-base-uncased has 12; with a generator from 1)',
        found,
      })),
    );
  });

  test('a generator at layer 0, with the rule that leaves it out', () => {
    const [issue] = issuesOf(sweep('  - { method: lpt, insertionLayer: [0, 6], generator: npg }'));
    expect(issue).toMatchObject({ line: 6, field: 'methods[0].insertionLayer', found: '0' });
    expect(issue?.expected).toContain('`exclude` rule');
  });

  test.each([
    [
      'one of several layers',
      '{ method: lpt, insertionLayer: [[6, 12]] }',
      'insertionLayer',
      '12',
      /^a layer from 0 to 11/,
    ],
    [
      'a generator at layer 0 among several',
      '{ method: lpt, insertionLayer: [[0, 6]], generator: appg }',
      'insertionLayer',
      '0',
      /^1 or above with generator appg/,
    ],
    [
      'AdapterDrop of every layer',
      '{ method: adapter-drop, droppedLayers: 12 }',
      'droppedLayers',
      '12',
      /^from 1 to 11: bert-base-uncased has 12 layers/,
    ],
    ['a rank above the width', '{ method: lora, rank: 769 }', 'rank', '769', /^at most 768/],
    [
      'a division that leaves a rest',
      '{ method: s-idpg, division: 7 }',
      'division',
      '7',
      /^a divisor of the bottleneck 256/,
    ],
    [
      'prompts of several layers that leave no room',
      '{ method: lpt, insertionLayer: [[3, 6]], promptLength: 250 }',
      'promptLength',
      '500',
      /^at most 488/,
    ],
    [
      'a prompt of S-IDPG that leaves no room',
      '{ method: s-idpg, promptLength: 500 }',
      'promptLength',
      '500',
      /^at most 488/,
    ],
  ])('%s', (...[, entry, field, found, expected]) => {
    const issues = issuesOf(sweep(`  - ${entry}`));
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ line: 6, field: `methods[0].${field}`, found });
    expect(issues[0]?.expected).toMatch(expected);
  });

  test('a start from the vocabulary where its vectors are narrower than the hidden states', () => {
    const electra: SweepFacts = { ...FACTS, backbone: { ...FACTS.backbone, embeddingSize: 128 } };
    expect(issuesOf(sweep('  - { method: prompt-tuning, initialisation: vocabulary }'), electra)).toMatchObject([
      { field: 'methods[0].initialisation', found: 'vocabulary' },
    ]);
  });

  test('a prompt that leaves no room for the example', () => {
    const [issue] = issuesOf(sweep('  - { method: lpt, promptLength: [5, 500] }'));
    expect(issue).toMatchObject({ field: 'methods[0].promptLength', found: '500' });
    expect(issue?.expected).toMatch(/^at most 488/);
  });

  test('fewer examples than classes, and more than there are', () => {
    const [few] = issuesOf(sweep('  - zero-shot').replace('32', '1'));
    expect(few).toMatchObject({ line: 3, field: 'regime.fewShot', found: '1' });
    expect(few?.expected).toContain('at least 2');
    const [many] = issuesOf(sweep('  - zero-shot').replace('32', '2950'));
    expect(many).toMatchObject({ field: 'regime.fewShot', found: '2950 + 100' });
  });

  test('more examples of a class than it has, with the class and its size', () => {
    const facts: SweepFacts = { ...FACTS, tasks: { mr: { ...MR, classes: { '0': 1500, '1': 40 } } } };
    const asking = (regime: string) =>
      issuesOf(sweep('  - zero-shot').replace('fewShot: 32, devSize: 100', regime), facts);
    // Half of the forty are for dev.
    expect(asking('perClass: 21')).toMatchObject([
      {
        ...{ line: 3, field: 'regime.perClass', found: '21' },
        expected: 'at most 20: label "1" of task mr has 40 training examples, half of them for dev',
      },
    ]);
    expect(asking('perClass: 41, devSize: 10')).toMatchObject([
      { expected: 'at most 40: label "1" of task mr has 40 training examples' },
    ]);
    expect(asking('perClass: 40, devSize: 1461')).toMatchObject([{ field: 'regime.perClass', found: '80 + 1461' }]);
    expect(asking('perClass: 20')).toEqual([]);
    expect(asking('perClass: 40, devSize: 1460')).toEqual([]);
  });

  test('a class without examples, and a test larger than its split', () => {
    const lacking = { ...FACTS, tasks: { mr: { ...MR, classes: { '0': 100, '1': 0 } } } };
    expect(issuesOf(sweep('  - zero-shot'), lacking)[0]).toMatchObject({
      line: 3,
      field: 'regime',
      found: 'no training example of 1',
    });
    const [issue] = issuesOf(sweep('  - zero-shot').replace('devSize: 100', 'devSize: 100, testSize: 401'));
    expect(issue).toMatchObject({ field: 'regime.testSize', found: '401' });
  });

  test('more trials than allowed, with both numbers', () => {
    expect(issuesOf(sweep('  - prompt-tuning\n  - zero-shot', 'maxTrials: 3\n'))).toEqual([
      { line: 5, field: 'maxTrials', expected: 'at least 4, the trials that the file asks for', found: '3' },
    ]);
  });

  test('a product of ranges that no memory holds, at once', () => {
    const range = '{from: 1, to: 9999}';
    const [issue] = issuesOf(sweep(`  - { method: lpt, insertionLayer: ${range}, promptLength: ${range} }`));
    expect(issue).toMatchObject({ field: 'methods', found: String(9999 * 9999 * 2) });
  });

  test('all of it together', () => {
    const source = sweep('  - { method: lpt, insertionLayer: [12], promptLength: 600 }', 'maxTrials: 1\n').replace(
      '32',
      '1',
    );
    expect(issuesOf(source).map(({ field }) => field)).toEqual([
      'methods[0].insertionLayer',
      'methods[0].promptLength',
      'regime.fewShot',
      'maxTrials',
    ]);
  });
});

test('one rate for all methods is warned of where it is far from what is usual: full tuning, and a prompt without a generator', () => {
  const own = 'training: { learningRate: 1.0e-3 }';
  const methods = `  - full-tuning\n  - { method: lpt, generator: [none, npg] }\n  - { method: prompt-tuning, ${own} }\n  - zero-shot`;
  const { warnings } = planOf(sweep(methods, 'training: { learningRate: [1.0e-3, 2.0e-3, 5.0e-3] }\n'));
  expect(warnings.toSorted()).toEqual([
    '`methods[0]` (full-tuning), for which 0.00002 is usual, takes learningRate 0.001, 0.002, 0.005 from `training`.',
    '`methods[1]` (lpt, generator none), for which 0.03 is usual, takes learningRate 0.001, 0.002 from `training`.',
  ]);
});

test('rates of an entry are warned of where they go to settings with other usual rates, and not in an entry of one', () => {
  const own = (rates: string) => `training: { learningRate: ${rates} }`;
  const methods = [
    `  - { method: lpt, generator: [none, npg, appg], ${own('[1.0e-3, 2.0e-3, 5.0e-3]')} }`,
    `  - { method: lpt, generator: [none, npg], ${own('3.0e-2')} }`,
    `  - { method: lpt, generator: none, promptLength: [1, 5], ${own('1.0e-3')} }`,
    `  - { method: lora, rank: [4, 8], ${own('0.1')} }`,
  ];
  expect(planOf(sweep(methods.join('\n'))).warnings).toEqual([
    '`methods[0]` gives learningRate 0.001, 0.002 to lpt, generator none, for which 0.03 is usual: give it an entry of its own.',
    '`methods[1]` gives learningRate 0.03 to lpt, generator npg, for which 0.001 is usual: give it an entry of its own.',
  ]);
});

test('dropout in frozen layers is noted with what it costs', () => {
  const { warnings } = planOf(
    sweep('  - { method: lpt, training: { frozenDropout: [true, false] } }\n  - lora\n  - zero-shot'),
  );
  // At layer 6 of 12: 18 layer-forwards instead of 12, and the head's share of each.
  expect(warnings).toEqual([
    'With `frozenDropout` the layers below a prompt run anew in every step, as their outputs cannot be kept: `methods[0]` (lpt). Their steps compute 49 % more, on average.',
  ]);
});
