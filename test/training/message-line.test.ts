import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { FromTrainer } from '../../training/messages.ts';
import { MessageLine } from '../../training/message-line.ts';

const NOTICE: FromTrainer = { type: 'notice', text: 'the disk is full' };

/** A line with as many messages under way as may be. */
async function fullLine(): Promise<{ line: MessageLine; said: FromTrainer[] }> {
  const said: FromTrainer[] = [];
  const line = new MessageLine((message) => said.push(message));
  for (let sent = 0; sent < 16; sent += 1) await line.send({ type: 'metrics', points: [] });
  return { line, said };
}

test('whoever waits for the parent goes on when it has caught up, a notice and the trial itself', async () => {
  const { line } = await fullLine();
  const resolved: string[] = [];
  void line.send({ type: 'metrics', points: [] }).then(() => resolved.push('metrics'));
  void line.send(NOTICE).then(() => resolved.push('notice'));
  line.received();
  await nextTurn();
  expect(resolved).toEqual([]);
  line.received();
  await nextTurn();
  expect(resolved).toEqual(['metrics', 'notice']);
});

test('a trial that is told to stop waits for its parent no more', async () => {
  const { line, said } = await fullLine();
  const resolved: string[] = [];
  void line.send(NOTICE).then(() => resolved.push('notice'));
  line.cancel();
  void line.send({ type: 'cancelled', step: 3 }).then(() => resolved.push('end'));
  await nextTurn();
  expect(new Set(resolved)).toEqual(new Set(['notice', 'end']));
  expect(said.at(-1)).toEqual({ type: 'cancelled', step: 3 });
});
