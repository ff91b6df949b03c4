// Configurations as points: what each costs, how good it is, and which are beaten by no cheaper one. Whole
// ones, where there are any.
import { sql, type SQL } from 'drizzle-orm';
import type { TimeShares } from '../../sweep/throughput.ts';
import type { Database } from '../client.ts';
import { preferredMeans } from '../whole-configurations.ts';
import { askRows, ofFacet, type Facet } from './facets.ts';

export interface ConfigurationPoint extends TimeShares {
  configurationKey: string;
  method: string;
  insertionLayers: string | null;
  insertionLayer: number | null;
  promptLength: number | null;
  generator: string | null;
  bottleneck: number | null;
  /** These two null where nothing was trained. */
  learningRate: number | null;
  batchSize: number | null;
  n: number;
  devMean: number;
  devSd: number | null;
  testMean: number;
  testSd: number | null;
  trainableParameters: number | null;
  /** Null where nothing was trained. */
  msPerStep: number | null;
  tokensPerMs: number | null;
  /** Not so where a trial of every one was stopped early or diverged: the mean is too good then. */
  isWhole: boolean;
  /** Among those of its method on dev, from 1. */
  rank: number;
  /** No configuration that takes less time a step is as good on dev. */
  isOnFront: boolean;
}

export interface ConfigurationPage {
  limit: number;
  offset?: number;
  /** Only where a step was timed; the front comes first then. */
  timed?: boolean;
  /** The best of each method first, then the second of each, and so on. */
  byRank?: boolean;
}

/** Best on dev first. */
export function listPoints(database: Database, facet: Facet, page: ConfigurationPage): Promise<ConfigurationPoint[]> {
  const { limit, offset = 0, timed = false, byRank = false } = page;
  const first = timed ? sql`"isOnFront" desc,` : byRank ? sql`rank,` : sql``;
  return askRows(
    database,
    sql`
      select configuration_key as "configurationKey", method, insertion_layers as "insertionLayers",
        insertion_layer as "insertionLayer", prompt_length as "promptLength", generator, bottleneck,
        learning_rate as "learningRate", batch_size as "batchSize", n, dev_mean as "devMean", dev_sd as "devSd",
        test_mean as "testMean", test_sd as "testSd", trainable_parameters as "trainableParameters",
        ms_per_step as "msPerStep", tokens_per_ms as "tokensPerMs", forward_share as "forwardShare",
        backward_share as "backwardShare", evaluation_share as "evaluationShare", waiting_share as "waitingShare",
        is_whole as "isWhole", (row_number() over best_of_method)::integer as rank,
        ms_per_step is not null and dev_mean > coalesce(max(dev_mean) over cheaper, -1) as "isOnFront"
      from ${timed ? pointsOnFront(facet) : pointsOfMethods(facet)}
      window
        best_of_method as (partition by method order by dev_mean desc, n desc, configuration_key),
        cheaper as (order by ms_per_step, dev_mean desc, configuration_key
          rows between unbounded preceding and 1 preceding)
      order by ${first} dev_mean desc, n desc, configuration_key
      limit ${limit} offset ${offset}`,
  );
}

/** A method of which nothing is whole is shown all the same. */
function pointsOfMethods(facet: Facet): SQL {
  return preferredMeans({ where: ofFacet(facet), among: sql`method` });
}

/** Here methods stand against each other: none may be on the front for want of its worst seeds. */
function pointsOnFront(facet: Facet): SQL {
  const where = sql`${ofFacet(facet)} and ms_per_step is not null`;
  return preferredMeans({ where, among: sql`sweep_id` });
}

export async function countConfigurations(database: Database, facet: Facet): Promise<number> {
  const [row] = await askRows<{ count: number }>(
    database,
    sql`select count(*)::integer as count from ${pointsOfMethods(facet)}`,
  );
  return row?.count ?? 0;
}

/** One seed pair of one configuration. */
export interface SeedScore {
  configurationKey: string;
  position: number;
  dataSeed: number;
  trainSeed: number;
  devScore: number;
  testScore: number;
}

export function listSeedScores(database: Database, facet: Facet, configurationKeys: string[]): Promise<SeedScore[]> {
  return askRows(
    database,
    sql`
      select configuration_key as "configurationKey", position, data_seed as "dataSeed", train_seed as "trainSeed",
        dev_score as "devScore", test_score as "testScore"
      from trials
      where sweep_id = ${facet.sweepId} and state = 'complete'
        and configuration_key = any(${sql.param(configurationKeys)}::text[])
      order by position`,
  );
}
