// Which Temporal: the user's own, as the ecosystem's variables and `temporal.toml` say it, or the embedded server.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { TLSConfig } from '@temporalio/client';
import type { Environment } from './environment.mjs';
import { isHeaderText } from './variables.mjs';

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
  const { temporal } = environment;
  refuseUnverified(temporal);
  const loaded = loadConfig(environment);
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
  refuseUnsendable(connectionOptions, temporal);
  return { connectionOptions, namespace, source: temporal['TEMPORAL_ADDRESS'] ? 'environment' : 'profile' };
}

function loadConfig({ temporal, configFolders }: Pick<Environment, 'temporal' | 'configFolders'>) {
  try {
    return loadClientConnectConfig({ overrideEnvVars: { ...configFolders, ...temporal } });
  } catch (error) {
    throw configError(error, temporal);
  }
}

/** Without its cause, and by the first line alone: what follows quotes the file, keys and all. */
function configError(error: unknown, temporal: Record<string, string>): Error {
  const { message, path, line } = error as NodeJS.ErrnoException & { line?: number };
  const file = temporal['TEMPORAL_CONFIG_FILE'] ?? 'temporal.toml';
  if (path === undefined) {
    const where = line === undefined ? file : `line ${line} of ${file}`;
    return new Error(`Temporal's settings cannot be read: ${message.split('\n', 1).join('')} (${where}).`);
  }
  const variable = Object.keys(temporal).find((name) => temporal[name] === path) ?? `a profile of ${file}`;
  return new Error(`Expected ${variable} to name a readable file, found none at ${path}.`);
}

const IN_A_HEADER = /^TEMPORAL_(API_KEY|GRPC_META_.+)$/;

/** What no header may hold would be quoted by whoever refuses it, and these are secrets. */
function refuseUnsendable(
  { apiKey = '', metadata = {} }: TemporalConnectionOptions,
  temporal: Record<string, string>,
): void {
  const named = [
    ...Object.entries(temporal).filter(([name]) => IN_A_HEADER.test(name)),
    ['`api_key` in temporal.toml', apiKey] as const,
    ...Object.entries(metadata).map(([name, value]) => [`\`grpc_meta.${name}\` in temporal.toml`, value] as const),
  ];
  const wrong = named.find(([, value]) => !isHeaderText(value));
  if (wrong) throw new Error(`Expected ${wrong[0]} to be one line of plain characters, found others in it.`);
}

function refuseUnverified(temporal: Record<string, string>): void {
  const value = temporal['TEMPORAL_TLS_DISABLE_HOST_VERIFICATION'];
  if (value === undefined || !['1', 'true'].includes(value.toLowerCase())) return;
  throw new Error(
    'TEMPORAL_TLS_DISABLE_HOST_VERIFICATION cannot be kept: the TypeScript SDK always verifies the server. ' +
      'Unset it, and give the certificate in TEMPORAL_TLS_SERVER_CA_CERT_PATH and the name in TEMPORAL_TLS_SERVER_NAME.',
  );
}
