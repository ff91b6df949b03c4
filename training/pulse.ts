// A trial's contact with the world between two pieces of work: messages out, cancellation in.
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FromTrainer, MetricPoint, Phase, Usage, Work } from './messages.ts';
import type { SilenceMeter } from './silence.ts';

/** Thrown at a step boundary of a trial that was asked to stop. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

export interface PulseSettings {
  /** Resolves once the message may be followed by another. */
  send: (message: FromTrainer) => Promise<void>;
  cancelled: () => boolean;
  /** Whether others have been in its trainer since it began. */
  accompanied: () => boolean;
  /** Milliseconds since the epoch, never running backwards. */
  now: () => number;
  steps: number;
  /** Of its trainer. */
  silence: SilenceMeter;
  /** What the process has used since it was last asked. */
  usage: () => Usage;
}

const PROGRESS_EVERY_MS = 250;
const METRICS_AT_ONCE = 100;
/** Steps are told of together, up to the next evaluation, but not later than whoever collects figures usually looks. */
const STRETCH_MS = 15_000;

export class Pulse {
  readonly #settings: PulseSettings;
  #tick = 0;
  #lastSent = Number.NEGATIVE_INFINITY;
  #lastPhase: Phase | null = null;
  #hasStepped = false;
  #points: MetricPoint[] = [];
  #stretch: { startedAt: number; stepMs: number[] } | null = null;

  constructor(settings: PulseSettings) {
    this.#settings = settings;
  }

  get isAccompanied(): boolean {
    return this.#settings.accompanied();
  }

  /**
   * Call between any two pieces of work, with the phase of the next: lets waiting messages in, and says how far the trial is.
   * @throws Cancelled
   */
  async beat(phase: Phase, step: number): Promise<void> {
    const { steps, cancelled, now, silence } = this.#settings;
    await nextTurn();
    this.#endSilence();
    if (cancelled()) throw new Cancelled();
    if (phase === this.#lastPhase && now() - this.#lastSent < PROGRESS_EVERY_MS) return;
    this.#lastPhase = phase;
    this.#lastSent = now();
    const silenceMs = silence.most({ phase, hasStepped: this.#hasStepped });
    await this.#say({ type: 'progress', progress: { phase, step, steps, tick: ++this.#tick, silenceMs } });
  }

  async metrics(points: MetricPoint[]): Promise<void> {
    this.#points.push(...points);
    if (this.#points.length >= METRICS_AT_ONCE) await this.flush();
  }

  /** Does a piece of work and tells how long it took. */
  async timed<T>(phase: Exclude<Work['phase'], 'training'>, step: number, work: () => Promise<T>): Promise<T> {
    const { now } = this.#settings;
    const startedAt = now();
    const result = await work();
    await this.#worked({ phase, step, startedAt, ms: now() - startedAt });
    return result;
  }

  /** @param ms what the step took that has just ended, as the `step`th */
  async stepped(step: number, ms: number): Promise<void> {
    const now = this.#settings.now();
    this.#hasStepped = true;
    this.#stretch ??= { startedAt: now - ms, stepMs: [] };
    this.#stretch.stepMs.push(ms);
    if (now - this.#stretch.startedAt >= STRETCH_MS) await this.endStretch(step);
  }

  /** Tells of the steps since the last piece of work. */
  async endStretch(step: number): Promise<void> {
    const stretch = this.#stretch;
    this.#stretch = null;
    if (stretch === null) return;
    await this.#worked({ phase: 'training', step, ...stretch, ms: this.#settings.now() - stretch.startedAt });
  }

  #worked(work: Omit<Work, 'usage'>): Promise<void> {
    return this.send({ type: 'worked', work: { ...work, usage: this.#settings.usage() } });
  }

  async send(message: FromTrainer): Promise<void> {
    await this.flush();
    await this.#say(message);
  }

  async flush(): Promise<void> {
    const points = this.#points;
    this.#points = [];
    if (points.length > 0) await this.#say({ type: 'metrics', points });
  }

  /** What it waits for a parent that falls behind is no work: the parent knows of it. */
  async #say(message: FromTrainer): Promise<void> {
    const { now, send, silence } = this.#settings;
    this.#endSilence();
    await send(message);
    silence.begins(now());
  }

  /** Before its first word its trainer may have had nothing to do. */
  #endSilence(): void {
    const { now, silence } = this.#settings;
    if (this.#lastPhase === null) silence.begins(now());
    else silence.ends(now());
  }
}
