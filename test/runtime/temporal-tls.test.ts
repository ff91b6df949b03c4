import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findTemporalCli } from '../../runtime/install/temporal.mjs';
import { checkTemporal, SEARCH_ATTRIBUTES } from '../../runtime/temporal-cluster.ts';
import { connectionError } from '../../runtime/temporal-connection.ts';
import { connectionSettings } from '../../runtime/temporal-settings.ts';
import { startTemporal, type TemporalServer } from '../../runtime/temporal.ts';
import { createAuthority } from '../support/certificates.ts';
import { quietTemporal } from '../support/temporal.ts';
import { startFront, type TemporalFront } from '../support/temporal-front.ts';
import { readEnvironment } from '../../runtime/environment.mjs';
import { temporaryFolder } from './temporary.ts';

const API_KEY = 'eyJ-a-key-that-nobody-may-see';
const authority = createAuthority('authority');
const stranger = createAuthority('stranger');
const CLIENT = authority.issue('client');

describe("a user's own cluster behind TLS", () => {
  let server: TemporalServer;
  let mutual: TemporalFront;
  let keyed: TemporalFront;
  beforeAll(async () => {
    quietTemporal();
    const executable = findTemporalCli(readEnvironment())!.path;
    server = await startTemporal({ executable, folder: null, uiPort: null });
    const front = { authority, address: server.address };
    mutual = await startFront({ ...front, asksForCertificate: true });
    keyed = await startFront({ ...front, asksForCertificate: false, apiKey: API_KEY });
  });
  afterAll(async () => {
    await mutual.close();
    await keyed.close();
    await server.stop();
  });

  const SERVER = {
    TEMPORAL_TLS_SERVER_CA_CERT_DATA: authority.certificate.trim(), // as the environment is read
    TEMPORAL_TLS_SERVER_NAME: 'temporal.test',
  };
  const PAIR = {
    TEMPORAL_TLS_CLIENT_CERT_DATA: CLIENT.certificate.trim(),
    TEMPORAL_TLS_CLIENT_KEY_DATA: CLIENT.key.trim(),
  };

  /** As a command's client connects, and as a worker does. */
  const connects = {
    client: async (temporal: Record<string, string>) => {
      await checkTemporal(connectionSettings({ temporal, configFolders: {} }));
    },
    worker: async (temporal: Record<string, string>) => {
      const { connectionOptions } = connectionSettings({ temporal, configFolders: {} });
      try {
        await (await NativeConnection.connect(connectionOptions)).close();
      } catch (error) {
        throw await connectionError(connectionOptions, error);
      }
    },
  };

  test.each([
    ['refuses', 7],
    ['does not know', 12],
  ])('that %s the question for search attributes is used without them', async (_, code) => {
    const refuses = { method: 'ListSearchAttributes', code };
    const cloud = await startFront({ authority, address: server.address, asksForCertificate: false, refuses });
    onTestFinished(() => cloud.close());
    const temporal = { TEMPORAL_ADDRESS: cloud.address, TEMPORAL_TLS: 'true', ...SERVER };
    const { missingAttributes } = await checkTemporal(connectionSettings({ temporal, configFolders: {} }));
    expect(missingAttributes).toEqual(Object.keys(SEARCH_ATTRIBUTES));
  });

  describe.each(['client', 'worker'] as const)('for a %s', (role) => {
    const connect = connects[role];

    test('is reached with a client certificate, by data, by files and by a profile', async () => {
      const mine = { TEMPORAL_ADDRESS: mutual.address };
      await connect({ ...mine, ...SERVER, ...PAIR });
      const folder = temporaryFolder();
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const [ca, cert, key] = [
        file('ca.pem', authority.certificate),
        file('client.pem', CLIENT.certificate),
        file('client.key', CLIENT.key),
      ];
      await connect({
        ...{ ...mine, TEMPORAL_TLS_SERVER_NAME: 'temporal.test', TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca },
        ...{ TEMPORAL_TLS_CLIENT_CERT_PATH: cert, TEMPORAL_TLS_CLIENT_KEY_PATH: key },
      });
      const toml = [
        `[profile.cluster]\naddress = "${mutual.address}"\n[profile.cluster.tls]\nserver_name = "temporal.test"`,
        `server_ca_cert_path = "${ca}"\nclient_cert_path = "${cert}"\nclient_key_path = "${key}"\n`,
      ];
      await connect({ TEMPORAL_CONFIG_FILE: file('temporal.toml', toml.join('\n')), TEMPORAL_PROFILE: 'cluster' });
    });

    test('that wants an API key gets it as a bearer', async () => {
      keyed.authorizations.clear();
      await connect({ TEMPORAL_ADDRESS: keyed.address, TEMPORAL_API_KEY: API_KEY, ...SERVER });
      expect([...keyed.authorizations]).toEqual([`Bearer ${API_KEY}`]);
    });

    test.each([
      ['a server that nobody trusts', { ...PAIR }, 'TEMPORAL_TLS_SERVER_CA_CERT_PATH'],
      [
        'another authority',
        { ...SERVER, ...PAIR, TEMPORAL_TLS_SERVER_CA_CERT_DATA: stranger.certificate },
        'TEMPORAL_TLS_SERVER_CA_CERT_PATH',
      ],
      ['another name', { ...SERVER, ...PAIR, TEMPORAL_TLS_SERVER_NAME: 'other.test' }, 'TEMPORAL_TLS_SERVER_NAME'],
      ['no client certificate', SERVER, 'set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH'],
      [
        'a key of another certificate',
        { ...SERVER, ...PAIR, TEMPORAL_TLS_CLIENT_KEY_DATA: stranger.key },
        'correct TEMPORAL_TLS_CLIENT_KEY_PATH',
      ],
      [
        'a certificate that is none',
        { ...SERVER, ...PAIR, TEMPORAL_TLS_CLIENT_CERT_DATA: 'hello' },
        'correct TEMPORAL_TLS_CLIENT_CERT_PATH',
      ],
      ['no TLS at all', {}, 'TEMPORAL_TLS=true'],
    ])('is refused with %s, and the variable to correct is named', async (_, variables, remedy) => {
      const isBare = Object.keys(variables).length === 0;
      const tls = isBare ? {} : { TEMPORAL_TLS: 'true' };
      const attempt = connect({ TEMPORAL_ADDRESS: mutual.address, ...tls, ...variables });
      await expect(attempt).rejects.toThrow(remedy);
      await expect(attempt).rejects.toThrow(mutual.address);
    });

    test('that refuses the API key is named without it', async () => {
      const wrong = { TEMPORAL_ADDRESS: keyed.address, TEMPORAL_API_KEY: 'not-the-key', ...SERVER };
      await expect(connect(wrong)).rejects.toThrow('correct TEMPORAL_API_KEY');
      await expect(connect(wrong)).rejects.not.toThrow('not-the-key');
      await expect(connect({ TEMPORAL_ADDRESS: keyed.address, ...SERVER })).rejects.toThrow('set TEMPORAL_API_KEY');
    });

    test('that speaks no TLS where TLS is set is told so', async () => {
      const plain = { TEMPORAL_ADDRESS: server.address, TEMPORAL_API_KEY: API_KEY };
      await expect(connect(plain)).rejects.toThrow('does not speak TLS: unset TEMPORAL_TLS');
    });
  });
});
