import { describe, expect, test } from 'vitest';
import { describeRerun, rerunObject } from '../../cli/rerun-report.ts';
import type { RerunReport } from '../../control/rerun.ts';

const SAME: RerunReport = {
  original: 'demo/3',
  repeated: 'demo-rerun-1/0',
  compared: 1234,
  kinds: ['curves', 'scores', 'predictions', 'trained weights'],
  forgotten: [],
  differences: [],
  jointSteps: 0,
  halvings: 0,
  provenance: [],
};
const OTHER: RerunReport = {
  ...SAME,
  differences: [
    { what: 'loss', step: 37, original: '0.5', repeated: '0.5000000000000001' },
    { what: 'trained weights', step: null, original: 'sha256 a', repeated: 'sha256 b' },
  ],
  provenance: [
    { field: 'trainer.hardware', before: 'one processor', after: 'another' },
    { field: 'program.commit', before: { id: 'c0ffee', dirty: false }, after: null },
  ],
};

describe('the report of a repeated trial', () => {
  test('says that everything is the same, and how much that is', () => {
    expect(describeRerun(SAME)).toBe(
      'Trial demo/3, repeated as demo-rerun-1/0: all 1,234 numbers are the same to the last bit (curves, scores, predictions, trained weights).\n' +
        'Both come from the same program, packages and hardware.\n',
    );
    expect(rerunObject(SAME)).toMatchObject({ same: true, differing: 0, firstDifference: null, provenance: [] });
  });

  test('names the first number that differs, and everything that they come from that does', () => {
    expect(describeRerun(OTHER)).toBe(
      'Trial demo/3, repeated as demo-rerun-1/0: 2 of 1,234 numbers differ. The first: loss at step 37 was 0.5, is 0.5000000000000001.\n' +
        'What they come from differs:\n' +
        '  trainer.hardware: "one processor" → "another"\n' +
        '  program.commit: {"id":"c0ffee","dirty":false} → not recorded\n',
    );
    expect(rerunObject(OTHER)).toMatchObject({
      same: false,
      differing: 2,
      firstDifference: { what: 'loss', step: 37 },
    });
  });

  test('says what could not be compared, and lists what was', () => {
    const pruned = describeRerun({
      ...SAME,
      kinds: ['scores', 'predictions'],
      forgotten: ['curves', 'trained weights'],
    });
    expect(pruned).toContain('are the same to the last bit (scores, predictions).\n');
    expect(pruned).toContain(
      'Not compared: curves, trained weights. Of the original they were pruned, or never kept.\n',
    );
  });

  test('says of steps taken with other trials why they may differ, and nothing where all is the same', () => {
    const said = '12 steps were taken together with other trials, whose rows change the rounding of sums.';
    expect(describeRerun({ ...OTHER, jointSteps: 12 })).toContain(said);
    expect(describeRerun({ ...SAME, jointSteps: 12 })).not.toContain(said);
  });

  test('says likewise of steps that were computed in parts after memory had run out', () => {
    const said =
      'One of the two ran out of memory and computed its steps in parts, whose sums are rounded otherwise.\n';
    expect(describeRerun({ ...OTHER, halvings: 1 })).toContain(said);
    expect(describeRerun({ ...SAME, halvings: 1 })).not.toContain(said);
    expect(describeRerun(OTHER)).not.toContain(said);
  });
});
