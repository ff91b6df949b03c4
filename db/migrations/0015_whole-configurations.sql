-- Where one seed of a configuration was stopped early or diverged, those that are left are its better ones, and their means are too
-- good: such a configuration is not whole. (`stopped-early` as text: in the transaction that made it, it is no value of its type yet.)
-- What was measured jointly is a share of something else: it enters no mean. Shares of the time are of all attempts, a step's time of the last.
CREATE OR REPLACE VIEW configuration_means AS
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
  (count(*) FILTER (WHERE is_complete))::integer AS n,
  avg(dev_score) FILTER (WHERE is_complete) AS dev_mean,
  stddev_samp(dev_score) FILTER (WHERE is_complete) AS dev_sd,
  avg(test_score) FILTER (WHERE is_complete) AS test_mean,
  stddev_samp(test_score) FILTER (WHERE is_complete) AS test_sd,
  max(trainable_parameters) FILTER (WHERE is_complete) AS trainable_parameters,
  avg(ms_per_step) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE) AS ms_per_step,
  max(peak_memory_mib) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE) AS peak_memory_mib,
  avg(tokens_per_ms) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE) AS tokens_per_ms,
  avg(forward_share) FILTER (WHERE is_complete AND joint_steps = 0) AS forward_share,
  avg(backward_share) FILTER (WHERE is_complete AND joint_steps = 0) AS backward_share,
  avg(evaluation_share) FILTER (WHERE is_complete AND joint_steps = 0) AS evaluation_share,
  avg(waiting_share) FILTER (WHERE is_complete AND joint_steps = 0) AS waiting_share,
  bool_and(NOT is_cut_short) AS is_whole
FROM (
  SELECT
    *,
    state = 'complete' AS is_complete,
    state::text = 'stopped-early' OR (state = 'failed' AND error_kind IS NOT DISTINCT FROM 'diverged') AS is_cut_short
  FROM trial_results
) AS own
GROUP BY
  sweep_id, sweep, configuration_key, backbone, task, metric, regime, k, method,
  insertion_layer,
  insertion_layers, prompt_length, generator, bottleneck, learning_rate, batch_size
HAVING bool_or(is_complete);
--> statement-breakpoint
-- Every LPT configuration against every other method of its sweep, task and regime. The other method is represented by the
-- configuration that is best on dev, of the whole ones where there are any; the difference is taken seed by seed (zero-shot has
-- no training seed: its data seed pairs). Published figures stand in rows of their own and enter no mean and no difference.
CREATE OR REPLACE VIEW comparison AS
WITH representatives AS NOT MATERIALIZED (
  SELECT DISTINCT ON (sweep_id, task, regime, k, method) *
  FROM configuration_means
  WHERE method <> 'lpt'
  ORDER BY sweep_id, task, regime, k, method, is_whole DESC, dev_mean DESC, n DESC, configuration_key
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
