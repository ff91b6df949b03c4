// What a worker counts, in Prometheus' terms. Names and meanings: docs/metrics.md.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Happening, Observe } from '../activities/happening.ts';
import type { Usage, Work } from '../training/messages.ts';

export interface WorkerFacts {
  worker: string;
  device: string;
  version: string;
}

const STEP_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const WORK_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];
const CHECKPOINT_BYTES = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];
const MIB = 2 ** 20;

type Meters = ReturnType<typeof createMeters>;

export interface WorkerMetrics {
  registry: Registry;
  observe: Observe;
}

export function createMetrics(facts: WorkerFacts): WorkerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const meters = createMeters(registry);
  meters.info.set({ ...facts }, 1);
  return { registry, observe: (happening) => count(meters, happening) };
}

function createMeters(registry: Registry) {
  const counter = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Counter({ name: `lpt_sweep_${name}`, help, labelNames, registers: [registry] });
  const gauge = <L extends string = never>(name: string, help: string, labelNames: L[] = []) =>
    new Gauge({ name: `lpt_sweep_${name}`, help, labelNames, registers: [registry] });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ name: `lpt_sweep_${name}`, help, buckets, registers: [registry] });
  return {
    info: gauge('worker_info', 'Who this worker is; always 1', ['worker', 'device', 'version']),
    trials: counter('trials_total', 'Trials that reached a final state on this worker', ['state']),
    attempts: counter('attempts_total', 'Attempts that ended on this worker, and why', ['end', 'kind']),
    running: gauge('attempts_running', 'Attempts that run on this worker now'),
    steps: counter('steps_total', 'Training steps done'),
    step: histogram('step_duration_seconds', 'Time of one training step', STEP_SECONDS),
    loading: histogram('loading_duration_seconds', 'Time to make a trial ready: backbone and data', WORK_SECONDS),
    caching: histogram('caching_duration_seconds', 'Time to compute hidden states of a training split', WORK_SECONDS),
    evaluating: histogram('evaluation_duration_seconds', 'Time to score one split once', WORK_SECONDS),
    checkpointSeconds: histogram(
      'checkpoint_duration_seconds',
      'Time to write one checkpoint to Postgres',
      WORK_SECONDS,
    ),
    checkpointBytes: histogram('checkpoint_bytes', 'Size of a written checkpoint', CHECKPOINT_BYTES),
    hits: counter('hidden_states_hits_total', 'Chunks of hidden states that were found kept'),
    misses: counter('hidden_states_misses_total', 'Chunks of hidden states that had to be computed'),
    diskHits: counter('hidden_states_disk_hits_total', 'Of the chunks found kept, those that came from disk'),
    damaged: counter(
      'hidden_states_damaged_total',
      'Blocks of hidden states on disk that were damaged, and computed anew',
    ),
    unwritten: counter('hidden_states_unwritten_total', 'Blocks of hidden states that could not be written to disk'),
    kept: gauge('hidden_states_bytes', 'Hidden states that a trainer keeps in memory', ['trainer']),
    keptOnDisk: gauge('hidden_states_disk_bytes', 'Hidden states on disk as a trainer knows them, also of others', [
      'trainer',
    ]),
    memory: gauge('trainer_peak_memory_bytes', "Most memory a trainer's process has had", ['trainer']),
    starts: counter('trainer_starts_total', 'Trainer processes started'),
    deaths: counter('trainer_deaths_total', 'Trainer processes that ended without being told to'),
    retries: counter(
      'database_retries_total',
      'Writes of an attempt that were tried again, Postgres being away or full',
    ),
    hubRetries: counter(
      'hub_retries_total',
      'Searches for a backbone or data set that were tried again, the Hub being away',
    ),
    refused: counter('refused_writes_total', 'Attempts stopped by the fence: a newer attempt has the trial'),
  };
}

function count(meters: Meters, happening: Happening): void {
  switch (happening.type) {
    case 'attempt-begun':
      meters.running.inc();
      return;
    case 'attempt-ended':
      meters.running.dec();
      if (happening.end === 'complete') meters.trials.inc({ state: 'complete' });
      meters.attempts.inc({ end: happening.end, kind: happening.kind ?? '' });
      return;
    case 'trial-settled':
      meters.trials.inc({ state: happening.state });
      return;
    case 'trainer-said':
      if (happening.event.type === 'worked') countWork(meters, happening.event.work);
      return;
    case 'checkpoint-saved':
      meters.checkpointSeconds.observe(happening.ms / 1000);
      meters.checkpointBytes.observe(happening.bytes);
      return;
    case 'trainer-started':
      meters.starts.inc();
      return;
    case 'trainer-died':
      meters.deaths.inc();
      forget(meters, happening.pid);
      return;
    case 'trainer-retired':
      forget(meters, happening.pid);
      return;
    case 'database-away':
      meters.retries.inc();
      return;
    case 'hub-away':
      meters.hubRetries.inc();
      return;
    case 'write-refused':
      meters.refused.inc();
      return;
    case 'database-back':
    case 'hub-back':
  }
}

/** What a process that is gone has kept is not there any more. */
function forget({ kept, keptOnDisk, memory }: Meters, pid: number): void {
  for (const meter of [kept, keptOnDisk, memory]) meter.remove({ trainer: String(pid) });
}

function countWork(meters: Meters, { phase, ms, stepMs = [], usage }: Work): void {
  countUsage(meters, usage);
  meters.steps.inc(stepMs.length);
  for (const one of stepMs) meters.step.observe(one / 1000);
  if (phase === 'loading' || phase === 'caching' || phase === 'evaluating') meters[phase].observe(ms / 1000);
}

function countUsage(meters: Meters, usage: Usage): void {
  const trainer = { trainer: String(usage.pid) };
  meters.hits.inc(usage.hits);
  meters.misses.inc(usage.fills);
  meters.diskHits.inc(usage.diskHits);
  meters.damaged.inc(usage.damaged);
  meters.unwritten.inc(usage.unwritten);
  meters.kept.set(trainer, usage.hiddenStatesBytes);
  meters.keptOnDisk.set(trainer, usage.hiddenStatesDiskBytes);
  meters.memory.set(trainer, usage.peakMemoryMiB * MIB);
}
