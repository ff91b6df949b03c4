import { expect, test } from 'vitest';
import { measuredSeconds, secondsOf, sharesOf, throughputFacts, tokensPerMs } from '../../sweep/throughput.ts';

const SECONDS = { forward: 2, backward: 5, evaluation: 1, waiting: 2 };
const MEASURED = {
  ...{ stepTokens: 192, msPerStep: 50, measuredJointly: false, jointSteps: 0, cacheHitRate: 0.75 },
  ...{ peakMemoryMib: 900.5, ...measuredSeconds(SECONDS) },
};
const NOT_MEASURED = measuredSeconds(null);

test('shares of the time are those of hand arithmetic, and add up to 1', () => {
  // Of 2 + 5 + 1 + 2 = 10 seconds.
  const shares = { forwardShare: 0.2, backwardShare: 0.5, evaluationShare: 0.1, waitingShare: 0.2 };
  expect(sharesOf(MEASURED)).toEqual(shares);
  expect(secondsOf(MEASURED)).toEqual(SECONDS);
});

test('what was not measured, and a share of no time, is absent and not 0', () => {
  const absent = { forwardShare: null, backwardShare: null, evaluationShare: null, waitingShare: null };
  expect(secondsOf(NOT_MEASURED)).toBeNull();
  expect(sharesOf(NOT_MEASURED)).toEqual(absent);
  expect(sharesOf(measuredSeconds({ forward: 0, backward: 0, evaluation: 0, waiting: 0 }))).toEqual(absent);
  const zeroShot = measuredSeconds({ forward: 0, backward: 0, evaluation: 3, waiting: 1 });
  expect(sharesOf(zeroShot)).toMatchObject({ forwardShare: 0, evaluationShare: 0.75 });
});

test('tokens a millisecond are those of a step by its time', () => {
  expect(tokensPerMs({ stepTokens: 192, msPerStep: 50 })).toBe(3.84);
  expect(tokensPerMs({ stepTokens: 0, msPerStep: 50 })).toBeNull();
  expect(tokensPerMs({ stepTokens: 192, msPerStep: null })).toBeNull();
  expect(tokensPerMs({ stepTokens: 192, msPerStep: 0 })).toBeNull();
});

test('people read whether it was measured alone or jointly, and nothing of what was not', () => {
  const facts = (changes: object): Record<string, unknown> =>
    Object.fromEntries(throughputFacts({ ...MEASURED, ...changes }));
  expect(facts({})).toMatchObject({
    ...{ 'ms a step': '50', 'tokens/ms': '3.8', measured: 'alone', 'time in the trainer': '10 s' },
    ...{ 'backward, % of the time': '50.0', 'waiting, % of the time': '20.0' },
  });
  expect(facts({ measuredJointly: true })['measured']).toMatch(/^jointly: .* not to be compared with one alone$/);
  expect(facts({ measuredJointly: null, ...NOT_MEASURED })).toMatchObject({
    ...{ measured: null, 'time in the trainer': null, 'forward, % of the time': null, 'waiting, % of the time': null },
  });
});
