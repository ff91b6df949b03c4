import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../runtime/environment.mjs';
import { connectionSettings } from '../../runtime/temporal-settings.ts';
import { fileWith } from '../support/data-files.ts';
import { isTensorflowNoise } from '../../runtime/tensorflow-noise.ts';

const HOME = { HOME: '/home/someone' };

describe('the environment', () => {
  test('folders are our own variables, else XDG, else under the home', () => {
    expect(readEnvironment(HOME)).toMatchObject({
      cacheFolder: '/home/someone/.cache/lpt-sweep',
      stateFolder: '/home/someone/.local/state/lpt-sweep',
    });
    const xdg = { ...HOME, XDG_CACHE_HOME: '/c', XDG_STATE_HOME: '/s' };
    expect(readEnvironment(xdg)).toMatchObject({ cacheFolder: '/c/lpt-sweep', stateFolder: '/s/lpt-sweep' });
    const own = { ...xdg, LPT_SWEEP_CACHE: '/mine', LPT_SWEEP_STATE: '/state' };
    expect(readEnvironment(own)).toMatchObject({ cacheFolder: '/mine', stateFolder: '/state' });
  });

  test('an empty variable is one that is not set', () => {
    const environment = readEnvironment({ ...HOME, DATABASE_URL: '', TEMPORAL_API_KEY: '', LPT_SWEEP_THREADS: ' ' });
    expect(environment).not.toHaveProperty('databaseUrl');
    expect(environment).not.toHaveProperty('threads');
    expect(environment.temporal).toEqual({});
    expect(connectionSettings(environment).source).toBe('embedded');
  });

  test('a value that cannot be meant is named with what was expected', () => {
    expect(() => readEnvironment({ ...HOME, LPT_SWEEP_THREADS: 'many' })).toThrow(
      'Expected LPT_SWEEP_THREADS to be a whole number from 1 to 1024, found "many".',
    );
    expect(() => readEnvironment({ ...HOME, LPT_SWEEP_DEVICE: 'tpu' })).toThrow('one of auto, cpu, gpu, found "tpu"');
    expect(() => readEnvironment({ ...HOME, LPT_SWEEP_TEMPORAL_PORT: '70000' })).toThrow('from 1 to 65535');
    expect(() => readEnvironment({ ...HOME, LPT_SWEEP_TF32: 'yes' })).toThrow(
      'Expected LPT_SWEEP_TF32 to be one of 0, 1, found "yes".',
    );
  });

  test('products stay in 32 bits unless they are let round to TF32', () => {
    const of = (variables: Record<string, string>) => readEnvironment({ ...HOME, ...variables }).tf32;
    expect([of({}), of({ LPT_SWEEP_TF32: '0' }), of({ LPT_SWEEP_TF32: '1' })]).toEqual([false, false, true]);
  });

  test("the end of a mounted secret's line is no part of it", () => {
    const { temporal, hubToken } = readEnvironment({ ...HOME, TEMPORAL_API_KEY: 'key\n', HF_TOKEN: ' token\n' });
    expect([temporal, hubToken]).toEqual([{ TEMPORAL_API_KEY: 'key' }, 'token']);
  });

  test('a token of two lines is refused by its name, without its value', () => {
    expect(() => readEnvironment({ ...HOME, HF_TOKEN: 'hf_secret\nhf_other' })).toThrow(
      /^Expected HF_TOKEN to be one line of plain characters, found others in it\.$/,
    );
  });

  test('a Hub with a password in its address is refused by its name, without its value', () => {
    const HF_ENDPOINT = 'https://someone:sesame@hub.example';
    expect(() => readEnvironment({ ...HOME, HF_ENDPOINT })).toThrow(/^Expected HF_ENDPOINT (?!.*sesame).*HF_TOKEN/);
    expect(readEnvironment({ ...HOME, HF_ENDPOINT: 'http://127.0.0.1:8080/hub' }).hubUrl).toBe(
      'http://127.0.0.1:8080/hub',
    );
  });
});

describe("Temporal's settings", () => {
  const settings = (temporal: Record<string, string>) => connectionSettings({ temporal, configFolders: {} });

  test('an address leads to the cluster of the user, with key, namespace and headers', () => {
    const temporal = {
      TEMPORAL_ADDRESS: 'cluster:7233',
      TEMPORAL_NAMESPACE: 'research',
      TEMPORAL_API_KEY: 'key',
      TEMPORAL_GRPC_META_TEAM: 'prompts',
    };
    expect(settings(temporal)).toMatchObject({
      connectionOptions: { address: 'cluster:7233', apiKey: 'key', tls: true, metadata: { team: 'prompts' } },
      namespace: 'research',
      source: 'environment',
    });
  });

  test('a key without an address is refused rather than forgotten', () => {
    expect(() => settings({ TEMPORAL_API_KEY: 'secret' })).toThrow('Expected TEMPORAL_ADDRESS beside TEMPORAL_API_KEY');
  });

  test.each([
    ['TEMPORAL_API_KEY', { TEMPORAL_API_KEY: 'secret\nother' }],
    ['TEMPORAL_GRPC_META_TEAM', { TEMPORAL_GRPC_META_TEAM: 'secret\u00e9' }],
  ])('what no header may hold in %s is refused by its name, without its value', (name, temporal) => {
    expect(() => settings({ TEMPORAL_ADDRESS: 'cluster:7233', ...temporal })).toThrow(
      new Error(`Expected ${name} to be one line of plain characters, found others in it.`),
    );
  });

  test('a certificate that is not there is said with its variable', () => {
    const temporal = { TEMPORAL_ADDRESS: 'cluster:7233', TEMPORAL_TLS_CLIENT_CERT_PATH: '/nowhere/client.pem' };
    expect(() => settings(temporal)).toThrow(
      'Expected TEMPORAL_TLS_CLIENT_CERT_PATH to name a readable file, found none at /nowhere/client.pem.',
    );
  });

  test.each([
    ['[profile.default]\napi_key = "secret\n', /^Temporal's settings cannot be read: .+ \(line 2 of \/.+\.toml\)\.$/],
    [
      '[profile.default]\naddress = "a:1"\napi_key = "secret\\nother"\n',
      /^Expected `api_key` in temporal\.toml to be one/,
    ],
    [
      '[profile.default]\naddress = "a:1"\ngrpc_meta = { team = "secret\\n" }\n',
      /^Expected `grpc_meta\.team` in temporal/,
    ],
  ])('of a `temporal.toml` that is wrong nothing is quoted: %j', async (toml, message) => {
    const file = await fileWith('temporal.toml', toml);
    const read = () => settings({ TEMPORAL_CONFIG_FILE: file });
    expect(read).toThrow(message);
    expect(read).not.toThrow('secret');
  });

  test('switching off host verification is refused, because the SDK would not do it', () => {
    const temporal = { TEMPORAL_ADDRESS: 'cluster:7233', TEMPORAL_TLS_DISABLE_HOST_VERIFICATION: 'true' };
    expect(() => settings(temporal)).toThrow('cannot be kept');
  });
});

test("TensorFlow's chatter is told from errors", () => {
  const chatter = 'WARNING: All log messages before absl::InitializeLog() is called are written to STDERR';
  expect(isTensorflowNoise(chatter)).toBe(true);
  expect(isTensorflowNoise('I0000 00:00:1.5   1 port.cc:153] oneDNN custom operations are on.')).toBe(true);
  expect(isTensorflowNoise('Error: Expected `promptLength` to be at least 1, found 0.')).toBe(false);
  expect(isTensorflowNoise('2026-01-01 E tensorflow/core: out of memory')).toBe(false);
});
