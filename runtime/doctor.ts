// Looks at everything the program stands on and says what is found, where, and what to do about what is not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDatabase, describeDatabase } from './database.ts';
import { ofTheDemo, roomForCache, roomForState } from './downloads.ts';
import type { Environment } from './environment.mjs';
import type { Examined } from './examined.ts';
import { cacheLayout, stateLayout } from './folders.mjs';
import { isInstalled } from './install/npm-packages.mjs';
import { findPython } from './install/pip.mjs';
import { programFile } from './install/postgres-programs.mjs';
import { locatePostgres } from './install/postgres.mjs';
import { run } from './install/run.mjs';
import { findTemporalCli } from './install/temporal.mjs';
import { findCompiler } from './install/tensorflow-addon.mjs';
import { reachableFolder } from './postgres-folder.ts';
import { probeTensorflow } from './probe-tensorflow.ts';
import { PROJECT } from './project.ts';
import { findServices } from './services.ts';
import { attributeCommand, checkTemporal } from './temporal-cluster.ts';
import { connectionSettings } from './temporal-settings.ts';

type Examination = (environment: Environment) => Examined | Promise<Examined>;

const SETUP = 'Run `node scripts/setup.mjs`.';

const EXAMINATIONS: Examination[] = [
  node,
  npmPackages,
  tensorflow,
  temporal,
  postgres,
  servers,
  (environment) => ofTheDemo('Backbone bert-base-uncased', cacheLayout(environment.cacheFolder).bertBaseUncased),
  (environment) => ofTheDemo('Dataset movie-reviews', cacheLayout(environment.cacheFolder).movieReviews),
  roomForCache,
  roomForState,
  python,
  compiler,
  maven,
];

/** Never throws: what cannot be examined is told as well. */
export function examine({ environment }: { environment: Environment }): Promise<Examined[]> {
  return Promise.all(EXAMINATIONS.map(async (one) => await one(environment)));
}

function node(): Examined {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const good = major > 20 || (major === 20 && minor >= 19);
  const examined = { part: 'Node', found: process.arch, version: process.versions.node, where: process.execPath };
  return good
    ? { ...examined, state: 'ok' }
    : { ...examined, state: 'missing', advice: 'Install Node 20.19 or later.' };
}

function npmPackages(): Examined {
  const examined = { part: 'npm packages', where: join(PROJECT, 'node_modules') };
  return isInstalled(PROJECT)
    ? { ...examined, state: 'ok', found: 'as in package-lock.json' }
    : { ...examined, state: 'missing', found: 'not as in package-lock.json', advice: SETUP };
}

async function tensorflow({ device }: Environment): Promise<Examined> {
  const part = 'TensorFlow';
  const loaded = await probeTensorflow({ device });
  if (loaded === null) return { part, state: 'missing', found: 'no backend of TensorFlow.js loads', advice: SETUP };
  if (loaded.backend === 'wasm') {
    const found = `WebAssembly, on the CPU. ${loaded.note ?? ''}`.trim();
    return { part, state: 'slower', found, version: loaded.version, advice: SETUP };
  }
  const where = libraryPlace();
  return { part, state: 'ok', found: `native, on the ${loaded.device.toUpperCase()}`, version: loaded.version, where };
}

function libraryPlace(): string {
  const tfjs = join(PROJECT, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
  try {
    return (JSON.parse(readFileSync(join(tfjs, '.lpt-sweep.json'), 'utf8')) as { library: string }).library;
  } catch {
    return join(tfjs, 'deps'); // not put there by our set-up
  }
}

async function temporal(environment: Environment): Promise<Examined> {
  const part = 'Temporal';
  try {
    const settings = connectionSettings(environment);
    if (settings.source === 'embedded') return await embeddedTemporal(environment);
    const { version, missingAttributes } = await checkTemporal(settings);
    const found = `your own (from the ${settings.source}), namespace ${settings.namespace}`;
    const examined = { part, state: 'ok' as const, found, version, where: settings.connectionOptions.address };
    if (missingAttributes.length === 0) return examined;
    const command = attributeCommand(settings.namespace, missingAttributes);
    return { ...examined, advice: `To find sweeps by name in Temporal: \`${command}\`` };
  } catch (error) {
    return { part, state: 'missing', found: messageOf(error) };
  }
}

async function embeddedTemporal(environment: Environment): Promise<Examined> {
  const part = 'Temporal';
  const cli = findTemporalCli(environment);
  if (!cli) return { part, state: 'missing', found: 'no Temporal CLI', advice: `${SETUP} Or set TEMPORAL_ADDRESS.` };
  const { output } = await run(cli.path, ['--version']);
  const version = /version (\S+)/.exec(output)?.[1] ?? output.trim();
  const from = { variable: 'named in TEMPORAL_CLI_PATH', PATH: 'on PATH', cache: 'installed by set-up' }[cli.source];
  return { part, state: 'ok', found: `embedded server, ${from}`, version, where: cli.path };
}

async function postgres({ databaseUrl, cacheFolder, stateFolder }: Environment): Promise<Examined> {
  const part = 'Postgres';
  try {
    if (databaseUrl !== undefined) {
      const version = await checkDatabase(databaseUrl);
      return { part, state: 'ok', found: 'your own (DATABASE_URL)', version, where: describeDatabase(databaseUrl) };
    }
    const native = locatePostgres({ project: PROJECT, cacheFolder });
    if (!native) return { part, state: 'missing', found: 'not complete', advice: `${SETUP} Or set DATABASE_URL.` };
    const { output } = await run(programFile(native, 'postgres'), ['--version']);
    const version = /\) (\S+)/.exec(output)?.[1] ?? output.trim();
    const where = reachableFolder(stateLayout(stateFolder).postgres);
    return { part, state: 'ok', found: 'embedded server', version, where };
  } catch (error) {
    return { part, state: 'missing', found: messageOf(error) };
  }
}

async function servers(environment: Environment): Promise<Examined> {
  const part = 'Embedded servers';
  const running = await findServices({ environment }).catch(() => null);
  if (!running) return { part, state: 'ok', found: 'none is running; every command starts what it needs' };
  const names = [
    ...(running.temporal ? [`Temporal (${running.temporal.uiUrl ?? running.temporal.address})`] : []),
    ...(running.postgres ? [`Postgres (port ${running.postgres.port})`] : []),
  ];
  const stay = running.kept ? 'kept until `lpt-sweep down`' : `in use by ${running.users.length} of our processes`;
  return { part, state: 'ok', found: `${names.join(' and ')} running, ${stay}`, where: environment.stateFolder };
}

async function python(environment: Environment): Promise<Examined> {
  const part = 'Python with pip';
  const found = await findPython(environment);
  if (found) return { part, state: 'ok', found: 'for set-up only', version: found.version, where: found.program };
  return { part, state: 'optional', found: 'none', advice: 'Set-up fetches with it: install python3-pip.' };
}

async function compiler(environment: Environment): Promise<Examined> {
  const part = 'C++ compiler';
  try {
    return { part, state: 'ok', found: 'for set-up only', where: await findCompiler(environment) };
  } catch {
    return { part, state: 'optional', found: 'none', advice: 'Native TensorFlow is built with it: install g++.' };
  }
}

async function maven(): Promise<Examined> {
  const part = 'Maven';
  const { status, output } = await run('mvn', ['-v']);
  const version = /Maven ([\d.]+)/.exec(output)?.[1];
  if (status === 0) return { part, state: 'ok', found: 'for set-up only', ...(version ? { version } : {}) };
  return { part, state: 'optional', found: 'none', advice: 'Set-up fetches the backbone with it; else from the Hub.' };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
