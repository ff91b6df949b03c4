import { describe, expect, test } from 'vitest';
import { readEnvironment } from '../../runtime/environment.mjs';
import { connectionSettings } from '../../runtime/temporal.ts';
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
