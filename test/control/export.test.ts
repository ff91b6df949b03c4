import { appendFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportTrial, NoWeightsError, OccupiedFolderError, type ExportRequest } from '../../control/export.ts';
import { label, readExported } from '../../control/predict.ts';
import { fingerprintSetup } from '../../data/backbone-setup.ts';
import { recordProvenance } from '../../db/attempts.ts';
import { beginAttempt } from '../../db/begin-attempt.ts';
import { saveCheckpoint } from '../../db/checkpoints.ts';
import { UnfinishedTrialError } from '../../db/errors.ts';
import { checkpoints, trials } from '../../db/schema.ts';
import { createSweep } from '../../db/sweeps.ts';
import { finishTrial, listWaiting } from '../../db/trials.ts';
import { parseSweep } from '../../sweep/parse.ts';
import { provenanceOf } from '../../sweep/provenance.ts';
import { decodeSafetensors, encodeSafetensors } from '../../training/safetensors.ts';
import { changeJson } from '../support/change-json.ts';
import { temporaryFolder } from '../support/data-files.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { PROGRAM, TRAINER } from '../support/provenance.ts';
import { writeTinyBackbone } from '../support/tiny-backbone.ts';
import { findTrial, outcomeOf, planOf, smallSweep } from '../support/trials.ts';

const WEIGHTS = encodeSafetensors({ prompt: { shape: [1, 2], values: new Float32Array([0.5, -1]) } }, { format: 'w' });
const LORA = encodeSafetensors({
  'layers.0.query.down': { shape: [1, 2], values: new Float32Array(2) },
  'layers.0.query.up': { shape: [2, 1], values: new Float32Array(2) },
});
/** As long as a fingerprint; no trial trains in these tests. */
const FINGERPRINT = 'ab'.repeat(32);
const SETUP = 'cd'.repeat(32);
const nowhere = (): Promise<never> => Promise.reject(new Error('Expected no backbone to be asked for.'));

describe('a trial that is exported', () => {
  let db: TestDatabase;
  const control = (): { database: TestDatabase['database'] } => ({ database: db.database });

  /** In running order: zero-shot (no weights), prompt tuning, LPT; the rest is not complete. */
  beforeAll(async () => {
    db = await createTestDatabase();
    const planned = smallSweep('origin');
    for (const { trial } of planned.trials) Object.assign(trial.backbone, { fingerprint: FINGERPRINT, setup: SETUP });
    const { sweep } = await createSweep(db.database, planned);
    const ids = await listWaiting(db.database, { sweepId: sweep.id, limit: 3 });
    for (const trialId of ids) {
      await beginAttempt(db.database, { trialId, worker: 'w', device: 'cpu', workflowRunId: 'r' });
      const { trial } = await findTrial(db.database, trialId);
      const provenance = provenanceOf({ trial, program: PROGRAM, trainer: TRAINER });
      await recordProvenance(db.database, { trialId, attempt: 1, provenance });
      const trains = trial.method.method !== 'zero-shot';
      if (trains) await saveCheckpoint(db.database, { trialId, attempt: 1, kind: 'best', step: 20, bytes: WEIGHTS });
      const outcome = outcomeOf(0.7, 0.6);
      const trainableParameters = trains ? outcome.trainableParameters : 0;
      await finishTrial(db.database, { trialId, attempt: 1, outcome: { ...outcome, trainableParameters } });
    }
  });
  afterAll(() => db.drop());

  async function requestFor(changes: Partial<ExportRequest> = {}): Promise<ExportRequest> {
    const folder = join(await temporaryFolder(), 'model');
    return { trial: 'origin/2', folder, force: false, programVersion: '1.2.3', resolveBackbone: nowhere, ...changes };
  }

  test('is its weights, byte for byte, beside a card that says what they are', async () => {
    const request = await requestFor();
    const card = await exportTrial(control(), request);
    expect((await readdir(request.folder)).sort()).toEqual(['card.json', 'weights.safetensors']);
    const weights = await readFile(join(request.folder, 'weights.safetensors'));
    expect(decodeSafetensors(weights).tensors['prompt']?.values).toEqual(new Float32Array([0.5, -1]));
    expect(card).toMatchObject({
      programVersion: '1.2.3',
      trial: { name: 'origin/2' },
      backbone: { name: 'bert-base-uncased', fingerprint: FINGERPRINT, setup: SETUP },
      task: { name: 'mr', template: '{sentence} . It was <mask> .', labelWords: { 0: 'terrible', 1: 'great' } },
      method: { method: 'lpt', insertionLayer: 3, promptLength: 5, generator: 'npg' },
      scores: { devScore: 0.7, testScore: 0.6, selectedStep: 20 },
      provenance: { program: PROGRAM },
    });
    expect(await readExported(request.folder)).toEqual({ card, weights, fields: ['sentence'] });
  });

  test('says why it is not in the layout of PEFT', async () => {
    const { peft } = await exportTrial(control(), await requestFor({ trial: 'origin/1' }));
    expect(peft.written).toBe(false);
    expect(peft.note).toContain('PEFT puts a prompt before the embedding layer');
  });

  test('leaves a folder that holds something alone, unless it is told to write into it', async () => {
    const request = await requestFor();
    await exportTrial(control(), request);
    await writeFile(join(request.folder, 'adapter_config.json'), 'of an earlier export');
    await writeFile(join(request.folder, 'notes.txt'), 'mine');
    await expect(exportTrial(control(), request)).rejects.toThrow(OccupiedFolderError);
    await expect(exportTrial(control(), request)).rejects.toThrow(/to be empty, found .*`--force` writes into it/);
    await exportTrial(control(), { ...request, force: true });
    expect((await readdir(request.folder)).sort()).toEqual(['card.json', 'notes.txt', 'weights.safetensors']);
  });

  test('has to have trained something, and to be complete', async () => {
    const untrained = exportTrial(control(), await requestFor({ trial: 'origin/0' }));
    await expect(untrained).rejects.toThrow(NoWeightsError);
    await expect(untrained).rejects.toThrow('found none: zero-shot trains nothing');
    const { folder, ...unfinished } = await requestFor({ trial: 'origin/3' });
    await expect(exportTrial(control(), { ...unfinished, folder })).rejects.toThrow(UnfinishedTrialError);
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  test('that no longer has its weights says what became of them', async () => {
    const { database } = db;
    const trialId = await completeLora('forgotten', FINGERPRINT);
    const request = await requestFor({ trial: 'forgotten/0' });
    await database.delete(checkpoints).where(eq(checkpoints.trialId, trialId));
    await expect(exportTrial(control(), request)).rejects.toThrow(
      'found none: `prune --checkpoints` has forgotten them. `lpt-sweep rerun forgotten/0` trains them again',
    );
    await database.update(trials).set({ trainableParameters: 109_000_000 }).where(eq(trials.id, trialId));
    await expect(exportTrial(control(), request)).rejects.toThrow('they are larger than what is kept (256 MiB)');
  });

  test("of LoRA is in PEFT's layout wherever the very backbone is at hand, launched here or not", async () => {
    const folder = join(await temporaryFolder(), 'tiny');
    const { fingerprint } = await writeTinyBackbone(folder);
    await completeLora('elsewhere', fingerprint);
    const names: string[] = [];
    const resolveBackbone = (name: string): Promise<{ folder: string }> => {
      names.push(name);
      return Promise.resolve({ folder });
    };
    const request = await requestFor({ trial: 'elsewhere/0', resolveBackbone });
    expect((await exportTrial(control(), request)).peft.written).toBe(true);
    expect(await readdir(request.folder)).toContain('adapter_model.safetensors');
    expect(names).toEqual(['bert-base-uncased']);
    await appendFile(join(folder, 'model.safetensors'), 'other');
    const { peft } = await exportTrial(control(), { ...request, force: true });
    expect(peft.note).toContain('bert-base-uncased is a backbone whose folder is not at hand');
  });

  /** Launched on a machine whose folders are not here. */
  async function completeLora(name: string, fingerprint: string): Promise<string> {
    const source = `{ name: ${name}, tasks: [mr], regime: full, methods: [{ method: lora, rank: 1, targets: query }] }`;
    const planned = planOf(source).trials;
    for (const { trial } of planned) Object.assign(trial.backbone, { fingerprint, folder: '/gone' });
    const { sweep } = await createSweep(db.database, { name, source, spec: parseSweep(source), trials: planned });
    const [trialId = ''] = await listWaiting(db.database, { sweepId: sweep.id, limit: 1 });
    await beginAttempt(db.database, { trialId, worker: 'w', device: 'cpu', workflowRunId: 'r' });
    await saveCheckpoint(db.database, { trialId, attempt: 1, kind: 'best', step: 20, bytes: LORA });
    await finishTrial(db.database, { trialId, attempt: 1, outcome: outcomeOf(0.7, 0.6) });
    return trialId;
  }

  describe('and then used', () => {
    async function exported(): Promise<string> {
      const request = await requestFor();
      await exportTrial(control(), request);
      return request.folder;
    }

    test('on another backbone is refused before TensorFlow is loaded', async () => {
      const other = join(await temporaryFolder(), 'other');
      await writeTinyBackbone(other);
      const input = { source: 'the input', bytes: new TextEncoder().encode('fine .\n'), form: 'text' as const };
      const resolveBackbone = (): Promise<{ folder: string }> => Promise.resolve({ folder: other });
      const request = { model: await readExported(await exported()), input, resolveBackbone };
      await expect(label(request)).rejects.toThrow(
        /bert-base-uncased, fingerprint abababababab\), found [0-9a-f]{12}: this is a checkpoint of another backbone/,
      );
    });

    test('on the same weights with another tokenizer is refused as well', async () => {
      const model = await readExported(await exported());
      const folder = join(await temporaryFolder(), 'tiny');
      const { fingerprint } = await writeTinyBackbone(folder);
      const backbone = { name: 'tiny', fingerprint, setup: await fingerprintSetup(folder) };
      await changeJson(join(folder, 'tokenizer_config.json'), { do_lower_case: false });
      const input = { source: 'the input', bytes: new TextEncoder().encode('fine .\n'), form: 'text' as const };
      const resolveBackbone = (): Promise<{ folder: string }> => Promise.resolve({ folder });
      const request = { model: { ...model, card: { ...model.card, backbone } }, input, resolveBackbone };
      await expect(label(request)).rejects.toThrow(
        /Expected config.json and tokenizer in .* that the weights were trained with .*, found [0-9a-f]{12}\./,
      );
    });

    test('with weights that are not those of its card, without a card, or with half a card, is refused', async () => {
      const folder = await exported();
      await writeFile(join(folder, 'weights.safetensors'), 'other');
      await expect(readExported(folder)).rejects.toThrow(
        /to be the weights of its card \(sha256 [0-9a-f]{12}\), found/,
      );
      await rm(join(folder, 'weights.safetensors'));
      await expect(readExported(folder)).rejects.toThrow(/Expected the exported weights at .*, found no readable file/);
      await writeFile(join(folder, 'card.json'), '{"format": "lpt-sweep-model-1"}');
      await expect(readExported(folder)).rejects.toThrow(
        /card that `lpt-sweep export` wrote .*, found `programVersion`/,
      );
      await rm(join(folder, 'card.json'));
      await expect(readExported(folder)).rejects.toThrow(/Expected an exported model's card at .*, found no readable/);
    });
  });
});
