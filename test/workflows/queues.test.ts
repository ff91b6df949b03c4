import { describe, expect, test } from 'vitest';
import { queuesServed, trainingQueue } from '../../workflows/queues.ts';

describe('the queue of a trial', () => {
  test.each([
    [undefined, 'q-cpu'],
    [2048, 'q-cpu'],
    [2049, 'q-cpu-4g'],
    [20_000, 'q-cpu-24g'],
    [1_000_000, 'q-cpu-977g'],
  ])('that needs %s MiB is %s', (memoryMiB, queue) => {
    expect(trainingQueue({ deviceClass: 'cpu', ...(memoryMiB === undefined ? {} : { memoryMiB }) }, 'q')).toBe(queue);
  });

  test('is served by every worker with so much memory, and by none with less', () => {
    const served = (memoryMiB: number) => queuesServed({ deviceClass: 'gpu', memoryMiB }, 'q');
    expect(served(500)).toEqual(['q-gpu']);
    expect(served(8_191)).toEqual(['q-gpu', 'q-gpu-4g', 'q-gpu-8g']);
    // What an H100 of 80 GB shows.
    expect(served(81_559).at(-1)).toBe('q-gpu-80g');
    expect(served(40_536).at(-1)).toBe('q-gpu-40g');
    expect(served(32_768).at(-1)).toBe('q-gpu-24g');
  });

  test("is nobody's where no device has so much", () => {
    const all = queuesServed({ deviceClass: 'cpu' }, 'q');
    expect(all).not.toContain(trainingQueue({ deviceClass: 'cpu', memoryMiB: 1_000_000 }, 'q'));
  });
});
