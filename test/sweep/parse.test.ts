import { describe, expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { parseSweep } from '../../sweep/parse.ts';
import { SpecError, type SpecIssue } from '../../sweep/spec.ts';

const GOOD = `name: demo
tasks: [mr]
regime: { fewShot: 32 }
methods:
  - zero-shot
`;

const LOG_RANGE = 'a range {from: …, to: …, scale: log, count: …} of numbers above 0, with 2 to 10000 values';

function issuesOf(text: string): SpecIssue[] {
  try {
    parseSweep(text);
  } catch (error) {
    if (error instanceof SpecError) return error.issues;
    throw error;
  }
  return [];
}

describe('a sweep file', () => {
  test('that says little takes the usual values', () => {
    expect(parseSweep(GOOD)).toEqual({
      name: 'demo',
      backbone: 'bert-base-uncased',
      tasks: [{ task: 'mr' }],
      regime: { kind: 'few-shot', k: [32], devSize: 1000, testSize: null },
      dataSeeds: [13, 21, 42, 87, 100],
      trainSeeds: [1],
      training: {},
      methods: [{ method: 'zero-shot', training: {} }],
      exclude: [],
      maxTrials: 1000,
      window: 4,
      stopAfterFailures: 10,
      device: 'auto',
    });
  });

  test('asks for a stopping rule by its name, or with settings; by default there is none', () => {
    for (const none of ['none', '{ rule: none }'])
      expect(parseSweep(`${GOOD}stopping: ${none}\n`).stopping).toBeUndefined();
    const median = { rule: 'median', gracePeriod: 0.5, leastTrials: 5 };
    expect(parseSweep(`${GOOD}stopping: median\n`).stopping).toEqual(median);
    const asha = parseSweep(`${GOOD}stopping: { rule: asha, gracePeriod: 0.6, reduction: 3 }\n`).stopping;
    expect(asha).toEqual({ rule: 'asha', gracePeriod: 0.6, leastTrials: 5, reduction: 3 });
    const paired = { rule: 'paired', gracePeriod: 0.5, leastSeeds: 4, p: 0.1 };
    expect(parseSweep(`${GOOD}stopping: paired\n`).stopping).toEqual(paired);
  });

  test('runs every combination with `search: grid`, as a word or a mapping', () => {
    for (const grid of ['grid', '{ kind: grid }'])
      expect(parseSweep(`${GOOD}search: ${grid}\n`).search).toBeUndefined();
  });

  test('states the values of a setting as one, a list or a range, with repetitions read once', () => {
    const text = GOOD.replace(
      '- zero-shot',
      '- { method: lpt, insertionLayer: {from: 1, to: 11, step: 2}, promptLength: [5, 1, 5] }',
    );
    const [method] = parseSweep(text).methods;
    expect(method).toMatchObject({
      ...{ insertionLayer: [1, 3, 5, 7, 9, 11], promptLength: [5, 1], generator: ['none'] },
    });
    const rates = parseSweep(`${GOOD}training: { learningRate: { from: 0.1, to: 0.3, step: 0.1 } }\n`);
    expect(rates.training.learningRate).toEqual([0.1, 0.2, 0.3]);
  });

  test('names several layers at once by a list inside the list, and one so named is that one', () => {
    const text = `${GOOD}  - { method: lpt, insertionLayer: [3, [6, 9], [3]] }\n`;
    expect(parseSweep(text).methods[1]?.['insertionLayer']).toEqual([3, [6, 9]]);
  });

  test('may repeat itself by anchors and merge keys', () => {
    const text = `${GOOD}  - &late { method: lpt, insertionLayer: 3 }\n  - { <<: *late, generator: npg }\n`;
    expect(parseSweep(text).methods[2]).toMatchObject({ insertionLayer: [3], generator: ['npg'] });
  });

  test('has the full data, or a number of examples', () => {
    expect(parseSweep(GOOD.replace('{ fewShot: 32 }', 'full')).regime.kind).toBe('full');
    expect(parseSweep(GOOD.replace('fewShot: 32', 'full: true, testSize: 50')).regime).toMatchObject({ testSize: 50 });
    // As many for dev as for training, unless it says otherwise.
    expect(parseSweep(GOOD.replace('fewShot: 32', 'perClass: [16, 64]')).regime).toEqual({
      ...{ kind: 'per-class', k: [16, 64], devSize: null, testSize: null },
    });
    expect(parseSweep(GOOD.replace('fewShot: 32', 'perClass: 16, devSize: 200')).regime).toMatchObject({
      devSize: 200,
    });
  });

  test.each(['sweeps/demo.yaml', 'sweeps/every-setting.yaml', 'sweeps/glue.yaml'])('%s is a good one', (file) => {
    expect(() => parseSweep(readFileSync(file, 'utf8'))).not.toThrow();
  });
});

describe('a mistake in a sweep file is named with line, field, expected and found', () => {
  test.each([
    [
      'stopping: meridian',
      'Expected `stopping.rule` to be one of none, median, asha, paired, found "meridian". Did you mean `median`?',
    ],
    ['stopping: off', 'Expected `stopping.rule` to be one of none, median, asha, paired, found "off".'],
    [
      'stopping: { rule: none, gracePeriod: 0.5 }',
      'Expected `stopping.gracePeriod` to be one of rule, found an unknown key.',
    ],
    [
      'search: { kind: grid, configurations: 40, sed: 1 }',
      'Expected `search.configurations` to be one of kind, found an unknown key.',
    ],
    ['search: { kind: grid, sed: 1 }', 'Expected `search.sed` to be one of kind, found an unknown key.'],
    ['search: grit', 'Expected `search.kind` to be one of grid, random, tpe, found "grit". Did you mean `grid`?'],
    [
      'stopping: { rule: median, gracePeriod: 2 }',
      'Expected `stopping.gracePeriod` to be a number from 0 to 0.99, found 2.',
    ],
    [
      'stopping: { rule: paired, leastTrials: 3 }',
      'Expected `stopping.leastTrials` to be one of rule, gracePeriod, leastSeeds, p, found an unknown key.',
    ],
  ])('%s', (line, message) => {
    expect(() => parseSweep(`${GOOD}${line}\n`)).toThrow(message);
  });

  test('a wrong type', () => {
    expect(issuesOf(GOOD.replace('32', 'many'))).toEqual([
      { line: 3, field: 'regime.fewShot', expected: 'a whole number from 1, or a list of them', found: '"many"' },
    ]);
  });

  test('a wrong item of a list, on its own line', () => {
    const [issue] = issuesOf(`${GOOD}dataSeeds:\n  - 13\n  - twenty\n`);
    expect(issue).toMatchObject({ line: 8, field: 'dataSeeds[1]', found: '"twenty"' });
  });

  test('an unknown key, with the nearest right one', () => {
    const [issue] = issuesOf(`${GOOD}  - method: lpt\n    promtLength: 5\n`);
    expect(issue).toMatchObject({ line: 7, field: 'methods[1].promtLength', suggestion: 'promptLength' });
    expect(issue?.expected).toBe(
      'one of method, insertionLayer, promptLength, generator, initialisation, bottleneck, dropout, training',
    );
  });

  test.each([
    ['methods[1].method', '  - { method: ltp }', 'lpt'],
    ['methods[1].method', '  - zero-shto', 'zero-shot'],
    ['methods[1].generator', '  - { method: lpt, generator: ngp }', 'npg'],
    ['device', 'device: cpuu', 'cpu'],
  ])('an unknown word for %s, with the nearest right one', (field, line, suggestion) => {
    expect(issuesOf(`${GOOD}${line}\n`)).toEqual([expect.objectContaining({ field, suggestion })]);
  });

  test.each([
    ['acuracy', 'accuracy'],
    ['mathews', 'matthews'],
    ['accuracy_f1', 'accuracy-f1'],
  ])('an unknown metric %s, with the nearest right one', (metric, suggestion) => {
    expect(issuesOf(GOOD.replace('[mr]', `[{ task: mr, metric: ${metric} }]`))).toEqual([
      {
        ...{ line: 2, field: 'tasks[0].metric', found: `"${metric}"`, suggestion },
        expected: 'one of accuracy, f1, accuracy-f1, matthews',
      },
    ]);
  });

  test('nothing is suggested where nothing is near', () => {
    expect(issuesOf(`${GOOD}quux: 1\n`)[0]).not.toHaveProperty('suggestion');
  });

  test.each([
    ['a layer below 0', '  - { method: lpt, insertionLayer: -1 }', 'a whole number from 0, or a list of them'],
    [
      'a range upside down',
      '  - { method: lpt, insertionLayer: {from: 5, to: 1} }',
      'a range with `to` not below `from`',
    ],
    [
      'a range without end',
      '  - { method: lpt, promptLength: {from: 5} }',
      'one value, a list, or a range {from: …, to: …, step: …}',
    ],
    [
      'an endless range',
      '  - { method: lpt, promptLength: {from: 1, to: 1000000} }',
      'a range of at most 10000 values',
    ],
    ['an empty list', '  - { method: lpt, promptLength: [] }', 'at least one value'],
    [
      'several layers out of order',
      '  - { method: lpt, insertionLayer: [[9, 6]] }',
      'ascending values that are each a whole number from 0',
    ],
    [
      'a layer named twice',
      '  - { method: lpt, insertionLayer: [[6, 6]] }',
      'ascending values that are each a whole number from 0',
    ],
    [
      'an unknown LoRA target',
      '  - { method: lora, targets: keys }',
      'one of query, key, value, attentionOutput, intermediate, output, or a list of them',
    ],
    [
      'a LoRA target named twice',
      '  - { method: lora, targets: [[query, query]] }',
      'different values that are each one of query, key, value, attentionOutput, intermediate, output',
    ],
    ['a rank of none', '  - { method: lora, rank: 0 }', 'a whole number from 1, or a list of them'],
    ['no dropped layer', '  - { method: adapter-drop, droppedLayers: 0 }', 'a whole number from 1, or a list of them'],
    ['a generator of another method', '  - { method: s-idpg, generator: npg }', 'one of phm, dnn, or a list of them'],
    [
      'an unknown start of a prompt',
      '  - { method: lpt, initialisation: words }',
      'one of normal, vocabulary, or a list of them',
    ],
    ['dropout that is neither on nor off', 'training: { frozenDropout: 0.1 }', 'true or false, or a list of them'],
    ['a learning rate above 1', 'training: { learningRate: 5 }', 'a number above 0, at most 1, or a list of them'],
    ['an empty rule', 'exclude: [{}]', 'a mapping with at least one field'],
    ['a window of none', 'window: 0', 'a whole number from 1 to 1000'],
  ])('%s', (_what, line, expected) => {
    expect(issuesOf(`${GOOD}${line}\n`)).toEqual([expect.objectContaining({ line: 6, expected })]);
  });

  test('a template without its mask, and a task named twice', () => {
    const text = GOOD.replace('[mr]', '[mr, mr, {task: other, template: "{sentence}", decoderTemplate: "<mask>"}]');
    expect(issuesOf(text).map(({ field, expected }) => [field, expected])).toEqual([
      ['tasks[2].template', 'a text with one `<mask>` and at least one {field}'],
      ['tasks[2].decoderTemplate', 'a text with one `<mask>` and at least one {field}'],
    ]);
    expect(issuesOf(GOOD.replace('[mr]', '[mr, mr]'))).toEqual([
      { line: 2, field: 'tasks[1].task', expected: 'named once in `tasks`', found: '"mr"' },
    ]);
  });

  test('a field of a template that has another name than a field can have', () => {
    for (const wrong of ['{review text}', '{sentence-1}', '{größe}', '{}']) {
      const task = `\n  - {task: other, template: "{title} ${wrong} . It was <mask> .", decoderTemplate: "${wrong} {title} <mask>"}`;
      const expected = `a text without \`${wrong}\`: a field is letters (a to z), digits and _; \`columns\` maps it to any column`;
      expect(issuesOf(GOOD.replace(' [mr]', task))).toEqual([
        expect.objectContaining({ line: 3, field: 'tasks[0].template', expected }),
        expect.objectContaining({ line: 3, field: 'tasks[0].decoderTemplate', expected }),
      ]);
    }
  });

  test.each([
    [
      'no number',
      `${GOOD}training: { learningRate: .nan }\n`,
      { line: 6, field: 'training.learningRate', found: 'NaN' },
    ],
    ['an endless one', `${GOOD}training: { learningRate: [.inf] }\n`, { line: 6, found: 'Infinity' }],
    [
      'a range from no number',
      `${GOOD}training: { learningRate: { from: .nan, to: 1 } }\n`,
      { line: 6, found: '{"from":"NaN","to":1}' },
    ],
    [
      'a range without an end',
      `${GOOD}training: { steps: { from: 1, to: .inf } }\n`,
      { line: 6, found: '{"from":1,"to":"Infinity"}' },
    ],
    [
      'a range on a logarithmic scale without an end',
      `${GOOD}training: { learningRate: { from: 0.1, to: .inf, scale: log } }\n`,
      { line: 6, expected: LOG_RANGE },
    ],
    [
      'a list in itself',
      GOOD.replace('[mr]', '&t [*t]'),
      { line: 2, field: 'tasks[0]', found: 'what holds itself by an alias' },
    ],
    ['a rule in itself', `${GOOD}exclude: &e [{ task: *e }]\n`, { line: 6, found: 'what holds itself by an alias' }],
    [
      'a name that is a number',
      GOOD.replace('demo', '2024'),
      { line: 1, expected: "text, written '2024' in quotes: without them it is a number", found: '2024' },
    ],
  ])('%s', (_what, text, issue) => {
    expect(issuesOf(text)).toEqual([expect.objectContaining(issue)]);
  });

  test('a regime that is two, or none', () => {
    const both = issuesOf(GOOD.replace('fewShot: 32', 'fewShot: 32, full: true'));
    const neither = issuesOf(GOOD.replace('fewShot: 32', 'devSize: 10'));
    const perClass = issuesOf(GOOD.replace('fewShot: 32', 'fewShot: 32, perClass: 16'));
    for (const issues of [both, neither, perClass])
      expect(issues[0]).toMatchObject({
        line: 3,
        expected: 'one of `fewShot: <total examples>`, `perClass: <examples of each class>` and `full: true`',
      });
  });

  test('several at once, in the order of the file, one line each', () => {
    const text = `name: my demo\ntasks: mr\nregime: { fewShot: 0 }\nmethods: [lpt, late]\nmaxTrial: 3\n`;
    expect(issuesOf(text).map(({ line, field }) => [line, field])).toEqual([
      [1, 'name'],
      [2, 'tasks'],
      [3, 'regime.fewShot'],
      [4, 'methods[1].method'],
      [5, 'maxTrial'],
    ]);
    expect(() => parseSweep(text)).toThrow(
      'line 5: Expected `maxTrial` to be one of name, description, backbone, tasks, regime, dataSeeds, trainSeeds, ' +
        'training, methods, exclude, maxTrials, window, stopAfterFailures, search, stopping, device, memoryMiB, found an unknown key. Did you mean `maxTrials`?',
    );
  });

  test('what is missing, at the mapping that lacks it', () => {
    expect(issuesOf('name: demo\ntasks: [mr]\nmethods: [zero-shot]\n')).toEqual([
      { line: 1, field: 'regime', expected: 'a mapping', found: 'nothing' },
    ]);
  });
});

describe('what is no sweep file at all is refused', () => {
  test.each([
    ['an empty file', '', { line: 1, found: 'an empty file' }],
    ['a list', '- 1\n', { line: 1, found: '[1]' }],
    ['a tab as indentation', 'name: a\nregime:\n\tfewShot: 3\n', { line: 3, found: 'a tab' }],
    ['a key written twice', 'name: a\ntasks: [mr]\nname: b\n', { line: 3, field: 'name', found: 'it again' }],
  ])('%s', (_what, text, issue) => {
    expect(issuesOf(text)[0]).toMatchObject(issue);
  });

  test('broken YAML, with the line', () => {
    expect(issuesOf('name: a\ntasks: [mr\nregime: full\n')[0]?.expected).toBe('valid YAML');
  });

  test('an alias to nothing', () => {
    expect(issuesOf('name: *nothing\n')[0]).toMatchObject({ expected: 'YAML whose aliases resolve' });
  });
});
