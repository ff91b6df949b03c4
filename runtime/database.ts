// Whether the user's own Postgres answers; what is said about it never holds the password.
import pg from 'pg';

const TIMEOUT_MS = 5000;
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/;

/** @returns the server's version, as `15.4` */
export async function checkDatabase(url: string): Promise<string> {
  const client = createClient(url);
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ server_version: string }>('show server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
  } catch (error) {
    throw new Error(explain(client, error), { cause: error });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** An address for people: no user, no password. */
export function describeDatabase(url: string): string {
  const { host, port, database } = createClient(url);
  return `${host}:${port}/${database ?? ''}`;
}

/** Wherever it stands, as the driver finds it; never print it. */
export function passwordOf(url: string): string | undefined {
  const { password } = createClient(url);
  return typeof password === 'string' ? password : undefined;
}

function createClient(url: string): pg.Client {
  const expected = 'Expected DATABASE_URL to be an address like postgres://user:password@host:5432/database';
  if (!/^postgres(ql)?:\/\//.test(url)) throw new Error(`${expected}, found something else.`);
  try {
    return new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
  } catch {
    throw new Error(`${expected}, found one that cannot be read.`);
  }
}

function explain({ host, port, user, database }: pg.Client, error: unknown): string {
  const where = `${host}:${port}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  const said = error instanceof Error ? error.message : String(error);
  if (/does not support SSL/.test(said))
    return `Postgres at ${where} does not speak TLS. Correct sslmode in DATABASE_URL.`;
  if (code !== undefined && CERTIFICATE.test(code)) {
    return `Postgres at ${where} has a certificate that is not trusted (${code}). Give its authority's in sslrootcert in DATABASE_URL, or the name it is for as the host.`;
  }
  switch (code) {
    case '28000':
      if (/no encryption/.test(said)) return `Postgres at ${where} wants TLS. Add sslmode=verify-full to DATABASE_URL.`;
      return `Postgres at ${where} refused the user ${user ?? ''}. Correct DATABASE_URL.`;
    case '28P01':
      return `Postgres at ${where} refused the user ${user ?? ''}. Correct DATABASE_URL.`;
    case '3D000':
      return `Postgres at ${where} has no database ${database ?? ''}. Create it, or correct DATABASE_URL.`;
    default:
      return `No Postgres answers at ${where} (${code ?? said}). Start it, correct DATABASE_URL, or unset it to use the embedded server.`;
  }
}
