-- Whoever listens on `sweep_changed` hears the id of each sweep whose state, trials or dev scores change, once a commit.
-- A trial's row is often written without anything to be seen having changed: then nothing is said.
CREATE FUNCTION tell_of_sweep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sweep_changed', NEW.id::text);
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION tell_of_new_trials() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sweep_changed', changed.sweep_id::text)
  FROM (SELECT DISTINCT sweep_id FROM now_there) AS changed;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION tell_of_trials() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sweep_changed', changed.sweep_id::text)
  FROM (
    SELECT DISTINCT now_there.sweep_id
    FROM now_there JOIN was_there ON was_there.id = now_there.id
    WHERE (now_there.state, now_there.stop_as, now_there.priority, now_there.attempt)
      IS DISTINCT FROM (was_there.state, was_there.stop_as, was_there.priority, was_there.attempt)
  ) AS changed;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE FUNCTION tell_of_scores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('sweep_changed', changed.sweep_id::text)
  FROM (
    SELECT DISTINCT trials.sweep_id
    FROM (SELECT DISTINCT trial_id FROM now_there) AS scored JOIN trials ON trials.id = scored.trial_id
  ) AS changed;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE TRIGGER tell_of_sweep AFTER INSERT OR UPDATE ON sweeps FOR EACH ROW EXECUTE FUNCTION tell_of_sweep();--> statement-breakpoint
CREATE TRIGGER tell_of_new_trials AFTER INSERT ON trials REFERENCING NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION tell_of_new_trials();--> statement-breakpoint
CREATE TRIGGER tell_of_trials AFTER UPDATE ON trials REFERENCING OLD TABLE AS was_there NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION tell_of_trials();--> statement-breakpoint
CREATE TRIGGER tell_of_scores AFTER INSERT ON evaluations REFERENCING NEW TABLE AS now_there
  FOR EACH STATEMENT EXECUTE FUNCTION tell_of_scores();
