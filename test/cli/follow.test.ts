import { expect, test } from 'vitest';
import { whenBack } from '../../cli/follow.ts';
import { DatabaseAwayError, queryError } from '../../db/errors.ts';

const away = () => Promise.reject(new DatabaseAwayError('Expected Postgres to answer.'));

test('what is asked at the end waits for a database that is away, and says so once', async () => {
  const said: string[] = [];
  let asked = 0;
  const answer = await whenBack(() => (++asked < 3 ? away() : Promise.resolve('compared')), {
    say: (text) => said.push(text),
    signal: new AbortController().signal,
  });
  expect(answer).toBe('compared');
  expect(said).toEqual(['Expected Postgres to answer. Waiting for it.']);
});

test('a database that has no room for a moment, or is too slow, is waited for as well', async () => {
  const said: string[] = [];
  let asked = 0;
  const full = () => Promise.reject(queryError('No space left on device', '53100'));
  const answer = await whenBack(() => (++asked < 2 ? full() : Promise.resolve('compared')), {
    say: (text) => said.push(text),
    signal: new AbortController().signal,
  });
  expect(answer).toBe('compared');
  expect(said).toEqual(['Expected Postgres to take it, found: No space left on device. Waiting for it.']);
});

test('Ctrl-C ends the waiting', async () => {
  const interrupted = new AbortController();
  const waiting = whenBack(away, { say: () => interrupted.abort(), signal: interrupted.signal });
  await expect(waiting).rejects.toThrow(DatabaseAwayError);
});
