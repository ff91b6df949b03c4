import { expect, test } from 'vitest';
import { printPlan } from '../../cli/plan.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { FACTS, planOf } from '../support/trials.ts';

test('a plan tells configurations of one method apart by whatever differs between them', () => {
  const source = `
name: plan
tasks: [mr]
regime: { fewShot: 32 }
dataSeeds: [13, 21]
methods:
  - { method: lora, rank: [4, 8], targets: [[query, value], query] }
  - { method: lpt, insertionLayer: [3, [3, 9]], training: { frozenDropout: [true, false] } }
`;
  const plan = planOf(source);
  const printed = printPlan({ spec: parseSweep(source), facts: FACTS, plan }, []);
  const rows = printed.split('\n').filter((line) => line.includes(' mr '));
  expect(rows).toHaveLength(8);
  const cells = rows.map((row) => row.split('│').map((cell) => cell.trim()));
  // Columns: task, examples, method, layer, length, generator, and, …, seeds.
  expect(new Set(cells.map((cell) => cell[7]))).toEqual(
    new Set([
      'rank 4, targets query+value',
      'rank 4, targets query',
      'rank 8, targets query+value',
      'rank 8, targets query',
      'frozenDropout true',
      'frozenDropout false',
    ]),
  );
  expect(cells.filter((cell) => cell[4] === '3+9')).toHaveLength(2);
  expect(new Set(cells.map((cell) => cell.at(-2)))).toEqual(new Set(['2']));
});

test('a plan has neither a learning rate nor a batch for a method that trains nothing', () => {
  const source = '{ name: plan, tasks: [mr], regime: full, methods: [zero-shot, bitfit] }';
  const printed = printPlan({ spec: parseSweep(source), facts: FACTS, plan: planOf(source) }, []);
  const cellsOf = (name: string): string[] =>
    (printed.split('\n').find((line) => line.includes(name)) ?? '').split('│').map((cell) => cell.trim());
  const title = cellsOf('lr');
  const [lr, batch, steps] = ['lr', 'batch', 'steps'].map((name) => title.indexOf(name));
  const shown = (name: string) => [lr, batch, steps].map((column) => cellsOf(name)[column!]);
  expect(shown('zero-shot')).toEqual(['–', '–', '0']);
  expect(shown('bitfit')).toEqual(['0.001', '32', '1000']);
});
