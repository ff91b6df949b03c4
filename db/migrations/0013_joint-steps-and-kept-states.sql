ALTER TABLE "trials" ADD COLUMN "measured_jointly" boolean;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "joint_steps" integer;--> statement-breakpoint
ALTER TABLE "trials" ADD COLUMN "cache_hit_rate" double precision;--> statement-breakpoint
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
  trials.stop_reason ->> 'words' AS stop_reason
FROM trials
JOIN sweeps ON sweeps.id = trials.sweep_id;
--> statement-breakpoint
-- A time that was measured jointly is a share of something else: it enters no mean.
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
  max(peak_memory_mib) AS peak_memory_mib
FROM trial_results
WHERE state = 'complete'
GROUP BY
  sweep_id, sweep, configuration_key, backbone, task, metric, regime, k, method,
  insertion_layer,
  insertion_layers, prompt_length, generator, bottleneck, learning_rate, batch_size;
