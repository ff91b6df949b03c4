// The servers that commands are run against: one Temporal and one database for a file's tests.
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll } from 'vitest';
import type { Database } from '../../db/client.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { developmentServer, quietTemporal } from '../support/temporal.ts';
import { run, type Told } from './terminal.ts';

export interface Stage {
  run: (...words: string[]) => Promise<Told>;
  readonly database: Database;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
}

/** Call it first in a `describe`: its servers are there before whatever else is to be made ready. */
export function useStage(): Stage {
  let environment: TestWorkflowEnvironment;
  let db: TestDatabase;
  beforeAll(async () => {
    quietTemporal();
    [environment, db] = await Promise.all([developmentServer(), createTestDatabase()]);
  });
  afterAll(async () => {
    await environment.teardown();
    await db.drop();
  });
  return {
    run: (...words) => run(words, { DATABASE_URL: db.url, TEMPORAL_ADDRESS: environment.address }),
    get database() {
      return db.database;
    },
    get databaseUrl() {
      return db.url;
    },
    get temporalAddress() {
      return environment.address;
    },
  };
}
