import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../cli/main.ts';
import { childEnvironment } from '../../runtime/environment.mjs';
import { fileWith, temporaryFolder } from '../support/data-files.ts';
import { run } from './terminal.ts';

describe('the command line', () => {
  test.each([
    [['lanch'], /Expected a command, found `lanch`\. Did you mean `launch`\?/],
    [['results', 'demo', '--fromat', 'json'], /found `--fromat`\. Did you mean `--format`\?/],
    [['results', 'demo', '--format', 'jsno'], /one of table, json, csv, found `jsno`\. Did you mean `json`\?/],
    [['results', 'demo', '--format'], /`--format` to be followed by table, json, csv, found nothing/],
    [['results'], /Expected `lpt-sweep results <sweep>`, found no <sweep>/],
    [['status', 'one', 'two'], /found `two` as well/],
    [['launch', 'a.yaml', '--watch=yes'], /`--watch` to stand alone, found the value `yes`/],
    [['export', 'demo/3'], /Expected `--out` to name a folder to write into, found no `--out`/],
    [
      ['pause', 'demo', '--where', 'method=lpt', '--where', 'insertionLayer=1'],
      /Expected `--where` once, found `--where` twice/,
    ],
    [['list', '--json', '--json'], /Expected `--json` once, found `--json` twice/],
    [['export', 'demo/3', '--out', '--force'], /`--out` to be followed by a folder, found `--force`/],
    [['list', '--constructor'], /Expected an option of `list`, found `--constructor`/],
    [['predict'], /Expected `--model` to name a folder that `lpt-sweep export` wrote, found no `--model`/],
    [['predict', '--model', 'm', '--format', 'jsonn'], /one of table, json, csv, jsonl, found `jsonn`/],
    [
      ['compare', 'demo', '--average', 'perseed'],
      /one of fixed, per-seed, found `perseed`\. Did you mean `per-seed`\?/,
    ],
    [
      ['launch', '/nowhere/sweep.yaml', '--cost-per-hour', '2.5'],
      /Expected `--cost-per-hour` beside `--dry-run`, found it without: nothing was started/,
    ],
    [['launch', '/nowhere/sweep.yaml'], /Expected a sweep file at `\/nowhere\/sweep\.yaml`, found none/],
  ])('answers %j with what was expected, and exit code 2', async (words, message) => {
    const { code, out, said } = await run(words);
    expect(code).toBe(2);
    expect(said).toMatch(message);
    expect(out).toBe('');
  });

  test('says of a folder that is no exported model what it lacks, and exit code 1', async () => {
    const { code, out, said } = await run(['predict', '--model', '/nowhere/model']);
    expect(code).toBe(1);
    expect(said).toBe("Expected an exported model's card at /nowhere/model/card.json, found no readable file.\n");
    expect(out).toBe('');
  });

  test('without a command shows what there is, and exit code 2', async () => {
    const { code, said } = await run([]);
    expect(code).toBe(2);
    expect(said).toContain('Usage: lpt-sweep <command>');
  });

  test('explains itself, every command and every option', async () => {
    const all = await run(['--help']);
    expect(all.code).toBe(0);
    expect(all.out).toContain("typed in lpt-sweep's folder, with `npx` in front");
    expect(Math.max(...all.out.split('\n').map((line) => line.length))).toBeLessThan(140);
    for (const command of COMMANDS) {
      expect(all.out).toContain(command.name);
      const { code, out } = await run([command.name, '--help']);
      expect(code).toBe(0);
      for (const option of Object.keys(command.options)) expect(out).toContain(`--${option}`);
      for (const { name } of command.arguments) expect(out).toContain(`<${name}>`);
    }
  });

  test('shows a selection as a shell takes it', async () => {
    const { out } = await run(['cancel', '--help']);
    expect(out).toContain("as 'method=lpt,insertionLayer=6|9' (in quotes: | is the shell's)");
  });

  test('every command that prints JSON takes `--json`', () => {
    const withJson = COMMANDS.filter(({ options }) => options['format']?.value?.oneOf?.includes('json'));
    expect(withJson.map(({ name }) => name)).toEqual(expect.arrayContaining(['results', 'tables', 'predict']));
    expect(withJson.filter(({ options }) => options['json'] === undefined)).toEqual([]);
  });

  test('says which variable is set wrongly, and nothing else, whatever is asked', async () => {
    const bin = join(import.meta.dirname, '../../cli/bin.mjs');
    const env = childEnvironment({ LPT_SWEEP_LOG: 'loud' });
    await expect(promisify(execFile)(process.execPath, [bin, '--help'], { env })).rejects.toMatchObject({
      ...{ code: 2, stdout: '' },
      stderr: 'Expected LPT_SWEEP_LOG to be one of error, warn, info, debug, found "loud".\n',
    });
  });

  test('says line, field, expected and found of a sweep file that is wrong, before anything is started', async () => {
    const file = await fileWith(
      'wrong.yaml',
      'name: wrong\ntasks: [mr]\nregime: { fewShot: 32 }\nmetods: [zero-shot]\n',
    );
    const stateFolder = join(await temporaryFolder(), 'state');
    const { code, said } = await run(['launch', file, '--watch'], { LPT_SWEEP_STATE: stateFolder });
    expect(code).toBe(2);
    expect(said).toMatch(/line 4: .*metods.*Did you mean `methods`\?/s);
    expect(said).not.toContain('started');
  });
});
