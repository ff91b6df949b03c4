import { describe, expect, test } from 'vitest';
import { ProgressPrinter } from '../../cli/progress.ts';
import type { SweepStatus } from '../../control/status.ts';
import type { StateCounts } from '../../db/sweeps.ts';
import { smallSweep } from '../support/trials.ts';

const { name, source, spec } = smallSweep('demo');

function statusWith(changes: Partial<StateCounts>, secondsLeft: number | null = null): SweepStatus {
  const counts = {
    waiting: 0,
    running: 0,
    complete: 0,
    failed: 0,
    cancelled: 0,
    paused: 0,
    'stopped-early': 0,
    ...changes,
  };
  const times = { createdAt: new Date(), startedAt: null, finishedAt: null };
  return {
    sweep: {
      id: 'id',
      name,
      source,
      spec,
      facts: null,
      contentHash: '',
      backbone: '',
      backboneFingerprint: '',
      state: 'running',
      error: null,
      window: 4,
      priority: 3,
      ...times,
    },
    progress: { counts, total: 4, best: [], remainingFlops: 0, recent: [] },
    apart: new Map(),
    secondsLeft,
    failures: [],
  };
}

function screen(drawn: string[], columns = 80): ConstructorParameters<typeof ProgressPrinter>[0] {
  return { say: () => undefined, draw: (text) => drawn.push(text), isTerminal: true, columns: () => columns };
}

describe('progress', () => {
  test('where nobody redraws is a plain line when a trial ends, else at most one in ten seconds', () => {
    const lines: string[] = [];
    let now = 0;
    const terminal = {
      say: (text: string) => lines.push(text),
      draw: () => undefined,
      isTerminal: false,
      columns: () => 80,
    };
    const printer = new ProgressPrinter(terminal, () => now);
    printer.show(statusWith({ waiting: 3, running: 1 }));
    now = 1_000;
    printer.show(statusWith({ waiting: 2, running: 2 }));
    expect(lines).toHaveLength(1);
    printer.show(statusWith({ waiting: 2, running: 1, complete: 1 }, 150));
    expect(lines.at(-1)).toBe('1 of 4 trials done, 0 failed, 1 running, about 3 min left');
    now = 12_000;
    printer.show(statusWith({ waiting: 2, running: 1, complete: 1 }, 120));
    expect(lines).toHaveLength(3);
  });

  test('on a terminal is a block that replaces the one before, without colours', () => {
    const drawn: string[] = [];
    const printer = new ProgressPrinter(screen(drawn), () => 0);
    printer.show(statusWith({ waiting: 3, running: 1 }));
    printer.show(statusWith({ waiting: 2, running: 1, complete: 1 }));
    expect(drawn[1]).toBe('\u001B[2A\u001B[0J');
    expect(drawn[2]).toContain('1/4');
    expect(drawn.join('').split('\u001B[').slice(1)).toEqual(['2A', expect.stringMatching(/^0J/)]);
  });

  test('replaces all rows of a line that is wider than the terminal', () => {
    const drawn: string[] = [];
    const printer = new ProgressPrinter(screen(drawn, 34), () => 0);
    printer.show(statusWith({ waiting: 3, running: 1 }));
    // The bar just fits; the counts take two rows.
    expect(drawn[0]!.split('\n').map((line) => line.length)).toEqual([34, 39, 0]);
    printer.show(statusWith({ waiting: 2, running: 1, complete: 1 }));
    expect(drawn[1]).toBe('\u001B[3A\u001B[0J');
  });
});
