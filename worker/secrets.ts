// What a log line must never hold, whoever's error message it comes from.
import { passwordOf } from '../runtime/database.ts';
import type { Environment } from '../runtime/environment.mjs';
import type { Services } from '../runtime/services.ts';

export function secretsOf(environment: Environment, services: Pick<Services, 'databaseUrl' | 'temporal'>): string[] {
  const { connectionOptions } = services.temporal;
  const headers = Object.values(connectionOptions.metadata ?? {});
  const found = [...passwordsOf(services.databaseUrl), connectionOptions.apiKey, environment.hubToken, ...headers];
  // A word of one or two letters would black out the whole log, and protects nothing.
  return found.filter((secret): secret is string => secret !== undefined && secret.length > 2);
}

/** As it stands in the URL, and as the server knows it: there, in a parameter, or in a variable of Postgres's own. */
function passwordsOf(url: string): (string | undefined)[] {
  return [URL.canParse(url) ? new URL(url).password : undefined, passwordOf(url)];
}
