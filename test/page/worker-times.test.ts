import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { WIDTHS } from '../../page/charts/drawing.ts';
import { workerTimes } from '../../page/charts/worker-times.ts';

const WORDS = { title: 'Workers over time', description: 'Attempts.' };

function drawn(workers: readonly string[], width = WIDTHS.wide): { rows: number; names: string[] } {
  const [from, until] = [new Date('2026-01-01T10:00:00Z'), new Date('2026-01-01T11:00:00Z')];
  const work = workers.map((worker) => ({ worker, state: 'complete', from, until }));
  const { document } = parseHTML(workerTimes(work, WORDS, width));
  const bars = [...document.querySelectorAll('g[fill-opacity] > rect')].map((bar) => bar.getAttribute('y'));
  const letters = [...document.querySelectorAll('text')].map(({ textContent }) => textContent);
  return { rows: new Set(bars).size, names: letters.filter((text) => text.includes('@')) };
}

test('workers whose names end alike have rows of their own, named by process and host', () => {
  const workers = [
    '12345@ip-10-0-12-34.eu-west-1.compute.internal/cpu/15360MiB',
    '777@ip-10-0-99-8.eu-west-1.compute.internal/cpu/15360MiB',
    '4@workstation-07.lab.example.org/cpu/15360MiB',
    '5@workstation-07.lab.example.org/cpu/15360MiB',
  ];
  expect(drawn(workers)).toEqual({
    rows: 4,
    names: [
      '12345@ip-10-0-12-34',
      '4@workstation-07.lab.example.org',
      '5@workstation-07.lab.example.org',
      '777@ip-10-0-99-8',
    ],
  });
});

test('a name that fits is whole, and one that is too long for its width keeps both ends', () => {
  const workers = ['1@lpt-worker-7d9f8b6c5d-x2k9q/gpu/24000MiB', '9@host-a/cpu/4000MiB'];
  expect(drawn(workers).names).toEqual(['1@lpt-worker-7d9f8b6c5d-x2k9q', '9@host-a/cpu/4000MiB']);
  expect(drawn(workers, WIDTHS.narrow).names).toEqual(['1@lpt-worke…6c5d-x2k9q', '9@host-a/cpu/4000MiB']);
});
