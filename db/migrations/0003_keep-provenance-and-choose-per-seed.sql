ALTER TABLE "attempts" ADD COLUMN "provenance" jsonb;--> statement-breakpoint
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
