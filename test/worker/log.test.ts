import { describe, expect, test } from 'vitest';
import { logHappenings } from '../../worker/log-happenings.ts';
import { createLog, type LogFormat } from '../../worker/log.ts';
import { secretsOf } from '../../worker/secrets.ts';
import { readEnvironment } from '../../runtime/environment.mjs';

const OF = { sweep: 'demo', trial: 'demo/3', trialId: 'an-id', attempt: 2 };

function lines(format: LogFormat, secrets: string[] = []) {
  const written: string[] = [];
  const now = () => new Date('2026-01-02T03:04:05Z');
  return { written, log: createLog({ level: 'info', format, write: (line) => written.push(line), secrets, now }) };
}

describe('the log of a worker', () => {
  test('is one JSON object a line, with sweep, trial, attempt and kind', () => {
    const { written, log } = lines('json');
    const observe = logHappenings(log);
    observe({ type: 'attempt-begun', of: OF, resumedFromStep: 40 });
    observe({ type: 'attempt-ended', of: OF, end: 'failed', ms: 1500, kind: 'diverged', message: 'a\nb' });
    expect(written.map((line) => JSON.parse(line) as object)).toMatchObject([
      { time: '2026-01-02T03:04:05.000Z', level: 'info', event: 'attempt-begun', ...OF, resumedFromStep: 40 },
      { level: 'warn', event: 'attempt-ended', ...OF, end: 'failed', kind: 'diverged', seconds: 1.5 },
    ]);
    expect(written.join('')).not.toContain('\n');
  });

  test('is a sentence a line for people', () => {
    const { written, log } = lines('text');
    logHappenings(log)({ type: 'attempt-begun', of: OF, resumedFromStep: 40 });
    logHappenings(log)({ type: 'write-refused', of: OF, message: 'first\nsecond' });
    expect(written).toEqual([
      '03:04:05 demo/3 attempt 2 goes on from step 40.',
      '03:04:05 warn: demo/3 attempt 2 was refused a write: first second',
    ]);
  });

  test('warns of what a trainer found wrong with the machine', () => {
    const { written, log } = lines('text');
    logHappenings(log)({ type: 'trainer-said', of: OF, event: { type: 'notice', text: 'The disk is full.' } });
    expect(written).toEqual(['03:04:05 warn: demo/3 attempt 2: The disk is full.']);
  });

  test('leaves out what is below its level', () => {
    const { written, log } = lines('text');
    logHappenings(log)({ type: 'checkpoint-saved', of: OF, step: 1, bytes: 2, ms: 3 });
    expect(written).toEqual([]);
  });

  test('never holds the password of the database, nor a key, in any spelling', () => {
    const services = {
      databaseUrl: 'postgres://user:p%22ss@host/db',
      temporal: { connectionOptions: { address: 'x:1', apiKey: 'the-key' }, namespace: 'default' },
    };
    const inParameter = { ...services, databaseUrl: 'postgres://user@host/db?password=sesame%40' };
    expect(secretsOf(readEnvironment({ HOME: '/h' }), inParameter)).toContain('sesame@');
    const secrets = secretsOf(readEnvironment({ HOME: '/h', HF_TOKEN: 'a-token' }), services);
    const { written, log } = lines('json', secrets);
    log({ level: 'error', event: 'temporal', message: 'p"ss p%22ss the-key a-token' });
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ message: '*** *** *** ***' });
  });

  test('hides a password of digits in its texts alone, so that a line stays JSON', () => {
    const { written, log } = lines('json', ['1234']);
    log({ level: 'info', event: 'ready', message: 'at user:1234@host', fields: { pid: 12345, url: 'u:1234@h' } });
    expect(JSON.parse(written[0] ?? '')).toMatchObject({ message: 'at user:***@host', pid: 12345, url: 'u:***@h' });
  });
});
