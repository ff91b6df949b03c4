-- Scores of two metrics are never held against each other: a sweep may have one task with several.
-- On each pair of seeds the configuration of a method that is best on dev by a metric, whichever it is. Of equals the one with fewer
-- trained numbers, then the smaller trial key. Test scores take no part in the choice. `candidates`: complete configurations that it
-- was chosen among.
CREATE OR REPLACE VIEW best_per_seed AS
SELECT DISTINCT ON (sweep_id, task, metric, regime, k, method, data_seed, train_seed)
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
  (count(*) OVER (PARTITION BY sweep_id, task, metric, regime, k, method, data_seed, train_seed))::integer AS candidates,
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
  sweep_id, task, metric, regime, k, method, data_seed, train_seed,
  dev_score DESC, trainable_parameters, trial_key;
--> statement-breakpoint
-- Every LPT configuration against every other method of its sweep, task, metric and regime. The other method is represented by the
-- configuration that is best on dev, of the whole ones where there are any; the difference is taken seed by seed (zero-shot has
-- no training seed: its data seed pairs). Published figures stand in rows of their own and enter no mean and no difference.
CREATE OR REPLACE VIEW comparison AS
WITH representatives AS NOT MATERIALIZED (
  SELECT DISTINCT ON (sweep_id, task, metric, regime, k, method) *
  FROM configuration_means
  WHERE method <> 'lpt'
  ORDER BY sweep_id, task, metric, regime, k, method, is_whole DESC, dev_mean DESC, n DESC, configuration_key
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
  NULL::text AS source,
  lpt.is_whole,
  other.is_whole AS baseline_is_whole
FROM configuration_means AS lpt
JOIN representatives AS other
  ON other.sweep_id = lpt.sweep_id
  AND other.task = lpt.task
  AND other.metric = lpt.metric
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
  baselines.source,
  NULL,
  NULL
FROM (SELECT DISTINCT sweep_id, sweep, task FROM trial_results) AS asked
JOIN baselines ON baselines.task = asked.task;
--> statement-breakpoint
-- A method that trains nothing takes no step: it has no learning rate and no batch.
CREATE OR REPLACE VIEW trial_results AS
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
  CASE WHEN trials.method <> 'zero-shot' THEN trials.learning_rate END AS learning_rate,
  CASE WHEN trials.method <> 'zero-shot' THEN trials.batch_size END AS batch_size,
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
  trials.finished_at,
  trials.measured_jointly,
  trials.joint_steps,
  trials.cache_hit_rate,
  trials.stop_reason ->> 'words' AS stop_reason,
  CASE WHEN trials.ms_per_step > 0 AND trials.step_tokens > 0
    THEN trials.step_tokens / trials.ms_per_step
  END AS tokens_per_ms,
  took.trial_seconds,
  trials.forward_seconds / took.trial_seconds AS forward_share,
  trials.backward_seconds / took.trial_seconds AS backward_share,
  trials.evaluation_seconds / took.trial_seconds AS evaluation_share,
  trials.waiting_seconds / took.trial_seconds AS waiting_share
FROM trials
JOIN sweeps ON sweeps.id = trials.sweep_id
CROSS JOIN LATERAL (
  SELECT nullif(
    trials.forward_seconds + trials.backward_seconds + trials.evaluation_seconds + trials.waiting_seconds, 0
  ) AS trial_seconds
) AS took;
