-- A trial that took no step with the others of its trainer waited for them all the same: its shares of the time enter no mean.
-- Of trials of earlier versions `measured_jointly` speaks of the last attempt alone, and `joint_steps` of all.
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
  avg(forward_share) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE AND joint_steps = 0) AS forward_share,
  avg(backward_share) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE AND joint_steps = 0) AS backward_share,
  avg(evaluation_share) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE AND joint_steps = 0) AS evaluation_share,
  avg(waiting_share) FILTER (WHERE is_complete AND measured_jointly IS NOT TRUE AND joint_steps = 0) AS waiting_share,
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
