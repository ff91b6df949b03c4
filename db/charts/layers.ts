// LPT's scores by where and how the prompt was put: each place is represented by its configuration that is best on dev,
// among whole ones where there are any.
import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../client.ts';
import { preferredMeans } from '../whole-configurations.ts';
import { askRows, ofFacet, type Facet } from './facets.ts';

/** A mean over the seeds of one configuration. */
export interface Place {
  /** The lowest, where there are several. */
  insertionLayer: number;
  /** All of them: `6+9`. */
  insertionLayers: string;
  promptLength: number;
  generator: string;
  /** Seeds. */
  n: number;
  devMean: number;
  /** Null for one seed. */
  devSd: number | null;
  testMean: number;
  testSd: number | null;
  /** Not so where a trial of each of its place's configurations was stopped early or diverged: the mean is too good then. */
  isWhole: boolean;
  /** Configurations that it is the best of. */
  configurations: number;
}

/** Layer × length, of one generator or of all. */
export function listCells(database: Database, facet: Facet, generator: string | null): Promise<Place[]> {
  const only = generator === null ? sql`true` : sql`generator = ${generator}`;
  return listBest(database, { facet, by: sql`insertion_layer, insertion_layers, prompt_length`, only });
}

/** Layer × generator, over all lengths. */
export function listLayers(database: Database, facet: Facet): Promise<Place[]> {
  return listBest(database, { facet, by: sql`generator, insertion_layer, insertion_layers`, only: sql`true` });
}

export async function listGenerators(database: Database, facet: Facet): Promise<string[]> {
  const rows = await askRows<{ generator: string }>(
    database,
    sql`select distinct generator from trials where ${ofFacet(facet)} and method = 'lpt' order by generator`,
  );
  return rows.map(({ generator }) => generator);
}

export interface MethodMean {
  method: string;
  n: number;
  devMean: number;
  devSd: number | null;
  testMean: number;
  testSd: number | null;
  isWhole: boolean;
}

/** Every other method, as its configuration that is best on dev. */
export function listMethods(database: Database, facet: Facet): Promise<MethodMean[]> {
  return askRows(
    database,
    sql`
      select distinct on (method) method, n, dev_mean as "devMean", dev_sd as "devSd", test_mean as "testMean",
        test_sd as "testSd", is_whole as "isWhole"
      from ${preferredMeans({ where: sql`${ofFacet(facet)} and method <> 'lpt'`, among: sql`method` })}
      order by method, dev_mean desc, n desc, configuration_key`,
  );
}

function listBest(database: Database, { facet, by, only }: { facet: Facet; by: SQL; only: SQL }): Promise<Place[]> {
  const where = sql`${ofFacet(facet)} and method = 'lpt' and insertion_layers is not null and ${only}`;
  return askRows(
    database,
    sql`
      select distinct on (${by}) insertion_layer as "insertionLayer", insertion_layers as "insertionLayers",
        prompt_length as "promptLength", generator, n, dev_mean as "devMean", dev_sd as "devSd",
        test_mean as "testMean", test_sd as "testSd", is_whole as "isWhole", (count(*) over (partition by ${by}))::integer as configurations
      from ${preferredMeans({ where, among: by })}
      order by ${by}, dev_mean desc, n desc, configuration_key`,
  );
}
