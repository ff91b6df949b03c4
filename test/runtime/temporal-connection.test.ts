// What is asked of Temporal within some time, by whatever the clock says.
import { expect, test } from 'vitest';
import { within } from '../../runtime/temporal-connection.ts';

const deadline = (): Error => new Error('Failed to connect before the deadline');
/** As the SDK wraps what gRPC answered. */
const exceeded = (): Error =>
  new Error('Failed to connect to Temporal server', {
    cause: Object.assign(new Error('4 DEADLINE_EXCEEDED'), { code: 4, details: '', metadata: {} }),
  });

test.each([deadline, exceeded])(
  'a deadline that a jumping clock has passed is no answer: it is asked again',
  async (fault) => {
    let asked = 0;
    const answer = await within(60_000, (left) => {
      asked += 1;
      expect(left).toBeGreaterThan(50_000);
      return asked < 3 ? Promise.reject(fault()) : Promise.resolve('answer');
    });
    expect([answer, asked]).toEqual(['answer', 3]);
  },
);

test('a time that has passed is an answer, and so is any other error', async () => {
  await expect(within(0, () => Promise.reject(exceeded()))).rejects.toThrow('Failed to connect to Temporal server');
  let asked = 0;
  const other = within(60_000, () => {
    asked += 1;
    return Promise.reject(new Error('refused'));
  });
  await expect(other).rejects.toThrow('refused');
  expect(asked).toBe(1);
});
