// Brings the database to this program's schema, once, however many start at the same moment.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import { importBaselines } from './baselines.ts';
import { type Database, ask } from './client.ts';
import { NewerDatabaseError, OlderDatabaseError } from './errors.ts';
import { counted } from '../sweep/counted.ts';

const FOLDER = join(import.meta.dirname, 'migrations');
/** Any constant of our own: the advisory lock's key. */
const LOCK = 0x4c505453;

/** Applies what is missing and imports the published baselines; a role without that right only checks. @returns how many migrations this call applied */
export function migrate(database: Database): Promise<{ applied: number }> {
  return ask(database, async () => {
    // Its own connection: waiting for the lock and altering a large table may take longer than a query may.
    const client = new pg.Client({ ...database.$client.options, statement_timeout: 0, query_timeout: 0 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query('select pg_advisory_lock($1)', [LOCK]);
      const before = await appliedTimes(client);
      refuseNewer(before, database.place);
      const isOwner = await mayAlter(client);
      if (!isOwner) refuseOlder(before, database.place);
      const connection = drizzle(client, { casing: 'snake_case' });
      if (isOwner) {
        await applyMigrations(connection, { migrationsFolder: FOLDER });
        await importBaselines(connection);
      }
      return { applied: (await appliedTimes(client)).length - before.length };
    } finally {
      // Gives the lock back as well.
      await client.end();
    }
  });
}

/** @throws NewerDatabaseError */
export function checkVersion(database: Database): Promise<void> {
  return ask(database, async () => refuseNewer(await appliedTimes(database.$client), database.place));
}

function refuseNewer(applied: number[], place: string): void {
  const known = new Set(journal().map(({ when }) => when));
  const unknown = applied.filter((when) => !known.has(when)).length;
  if (unknown > 0)
    throw new NewerDatabaseError(
      `Expected the database at ${place} to be of this version of lpt-sweep or an older one, found ${counted(unknown, 'migration')} that this version does not know. Use the version of lpt-sweep that wrote it.`,
    );
}

/** A worker's role may look, not alter (`roles.sql`). */
function refuseOlder(applied: number[], place: string): void {
  const missing = journal().filter(({ when }) => !applied.includes(when)).length;
  if (missing > 0)
    throw new OlderDatabaseError(
      `Expected the database at ${place} to be of this version of lpt-sweep, found ${counted(missing, 'migration')} missing, which this role may not apply. Run any \`lpt-sweep\` command as the owner first, then db/roles.sql.`,
    );
}

async function mayAlter(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ may: boolean }>(
    "select has_database_privilege(current_database(), 'create') as may",
  );
  return rows[0]?.may === true;
}

async function appliedTimes(client: pg.Client | pg.Pool): Promise<number[]> {
  const exists = await client.query("select 1 where to_regclass('drizzle.__drizzle_migrations') is not null");
  if (exists.rowCount === 0) return [];
  const { rows } = await client.query<{ created_at: string }>('select created_at from drizzle.__drizzle_migrations');
  return rows.map((row) => Number(row.created_at));
}

function journal(): { when: number }[] {
  const { entries } = JSON.parse(readFileSync(join(FOLDER, 'meta', '_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  return entries;
}
