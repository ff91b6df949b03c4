ALTER TABLE "trials" ADD COLUMN "forward_seconds" double precision;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "backward_seconds" double precision;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "evaluation_seconds" double precision;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "waiting_seconds" double precision;--> statement-breakpoint
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
--> statement-breakpoint
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
  count(*)::integer AS n,
  avg(dev_score) AS dev_mean,
  stddev_samp(dev_score) AS dev_sd,
  avg(test_score) AS test_mean,
  stddev_samp(test_score) AS test_sd,
  max(trainable_parameters) AS trainable_parameters,
  avg(ms_per_step) FILTER (WHERE measured_jointly IS NOT TRUE) AS ms_per_step,
  max(peak_memory_mib) AS peak_memory_mib,
  avg(tokens_per_ms) FILTER (WHERE measured_jointly IS NOT TRUE) AS tokens_per_ms,
  avg(forward_share) FILTER (WHERE joint_steps = 0) AS forward_share,
  avg(backward_share) FILTER (WHERE joint_steps = 0) AS backward_share,
  avg(evaluation_share) FILTER (WHERE joint_steps = 0) AS evaluation_share,
  avg(waiting_share) FILTER (WHERE joint_steps = 0) AS waiting_share
FROM trial_results
WHERE state = 'complete'
GROUP BY
  sweep_id, sweep, configuration_key, backbone, task, metric, regime, k, method,
  insertion_layer,
  insertion_layers, prompt_length, generator, bottleneck, learning_rate, batch_size;
