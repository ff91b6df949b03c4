ALTER TABLE "trials" ADD COLUMN "insertion_layers" text;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "metric" "metric";--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "bottleneck" integer;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "learning_rate" double precision;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "batch_size" integer;--> statement-breakpoint
-- Trials that are there say it in their JSON.
UPDATE "trials" SET
  "insertion_layers" = CASE jsonb_typeof("trial" #> '{method,insertionLayer}')
    WHEN 'array' THEN (SELECT string_agg(layer, '+') FROM jsonb_array_elements_text("trial" #> '{method,insertionLayer}') AS layer)
    ELSE "insertion_layer"::text
  END,
  "metric" = ("trial" #>> '{task,metric}')::metric,
  "bottleneck" = ("trial" #>> '{method,bottleneck}')::integer,
  "learning_rate" = ("trial" #>> '{training,learningRate}')::double precision,
  "batch_size" = ("trial" #>> '{training,batchSize}')::integer;--> statement-breakpoint
ALTER TABLE "trials" ALTER COLUMN "metric" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "trials" ALTER COLUMN "learning_rate" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "trials" ALTER COLUMN "batch_size" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "sweeps_by_backbone" ON "sweeps" USING btree ("backbone_fingerprint","created_at");--> statement-breakpoint
CREATE INDEX "trials_in_order" ON "trials" USING btree ("sweep_id","position");--> statement-breakpoint
CREATE INDEX "trials_by_key" ON "trials" USING btree ("trial_key" text_pattern_ops);--> statement-breakpoint
-- What is filtered and grouped by stands in columns: taking it out of JSON, row by row, was most of a comparison's time.
DROP VIEW best_per_seed_means;--> statement-breakpoint
DROP VIEW best_per_seed;--> statement-breakpoint
DROP VIEW comparison;--> statement-breakpoint
DROP VIEW configuration_means;--> statement-breakpoint
DROP VIEW trial_results;--> statement-breakpoint
-- A trial and its numbers, flat: what `lpt-sweep results` prints and notebooks read.
CREATE VIEW trial_results AS
SELECT
  trials.sweep_id,
  sweeps.name AS sweep,
  trials.id AS trial_id,
  trials.position,
  trials.trial_key,
  trials.configuration_key,
  sweeps.backbone,
  trials.task,
  trials.metric::text AS metric,
  trials.regime,
  trials.k,
  trials.method,
  trials.insertion_layer,
  trials.insertion_layers,
  trials.prompt_length,
  trials.generator,
  trials.bottleneck,
  trials.learning_rate,
  trials.batch_size,
  trials.data_seed,
  trials.train_seed,
  trials.state,
  trials.dev_score,
  trials.test_score,
  trials.selected_step,
  trials.steps,
  trials.trainable_parameters,
  trials.ms_per_step,
  trials.peak_memory_mib,
  trials.attempt AS attempts,
  trials.error_kind,
  trials.error_message,
  trials.started_at,
  trials.finished_at
FROM trials
JOIN sweeps ON sweeps.id = trials.sweep_id;
--> statement-breakpoint
-- One configuration over its seeds: complete trials only; a standard deviation needs two.
CREATE VIEW configuration_means AS
SELECT
  sweep_id,
  sweep,
  configuration_key,
  backbone,
  task,
  metric,
  regime,
  k,
  method,
  insertion_layer,
  insertion_layers,
  prompt_length,
  generator,
  bottleneck,
  learning_rate,
  batch_size,
  count(*)::integer AS n,
  avg(dev_score) AS dev_mean,
  stddev_samp(dev_score) AS dev_sd,
  avg(test_score) AS test_mean,
  stddev_samp(test_score) AS test_sd,
  max(trainable_parameters) AS trainable_parameters,
  avg(ms_per_step) AS ms_per_step,
  max(peak_memory_mib) AS peak_memory_mib
FROM trial_results
WHERE state = 'complete'
GROUP BY
  sweep_id, sweep, configuration_key, backbone, task, metric, regime, k, method,
  insertion_layer,
  insertion_layers, prompt_length, generator, bottleneck, learning_rate, batch_size;
--> statement-breakpoint
-- Every LPT configuration against every other method of its sweep, task and regime. The other method is represented by the
-- configuration that is best on dev; the difference is taken seed by seed (zero-shot has no training seed: its data seed
-- pairs). Published figures stand in rows of their own and enter no mean and no difference.
CREATE VIEW comparison AS
WITH representatives AS NOT MATERIALIZED (
  SELECT DISTINCT ON (sweep_id, task, regime, k, method) *
  FROM configuration_means
  WHERE method <> 'lpt'
  ORDER BY sweep_id, task, regime, k, method, dev_mean DESC, n DESC, configuration_key
)
SELECT
  'measured' AS kind,
  lpt.sweep_id,
  lpt.sweep,
  lpt.task,
  lpt.metric,
  lpt.regime,
  lpt.k,
  lpt.configuration_key,
  lpt.insertion_layer,
  lpt.insertion_layers,
  lpt.prompt_length,
  lpt.generator,
  lpt.n,
  lpt.dev_mean,
  lpt.test_mean,
  lpt.test_sd,
  other.method AS baseline_method,
  other.configuration_key AS baseline_configuration_key,
  other.backbone AS baseline_backbone,
  other.n AS baseline_n,
  other.test_mean AS baseline_test_mean,
  other.test_sd AS baseline_test_sd,
  paired.pairs,
  paired.difference,
  paired.difference_sd,
  NULL::text AS source
FROM configuration_means AS lpt
JOIN representatives AS other
  ON other.sweep_id = lpt.sweep_id
  AND other.task = lpt.task
  AND other.regime = lpt.regime
  AND other.k IS NOT DISTINCT FROM lpt.k
CROSS JOIN LATERAL (
  SELECT
    count(*)::integer AS pairs,
    avg(late.test_score - base.test_score) AS difference,
    stddev_samp(late.test_score - base.test_score) AS difference_sd
  FROM trials AS late
  JOIN trials AS base
    ON base.sweep_id = late.sweep_id
    AND base.configuration_key = other.configuration_key
    AND base.state = 'complete'
    AND base.data_seed = late.data_seed
    AND (base.train_seed = late.train_seed OR base.method = 'zero-shot')
  WHERE late.sweep_id = lpt.sweep_id
    AND late.configuration_key = lpt.configuration_key
    AND late.state = 'complete'
) AS paired
WHERE lpt.method = 'lpt'
UNION ALL
SELECT
  'published',
  asked.sweep_id,
  asked.sweep,
  baselines.task,
  baselines.metric,
  baselines.regime,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  NULL,
  baselines.method,
  NULL,
  baselines.backbone,
  NULL,
  baselines.score,
  baselines.sd,
  0,
  NULL,
  NULL,
  baselines.source
FROM (SELECT DISTINCT sweep_id, sweep, task FROM trial_results) AS asked
JOIN baselines ON baselines.task = asked.task;--> statement-breakpoint
-- The other way of averaging: on each pair of seeds the configuration of a method that is best on dev, whichever it is. Of
-- equals the one with fewer trained numbers, then the smaller trial key. Test scores take no part in the choice.
-- `candidates`: complete configurations that it was chosen among.
CREATE VIEW best_per_seed AS
SELECT DISTINCT ON (sweep_id, task, regime, k, method, data_seed, train_seed)
  sweep_id,
  sweep,
  backbone,
  task,
  metric,
  regime,
  k,
  method,
  data_seed,
  train_seed,
  (count(*) OVER (PARTITION BY sweep_id, task, regime, k, method, data_seed, train_seed))::integer AS candidates,
  trial_id,
  position,
  trial_key,
  configuration_key,
  insertion_layer,
  insertion_layers,
  prompt_length,
  generator,
  bottleneck,
  learning_rate,
  batch_size,
  dev_score,
  test_score,
  selected_step,
  trainable_parameters
FROM trial_results
WHERE state = 'complete'
ORDER BY
  sweep_id, task, regime, k, method, data_seed, train_seed,
  dev_score DESC, trainable_parameters, trial_key;
--> statement-breakpoint
-- Their means over seeds. Never to be set beside `configuration_means`: there one configuration is fixed over all seeds.
-- `configurations`: how many different ones were chosen.
CREATE VIEW best_per_seed_means AS
SELECT
  sweep_id,
  sweep,
  backbone,
  task,
  metric,
  regime,
  k,
  method,
  count(*)::integer AS n,
  count(DISTINCT configuration_key)::integer AS configurations,
  min(candidates) AS least_candidates,
  max(candidates) AS most_candidates,
  avg(dev_score) AS dev_mean,
  stddev_samp(dev_score) AS dev_sd,
  avg(test_score) AS test_mean,
  stddev_samp(test_score) AS test_sd
FROM best_per_seed
GROUP BY sweep_id, sweep, backbone, task, metric, regime, k, method;
