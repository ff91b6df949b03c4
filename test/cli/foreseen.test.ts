// What a person reads of an error: a sentence where somebody foresaw it, a stack otherwise.
import { ServiceError } from '@temporalio/client';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeError } from '../../cli/foreseen.ts';
import { startHub } from '../runtime/hub-server.ts';
import { fileWith, temporaryFolder } from '../support/data-files.ts';
import { filesUnder } from '../support/files-under.ts';
import { run } from './terminal.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDERS = 'activities cli control data db exports lpt page runtime sweep training worker workflows'.split(' ');
/** Caught on their way, or only within a worker or a trainer. */
const NEVER_SHOWN = [
  ...['BudgetError', 'Cancelled', 'DamagedBlockError', 'DivergedError', 'NoTrainerError', 'StaleAttemptError'],
];

async function namesOfErrors(): Promise<string[]> {
  const files = await Promise.all(FOLDERS.map(async (folder) => filesUnder(join(ROOT, folder)).then(pathsIn(folder))));
  const sources = files.flat().filter((path) => /\.m?[jt]s$/.test(path));
  const texts = await Promise.all(sources.map((path) => readFile(path, 'utf8')));
  return texts.flatMap((text) =>
    [...text.matchAll(/(?:override (?:readonly )?name|this\.name) = '(\w+)'/g)].map(([, name = '']) => name),
  );
}

const pathsIn = (folder: string) => (paths: string[]) => paths.map((path) => join(ROOT, folder, path));

test('every error with a name of its own is said in its own words, without a stack', async () => {
  const names = await namesOfErrors();
  expect(names).toEqual(expect.arrayContaining(['SpecError', 'DataError', 'SetupProblem', ...NEVER_SHOWN]));
  const withStack = names.filter((name) => describeError(Object.assign(new Error('why'), { name })) !== 'why');
  expect(withStack.toSorted()).toEqual(NEVER_SHOWN);
});

test('an error that nobody foresaw has its stack', () => {
  expect(describeError(new TypeError('not a function'))).toMatch(/not a function\n +at /);
});

test('what Temporal answers in the middle of a command is a sentence, with what it came from', () => {
  const grpc = Object.assign(new Error('14 UNAVAILABLE: read ECONNRESET'), { code: 14, details: 'read', metadata: {} });
  const found = 'Expected Temporal to do what it was asked, found:';
  const again = 'Give the command again once Temporal is back; what of it was written down already stands.';
  expect(describeError(new ServiceError('Failed to start Workflow', { cause: grpc }))).toBe(
    `${found} Failed to start Workflow (14 UNAVAILABLE: read ECONNRESET). ${again}`,
  );
  expect(describeError(grpc)).toBe(`${found} 14 UNAVAILABLE: read ECONNRESET. ${again}`);
  const wrong = Object.assign(grpc, { code: 3, message: '3 INVALID_ARGUMENT: no.' });
  expect(describeError(wrong)).toBe(`${found} 3 INVALID_ARGUMENT: no.`);
  expect(describeError(new ServiceError('Unexpected', { cause: new TypeError('x') }))).toMatch(/\n +at /);
  // Has its own words.
  expect(describeError(new Error('No Temporal server answers.', { cause: grpc }))).toBe('No Temporal server answers.');
});

test('a backbone that the hub does not have is one line', async () => {
  const hub = await startHub({ repositories: {} });
  const file = await fileWith(
    'hub.yaml',
    'name: hub\nbackbone: someone/none\ntasks: [mr]\nregime: { fewShot: 32 }\nmethods: [zero-shot]\n',
  );
  const { code, said } = await run(['launch', file, '--dry-run'], {
    ...{ HF_ENDPOINT: hub.url, LPT_SWEEP_CACHE: await temporaryFolder() },
  });
  expect(said).toBe('Backbone someone/none could not be downloaded: the hub has nothing of that name.\n');
  expect(code).toBe(1);
});
