import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { and, eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { openControl, type Control } from '../../control/control.ts';
import { pause } from '../../control/pause.ts';
import type { Database } from '../../db/client.ts';
import type { TrialResult } from '../../db/results.ts';
import { attempts, checkpoints, sweeps, trials } from '../../db/schema.ts';
import { childEnvironment, readEnvironment } from '../../runtime/environment.mjs';
import { openServices, type Services } from '../../runtime/services.ts';
import { tinyReviews, writeTinyBackbone } from '../support/tiny-backbone.ts';
import { MEASURED_ANEW } from '../support/trials.ts';
import { hasCheckpoint } from './checkpointed.ts';
import { endAll, installedIn, ON_ITS_OWN, SOON, type Running } from './installed.ts';

const sweepFile = (name: string, layers = '[1, 2]'): string => `name: ${name}
backbone: ./backbone
tasks: [{ task: mr, data: ./reviews }]
regime: { fewShot: 32, devSize: 40 }
dataSeeds: 13
training: { steps: 400, batchSize: 8, evaluateEvery: 20, learningRate: 0.01 }
methods:
  - { method: lpt, insertionLayer: ${layers}, promptLength: 3, generator: npg, bottleneck: 8 }
`;

describe('the verbs through the real command line, on embedded servers', () => {
  let folder: string;
  let services: Services;
  let control: Control;
  let database: Database;
  let sweep: (...words: string[]) => Running;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lpt-sweep-verbs-'));
    // Under root Postgres runs as another user, who must be able to reach its data.
    await chmod(folder, 0o755);
    await writeTinyBackbone(join(folder, 'backbone'));
    await mkdir(join(folder, 'reviews'));
    await writeFile(join(folder, 'reviews/train.tsv'), tinyReviews(120));
    await writeFile(join(folder, 'reviews/test.tsv'), tinyReviews(40));
    for (const name of ['calm', 'held', 'twice']) await writeFile(join(folder, `${name}.yaml`), sweepFile(name));
    await writeFile(join(folder, 'larger.yaml'), sweepFile('calm', '[1, 2, 3]'));
    const stateFolder = join(folder, 'state');
    const environment = readEnvironment(childEnvironment({ ...ON_ITS_OWN, LPT_SWEEP_STATE: stateFolder }));
    services = await openServices({ environment, say: () => undefined });
    control = await openControl(services);
    ({ database } = control);
    sweep = installedIn(stateFolder, folder);
  });

  afterEach(endAll);
  afterAll(async () => {
    await control.close();
    await services.close();
    // A launch that does not watch leaves the servers running for the worker that will come.
    await sweep('down').ended;
    await rm(folder, { recursive: true, force: true });
  });

  const numbersOf = async (name: string): Promise<object[]> => {
    const { out } = await sweep('results', name, '--format', 'json').ended;
    const rows = JSON.parse(out) as TrialResult[];
    return rows.map((row) => ({ ...row, ...MEASURED_ANEW }));
  };

  test('a sweep that was paused and continued ends with the numbers of an undisturbed one', async () => {
    expect((await sweep('launch', 'calm.yaml', '--watch').ended).code).toBe(0);
    const watching = sweep('launch', 'held.yaml', '--watch');
    await vi.waitUntil(() => hasCheckpoint(database, 'held'), SOON);
    // In this process: by the time that another one has started, the sweep might be over.
    await pause(control, { sweep: 'held' });
    const watched = await watching.ended;
    expect(watched.code).toBe(1);
    expect(watched.out).toContain('Sweep held: paused');
    const held = await database
      .select({ step: checkpoints.step })
      .from(checkpoints)
      .innerJoin(trials, eq(trials.id, checkpoints.trialId))
      .where(and(eq(trials.state, 'paused'), eq(checkpoints.kind, 'last')));
    expect(held).toHaveLength(1);
    const { code, said } = await sweep('continue', 'held', '--watch').ended;
    expect(said.join('\n')).toMatch(/Continued, of sweep `held`: [12] trials?\./);
    expect(code).toBe(0);
    const resumed = await database.select().from(attempts).where(eq(attempts.resumedFromStep, held[0]!.step));
    expect(resumed).toHaveLength(1);
    expect(await numbersOf('held')).toEqual(await numbersOf('calm'));
  });

  test('a finished sweep grows: only its new trials run, and adding them again is refused', async () => {
    const before = await numbersOf('calm');
    const grown = await sweep('add', 'larger.yaml', '--watch').ended;
    expect(grown.said.join('\n')).toContain('Sweep calm has 1 trial more; 2 of the file were there.');
    expect(grown.code).toBe(0);
    const after = await numbersOf('calm');
    expect(after).toHaveLength(3);
    expect(after.slice(0, 2)).toEqual(before);
    const again = await sweep('add', 'larger.yaml').ended;
    expect(again).toMatchObject({ code: 2, out: '' });
    expect(again.said.at(-1)).toBe(
      'Expected the file to ask for trials that sweep `calm` does not have, found all 3 there already.',
    );
  });

  test('two processes that launch one name at the same moment make one sweep', async () => {
    const both = await Promise.all([sweep('launch', 'twice.yaml').ended, sweep('launch', 'twice.yaml').ended]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    const said = both.flatMap((ended) => ended.said.filter((line) => line.startsWith('Sweep twice')));
    expect(said.sort()).toEqual(['Sweep twice is launched.', 'Sweep twice was launched before: it goes on.']);
    const stays = 'The embedded servers stay: `lpt-sweep down` stops them.';
    expect(both.map((ended) => ended.said.includes(stays))).toEqual([true, true]);
    const made = await database.select().from(sweeps).where(eq(sweeps.name, 'twice'));
    expect(made).toHaveLength(1);
    expect(await numbersOf('twice')).toHaveLength(2);
    const again = await sweep('resume', 'twice').ended;
    expect(again.code).toBe(2);
    expect(again.said.at(-1)).toBe(
      'Expected sweep `twice` to have something to resume, found it running with nothing to put back. No worker is running for it: `lpt-sweep resume twice --watch` or `lpt-sweep worker` goes on.',
    );
    expect((await sweep('cancel', 'twice').ended).code).toBe(0);
  });

  test.each([
    [['resume', 'clam'], /found `clam`, which no sweep has\. The nearest are: calm/],
    [['pause', 'calm'], /Expected sweep `calm` to have something to pause, found 3 complete\./],
    [['resume', 'calm.yaml'], /the file of sweep `calm` .* found it changed:/],
    [['cancel', 'calm', '--where', 'method=lora'], /found none\. Its trials have method: lpt\./],
  ])('%j is answered with a sentence and exit code 2', async (words, message) => {
    const { code, said } = await sweep(...words).ended;
    expect(code).toBe(2);
    expect(said.join('\n')).toMatch(message);
    expect(said.join('\n')).not.toContain('    at ');
  });
});
