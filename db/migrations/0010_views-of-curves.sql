-- What a trial's training looked like, for whoever reads the views alone.
CREATE VIEW learning_curves AS
SELECT
  trials.sweep_id,
  sweeps.name AS sweep,
  trials.id AS trial_id,
  trials.position,
  trials.configuration_key,
  trials.task,
  trials.method,
  trials.data_seed,
  trials.train_seed,
  metrics.name::text AS name,
  metrics.step,
  metrics.value
FROM trials
JOIN sweeps ON sweeps.id = trials.sweep_id
JOIN metrics ON metrics.trial_id = trials.id;
--> statement-breakpoint
CREATE VIEW evaluation_scores AS
SELECT
  trials.sweep_id,
  sweeps.name AS sweep,
  trials.id AS trial_id,
  trials.position,
  trials.configuration_key,
  trials.task,
  trials.method,
  trials.data_seed,
  trials.train_seed,
  evaluations.split::text AS split,
  evaluations.step,
  evaluations.metric::text AS metric,
  evaluations.score,
  evaluations.loss,
  evaluations.examples,
  evaluations.recorded_at
FROM trials
JOIN sweeps ON sweeps.id = trials.sweep_id
JOIN evaluations ON evaluations.trial_id = trials.id;
