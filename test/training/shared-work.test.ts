import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectGarbage } from '../../training/garbage.ts';
import { SharedWork } from '../../training/shared-work.ts';

test.each([
  ['done', () => Promise.resolve('result')],
  ['failed', () => Promise.reject(new Error('failed'))],
] as const)('work that is %s keeps nothing of the trials that waited for it', async (_, end) => {
  const work = new SharedWork<string>(end);
  const trial = await waitFor(work);
  // Within its turn a reference holds what it refers to.
  await nextTurn();
  collectGarbage();
  expect(trial.deref()).toBeUndefined();
  expect(work.isDeserted).toBe(false);
});

async function waitFor(work: SharedWork<string>): Promise<WeakRef<object>> {
  const trial = { checkpoint: new Uint8Array(1) };
  const afterSome = (): Promise<void> => (trial.checkpoint.fill(0), Promise.resolve());
  await Promise.allSettled([work.join(afterSome)]);
  return new WeakRef(trial);
}
