// The only module that reads the process's environment: every setting is named here once and handed on as an argument.
import { databaseUrl } from './database-url.mjs';
import { choice, folders, headerText, named, text, userFolder, wholeNumber, withoutUndefined } from './variables.mjs';

/**
 * @typedef {object} Environment
 * @property {string} cacheFolder downloads: packages' binaries, backbones, datasets (LPT_SWEEP_CACHE)
 * @property {string} stateFolder what the embedded servers keep, and the records of them (LPT_SWEEP_STATE)
 * @property {string} [databaseUrl] the user's own Postgres (DATABASE_URL)
 * @property {Record<string, string>} temporal the TEMPORAL_* variables that are set and not empty
 * @property {Record<string, string>} configFolders the variables by which a user's `temporal.toml` is found
 * @property {string} [codec] a module that encodes Temporal's payloads (LPT_SWEEP_CODEC)
 * @property {string} [codecKey] a file with keys that encrypt them (LPT_SWEEP_CODEC_KEY)
 * @property {string} [hubUrl] another Hugging Face Hub (HF_ENDPOINT)
 * @property {string} [hubToken] HF_TOKEN
 * @property {string[]} backboneFolders folders with backbones in them (LPT_SWEEP_BACKBONES, separated as PATH is)
 * @property {LogLevel} logLevel LPT_SWEEP_LOG
 * @property {'json' | 'text'} [logFormat] of a worker (LPT_SWEEP_LOG_FORMAT)
 * @property {number} [metricsPort] where a worker shows its metrics (LPT_SWEEP_METRICS_PORT)
 * @property {string} metricsHost LPT_SWEEP_METRICS_HOST, loopback without it
 * @property {string} [tracesUrl] where traces go, OTLP over HTTP (OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, OTEL_EXPORTER_OTLP_ENDPOINT)
 * @property {number} [threads] threads of one TensorFlow operation (LPT_SWEEP_THREADS)
 * @property {number} [memoryMiB] what one trainer may use, instead of what the device has (LPT_SWEEP_MEMORY)
 * @property {number} hiddenStatesDiskMiB what kept hidden states may take in the cache folder, 0 for none (LPT_SWEEP_HIDDEN_STATES)
 * @property {number} graceMs from the signal to the end of a worker that drains (LPT_SWEEP_GRACE, in seconds)
 * @property {string} [visibleCards] CUDA_VISIBLE_DEVICES
 * @property {'auto' | 'cpu' | 'gpu'} device LPT_SWEEP_DEVICE
 * @property {boolean} tf32 whether products on an NVIDIA card may round to TensorFloat-32 (LPT_SWEEP_TF32)
 * @property {{postgres?: number, temporal?: number, temporalUi?: number}} ports of the embedded servers (LPT_SWEEP_*_PORT)
 * @property {string[]} programFolders PATH, split
 * @property {string} [temporalCli] TEMPORAL_CLI_PATH
 * @property {string} [temporalTestServer] TEMPORAL_TEST_SERVER_PATH
 * @property {string} [python] PYTHON
 * @property {string} [compiler] CXX
 * @property {string} [npm] the npm that runs us, when one does
 */
/** @typedef {'error' | 'warn' | 'info' | 'debug'} LogLevel */
/** @typedef {import('./variables.mjs').Variables} Variables */

const LOG_LEVELS = /** @type {const} */ (['error', 'warn', 'info', 'debug']);
/** Within the half minute that container platforms usually allow. */
const USUAL_GRACE_S = 20;
/** Of BERT-base and short texts, about 90,000 examples at one layer. */
const USUAL_HIDDEN_STATES_MIB = 8192;
const LOG_FORMATS = /** @type {const} */ (['json', 'text']);
const DEVICES = /** @type {const} */ (['auto', 'cpu', 'gpu']);
const OFF_OR_ON = /** @type {const} */ (['0', '1']);

/**
 * @param {Variables} [env]
 * @returns {Environment}
 * @throws {Error} naming the variable, what was expected and what was found
 */
export function readEnvironment(env = process.env) {
  return withoutUndefined({
    cacheFolder: userFolder(env, { own: 'LPT_SWEEP_CACHE', xdg: 'XDG_CACHE_HOME', underHome: ['.cache'] }),
    stateFolder: userFolder(env, { own: 'LPT_SWEEP_STATE', xdg: 'XDG_STATE_HOME', underHome: ['.local', 'state'] }),
    databaseUrl: databaseUrl(text(env, 'DATABASE_URL')),
    temporal: temporalVariables(env),
    configFolders: named(env, ['HOME', 'XDG_CONFIG_HOME', 'APPDATA']),
    codec: text(env, 'LPT_SWEEP_CODEC'),
    codecKey: text(env, 'LPT_SWEEP_CODEC_KEY'),
    hubUrl: hubUrl(env),
    hubToken: headerText(env, 'HF_TOKEN'),
    backboneFolders: folders(text(env, 'LPT_SWEEP_BACKBONES')),
    logLevel: choice(env, 'LPT_SWEEP_LOG', LOG_LEVELS) ?? 'info',
    logFormat: choice(env, 'LPT_SWEEP_LOG_FORMAT', LOG_FORMATS),
    metricsPort: wholeNumber(env, 'LPT_SWEEP_METRICS_PORT', { from: 1, to: 65535 }),
    metricsHost: text(env, 'LPT_SWEEP_METRICS_HOST') ?? '127.0.0.1',
    tracesUrl: tracesUrl(env),
    threads: wholeNumber(env, 'LPT_SWEEP_THREADS', { from: 1, to: 1024 }),
    memoryMiB: wholeNumber(env, 'LPT_SWEEP_MEMORY', { from: 1, to: 2 ** 30 }),
    hiddenStatesDiskMiB:
      wholeNumber(env, 'LPT_SWEEP_HIDDEN_STATES', { from: 0, to: 2 ** 30 }) ?? USUAL_HIDDEN_STATES_MIB,
    graceMs: 1000 * (wholeNumber(env, 'LPT_SWEEP_GRACE', { from: 1, to: 86_400 }) ?? USUAL_GRACE_S),
    visibleCards: text(env, 'CUDA_VISIBLE_DEVICES'),
    device: choice(env, 'LPT_SWEEP_DEVICE', DEVICES) ?? 'auto',
    tf32: choice(env, 'LPT_SWEEP_TF32', OFF_OR_ON) === '1',
    ports: ports(env),
    programFolders: folders(env.PATH ?? env.Path),
    temporalCli: text(env, 'TEMPORAL_CLI_PATH'),
    temporalTestServer: text(env, 'TEMPORAL_TEST_SERVER_PATH'),
    python: text(env, 'PYTHON'),
    compiler: text(env, 'CXX'),
    npm: text(env, 'npm_execpath'),
  });
}

/**
 * Threads of one TensorFlow operation as its own variable has them, by whomever it was set; it counts while TensorFlow loads.
 *
 * @param {Variables} [env]
 * @returns {number | undefined} undefined where TensorFlow chooses
 */
export function tensorflowThreads(env = process.env) {
  const threads = Number(text(env, 'TF_NUM_INTRAOP_THREADS'));
  return Number.isInteger(threads) && threads > 0 ? threads : undefined;
}

/**
 * Whether NVIDIA's libraries may use TensorFloat-32, as their own variable has it, by whomever it was set.
 *
 * @param {Variables} [env]
 */
export function allowsTensorFloat32(env = process.env) {
  return text(env, 'NVIDIA_TF32_OVERRIDE') !== '0';
}

/**
 * What a child process gets: our own variables with some added, or taken away by `undefined`.
 *
 * @param {Variables} [changes]
 * @returns {Record<string, string>}
 */
export function childEnvironment(changes = {}) {
  return /** @type {Record<string, string>} */ (withoutUndefined({ ...process.env, ...changes }));
}

/**
 * Sets variables of this very process: a native library that reads its settings while it loads leaves no other way.
 * Values that the user has set stay.
 *
 * @param {Record<string, string>} defaults
 */
export function setDefaults(defaults) {
  for (const [name, value] of Object.entries(defaults)) process.env[name] ??= value;
}

/**
 * Compose files and CI write empty variables for "not set"; `TEMPORAL_API_KEY=""` alone would turn TLS on.
 *
 * @param {Variables} env
 */
function temporalVariables(env) {
  /** @type {Record<string, string>} */
  const found = {};
  for (const name of Object.keys(env).filter((one) => one.startsWith('TEMPORAL_'))) {
    const value = text(env, name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/**
 * As OpenTelemetry's own libraries read it: the general endpoint is a base, the one for traces a whole address.
 *
 * @param {Variables} env
 */
function tracesUrl(env) {
  const whole = text(env, 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  const base = text(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = whole ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`);
  if (url === undefined || /^https?:\/\/./.test(url)) return url;
  const name = whole === undefined ? 'OTEL_EXPORTER_OTLP_ENDPOINT' : 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  throw new Error(`Expected ${name} to begin with http:// or https://, found another address.`);
}

/**
 * One with a password in it would be quoted by whoever cannot reach it.
 *
 * @param {Variables} env
 */
function hubUrl(env) {
  const url = text(env, 'HF_ENDPOINT');
  if (url === undefined || /^https?:\/\/[^@]+$/.test(url)) return url;
  throw new Error(
    'Expected HF_ENDPOINT to begin with http:// or https:// and to have no user and password in it (a token is HF_TOKEN), found another address.',
  );
}

/** @param {Variables} env */
function ports(env) {
  return withoutUndefined({
    postgres: wholeNumber(env, 'LPT_SWEEP_POSTGRES_PORT', { from: 1, to: 65535 }),
    temporal: wholeNumber(env, 'LPT_SWEEP_TEMPORAL_PORT', { from: 1, to: 65535 }),
    temporalUi: wholeNumber(env, 'LPT_SWEEP_TEMPORAL_UI_PORT', { from: 1, to: 65535 }),
  });
}
