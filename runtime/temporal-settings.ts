// Which Temporal: the user's own, as the ecosystem's variables and `temporal.toml` say it, or the embedded server.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { TLSConfig } from '@temporalio/client';
import type { Environment } from './environment.mjs';

/** What the client's and the worker's connections both take. */
export interface TemporalConnectionOptions {
  address: string;
  tls?: TLSConfig | boolean;
  /** Never print it. */
  apiKey?: string;
  metadata?: Record<string, string>;
}

export interface ConnectionSettings {
  /** The address is empty for the embedded server, which is not started yet. */
  connectionOptions: TemporalConnectionOptions;
  namespace: string;
  source: 'environment' | 'profile' | 'embedded';
}

const ONLY_FOR_A_CLUSTER = /^TEMPORAL_(API_KEY|TLS|TLS_.+|GRPC_META_.+)$/;

/** @throws when a setting cannot be kept: better than a connection that is not what was asked for */
export function connectionSettings(environment: Pick<Environment, 'temporal' | 'configFolders'>): ConnectionSettings {
  const { temporal, configFolders } = environment;
  refuseUnverified(temporal);
  const loaded = loadClientConnectConfig({ overrideEnvVars: { ...configFolders, ...temporal } });
  const namespace = loaded.namespace ?? 'default';
  const { address, tls, apiKey, metadata } = loaded.connectionOptions;
  if (!address) {
    const orphan = Object.keys(temporal).find((name) => ONLY_FOR_A_CLUSTER.test(name));
    if (orphan) throw new Error(`Expected TEMPORAL_ADDRESS beside ${orphan}, found none. Set it, or unset ${orphan}.`);
    return { connectionOptions: { address: '' }, namespace, source: 'embedded' };
  }
  const connectionOptions: TemporalConnectionOptions = { address };
  if (tls !== undefined && tls !== null) connectionOptions.tls = tls;
  if (typeof apiKey === 'string') connectionOptions.apiKey = apiKey;
  if (metadata !== undefined) connectionOptions.metadata = metadata as Record<string, string>;
  return { connectionOptions, namespace, source: temporal['TEMPORAL_ADDRESS'] ? 'environment' : 'profile' };
}

function refuseUnverified(temporal: Record<string, string>): void {
  const value = temporal['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];
  if (value === undefined || !['1', 'true'].includes(value.toLowerCase())) return;
  throw new Error(
    'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION cannot be kept: the TypeScript SDK always verifies the server. ' +
      'Unset it, and give the certificate in TEMPORAL_TLS_SERVER_CA_CERT_PATH and the name in TEMPORAL_TLS_SERVER_NAME.',
  );
}
