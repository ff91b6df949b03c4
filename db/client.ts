// The connection pool, and the one place that turns a driver's errors into sentences.
import { type NodePgDatabase, drizzle } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import { DatabaseAwayError, queryError, QueryError } from './errors.ts';

export type Database = NodePgDatabase & {
  $client: pg.Pool;
  /** Host, port and database, for messages: never the user or the password. */
  readonly place: string;
  /** Ends the pool. May be called twice. */
  close: () => Promise<void>;
};
export type Transaction = Parameters<Parameters<NodePgDatabase['transaction']>[0]>[0];

const CONNECT_MS = 10_000;
const STATEMENT_MS = 60_000;
/** A server that is stopped but still connected answers nothing, not even its own time limit. */
const ANSWER_MS = STATEMENT_MS + CONNECT_MS;

export interface DatabaseOptions {
  /** Milliseconds after which a question that has no answer is given up. */
  answerMs?: number;
}

/** Opens nothing yet: the first query connects. @throws QueryError when the URL cannot be read. */
export function createDatabase(url: string, { answerMs = ANSWER_MS }: DatabaseOptions = {}): Database {
  const place = placeOf(url);
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'lpt-sweep',
    max: 10,
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: STATEMENT_MS,
    query_timeout: answerMs,
    keepAlive: true,
    Client,
  });
  // An idle connection dies with its server; the next query says so, and the process must live until then.
  pool.on('error', () => undefined);
  // One that is lent out has no listener of the pool's: without any, its error would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined));
  let closing: Promise<void> | undefined;
  return Object.assign(drizzle(pool, { casing: 'snake_case' }), { place, close: () => (closing ??= pool.end()) });
}

/**
 * Runs queries and translates what they throw.
 * @throws DatabaseAwayError | PassingQueryError | QueryError, or the program's own errors untouched
 */
export async function ask<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translate(error, database.place);
  }
}

/** Milliseconds since 1970 as Postgres has them: the clock that every time in the tables comes from. */
export async function readClock(database: Database): Promise<number> {
  const { rows } = await ask(database, () =>
    database.execute<{ now: string }>('select extract(epoch from now()) * 1000 as now'),
  );
  return Number(rows[0]?.now);
}

/** A connection on which a question was given up still waits for that answer: it must not be lent to anybody else. */
class Client extends pg.Client {
  override query(...words: unknown[]): never {
    const answer = (super.query as (...words: unknown[]) => unknown).apply(this, words);
    if (answer instanceof Promise) {
      answer.catch((error: unknown) => {
        if (error instanceof Error && GIVEN_UP.test(error.message)) void this.end();
      });
    }
    return answer as never;
  }
}

const GIVEN_UP = /query read timeout/i;

function placeOf(url: string): string {
  try {
    const { protocol, hostname, port, pathname } = new URL(url);
    if (!/^postgres(ql)?:$/.test(protocol)) throw new TypeError(protocol);
    return `${hostname || 'localhost'}:${port || '5432'}${pathname}`;
  } catch {
    // The text itself may hold a password.
    throw new QueryError('Expected `DATABASE_URL` to be postgres://user:password@host:port/database.', undefined);
  }
}

function translate(error: unknown, place: string): unknown {
  if (error instanceof DatabaseAwayError) return error;
  const driver = innermost(error);
  if (!(driver instanceof Error)) return error;
  const code = 'code' in driver && typeof driver.code === 'string' ? driver.code : undefined;
  if (isAway(driver, code))
    return new DatabaseAwayError(
      `Expected Postgres to answer at ${place}, found: ${code ?? driver.message}. Is it running, and is \`DATABASE_URL\` right?`,
    );
  const fromServer = driver instanceof pg.DatabaseError;
  // drizzle's own message repeats the statement with every value in it.
  return fromServer || driver !== error ? queryError(driver.message, code) : error;
}

function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors[0];
  return error instanceof Error && error.cause instanceof Error ? innermost(error.cause) : error;
}

const AWAY_CODES =
  /^(ECONN(REFUSED|RESET|ABORTED)|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|EHOST(UNREACH|DOWN)|ENET(UNREACH|DOWN)|08\w{3}|57P0[1-3]|53300)$/;
const AWAY_WORDS =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|connection error|not queryable/i;

function isAway(error: Error, code: string | undefined): boolean {
  return code === undefined ? AWAY_WORDS.test(error.message) : AWAY_CODES.test(code);
}
