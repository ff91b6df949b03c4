-- Roles with no more rights than their work needs. Run as the owner of the database, after the first `lpt-sweep` command has made
-- the tables, and once more after each upgrade:  psql "$DATABASE_URL" -f db/roles.sql
-- Then make logins that belong to them:  create role gpu1 login password '…' in role lpt_sweep_worker;
--
-- lpt_sweep_worker  what `lpt-sweep worker` reads and writes; it adds the trials that a search proposes, but cannot add
--                   sweeps, delete either, or change what a trial is
-- lpt_sweep_reader  the views alone, for dashboards and notebooks
do $$
declare
  role_name text;
  what record;
begin
  foreach role_name in array array['lpt_sweep_worker', 'lpt_sweep_reader'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin', role_name);
      exception when duplicate_object or unique_violation then
        null; -- roles are the cluster's: for another of its databases they were made at this very moment
      end;
    end if;
    execute format('grant usage on schema public to %I', role_name);
  end loop;

  -- The worker looks whether the database is of its own version.
  grant usage on schema drizzle to lpt_sweep_worker;
  grant select on drizzle.__drizzle_migrations to lpt_sweep_worker;

  grant select on all tables in schema public to lpt_sweep_worker;
  grant insert, update on attempts, evaluations, metrics, checkpoints to lpt_sweep_worker;
  grant delete on checkpoints to lpt_sweep_worker;
  grant insert on trials to lpt_sweep_worker;
  -- What becomes of them, and none of what they are.
  grant update (state, error, "window", priority, started_at, finished_at) on sweeps to lpt_sweep_worker;
  grant update (
    state, stop_as, stop_reason, is_spared, priority, attempt, dev_score, test_score, selected_step, steps, shortened, trainable_parameters,
    ms_per_step, measured_jointly, joint_steps, cache_hit_rate, forward_seconds, backward_seconds, evaluation_seconds, waiting_seconds,
    peak_memory_mib, error_kind, error_message, started_at, finished_at
  ) on trials to lpt_sweep_worker;

  for what in select viewname from pg_views where schemaname = 'public' loop
    execute format('grant select on %I to lpt_sweep_reader', what.viewname);
  end loop;
end
$$;
