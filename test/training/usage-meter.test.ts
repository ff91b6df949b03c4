import { expect, test } from 'vitest';
import { NO_COUNTS } from '../../training/hidden-states.ts';
import { UsageMeter } from '../../training/usage-meter.ts';

test('says what was counted since it was last asked, and of the disk also where another backbone begins anew', () => {
  let counts = { ...NO_COUNTS, hits: 5, fills: 2, damaged: 1, unwritten: 3 };
  const meter = new UsageMeter(() => counts);
  expect(meter.read()).toMatchObject({ hits: 5, fills: 2, damaged: 1, unwritten: 3 });
  counts = { ...counts, hits: 7, unwritten: 4 };
  expect(meter.read()).toMatchObject({ hits: 2, fills: 0, damaged: 0, unwritten: 1 });
  counts = { ...NO_COUNTS, hits: 1, damaged: 1, unwritten: 6 };
  expect(meter.read()).toMatchObject({ hits: 1, fills: 0, damaged: 0, unwritten: 2 });
});
