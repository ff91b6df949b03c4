import { describe, expect, test } from 'vitest';
import { refuseAmong, refuseHere, TooLargeError } from '../../control/fitting.ts';
import type { Offer } from '../../control/workers.ts';
import { planOf } from '../support/trials.ts';

const SOURCE = `
name: sizes
tasks: [mr]
regime: { fewShot: 32, devSize: 100 }
dataSeeds: [13]
training: { steps: 40, batchSize: 8 }
methods:
  - { method: lpt, insertionLayer: 6 }
  - full-tuning
`;

describe('a sweep whose largest trial', () => {
  const { trials } = planOf(SOURCE);
  const cpu = (memoryMiB: number | null): Offer => ({ deviceClass: 'cpu', memoryMiB });

  test('no worker holds is refused; the trial, the need and the largest worker are named', () => {
    expect(() => refuseAmong([cpu(1_000), cpu(2_000)], 'cpu', trials)).toThrow(
      /Expected a worker with \d{4} MiB for a trial of full-tuning on the cpu, found 2000 MiB at the most\. Start a larger worker/,
    );
  });

  test('does not fit the machine that would train it is refused; the need and the memory are named', () => {
    expect(() => refuseHere(cpu(1_500), trials)).toThrow(
      /Expected this machine to have \d{4} MiB for a trial of full-tuning on the cpu, found 1500 MiB\. Start `lpt-sweep worker` on a larger one/,
    );
    refuseHere(cpu(16_000), trials);
    for (const refuse of [() => refuseHere(cpu(1_500), trials), () => refuseAmong([cpu(1_000)], 'cpu', trials)])
      expect(refuse).toThrow(TooLargeError);
  });

  test('some worker holds is not, nor where nobody is there yet', () => {
    refuseAmong([cpu(1_000), cpu(16_000)], 'cpu', trials);
    refuseAmong([cpu(null)], 'cpu', trials);
    refuseAmong([], 'cpu', trials);
    refuseAmong([{ deviceClass: 'gpu', memoryMiB: 100 }], 'cpu', trials);
  });

  test('has a need of its own in the sweep file is taken at its word', () => {
    const told = planOf(`${SOURCE}memoryMiB: 900\n`).trials;
    expect(told.map(({ memoryMiB }) => memoryMiB)).toEqual([900, 900]);
    refuseAmong([cpu(1_000)], 'cpu', told);
  });
});
