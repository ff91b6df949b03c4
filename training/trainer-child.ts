// A trainer's child process, with all that goes with it when another takes its place.
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DiskSettings, Said, ToTrainer, TrainerError } from './messages.ts';
import type { Death } from './oom-kills.ts';
import { startTensorflowChild } from './tensorflow-child.ts';
import { lossError } from './trainer-loss.ts';
import type { TrainerProcessSettings } from './trainer-process.ts';

export interface TrainerSettings {
  /** TensorFlow's threads; its own choice where absent. */
  threads?: number;
  /** Whole environment of the child; this process's own where absent. */
  env?: Record<string, string | undefined>;
  /** Memory for hidden states, in MiB. */
  hiddenStatesMiB?: number;
  /** All memory that the child may use, in MiB: what needs more is refused. Absent: nothing is. */
  memoryMiB?: number;
  /** Where more of them are kept; nowhere if absent. */
  hiddenStatesDisk?: DiskSettings;
  /** Takes the lines that the child writes to standard error. */
  say?: (line: string) => void;
  onStart?: (pid: number) => void;
  /** The child ended without being told to. */
  onDeath?: (pid: number, how: string) => void;
  /** The child is ended so that a new one takes its place: nothing more is heard of it. */
  onRetire?: (pid: number) => void;
  /** Milliseconds that a trainer has to stop when it is told to; then it is killed. Absent: 30 s, and as long as it does not hang. */
  stopMs?: number;
}

/** With BERT-base, TensorFlow and a step's own tensors a trainer then stays below 2.5 GiB. */
const DEFAULT_HIDDEN_STATES_MIB = 512;
const STDERR_LINES_KEPT = 20;
/** What a dying process prints after its reason: so many of them that the reason would not be kept. */
const NATIVE_FRAME = /^ *\d+: 0x/;
const ENTRY = fileURLToPath(new URL('./trainer-process.ts', import.meta.url));

export interface TrainerChildOptions {
  settings: TrainerSettings;
  /** See `TrainRequest`: it keeps less. */
  shrink: number;
  onSaid: (said: Said) => void;
  /** It ended, and not to make room for another. */
  onEnd: (how: string) => void;
}

export class TrainerChild {
  readonly shrink: number;
  /** Memory ran out in it; also while it is ended for that. */
  isWorn = false;
  readonly #settings: TrainerSettings;
  readonly #process: ChildProcess;
  readonly #onEnd: (how: string) => void;
  #lastLines: string[] = [];
  #isGone = false;
  #isClosing = false;

  constructor({ settings, shrink, onSaid, onEnd }: TrainerChildOptions) {
    this.shrink = shrink;
    this.#settings = settings;
    this.#onEnd = onEnd;
    const words = [JSON.stringify(argumentOf(settings, shrink))];
    const onLine = (line: string): void => this.#heard(line);
    this.#process = startTensorflowChild({ entry: ENTRY, words, env: settings.env, onLine });
    this.#process.on('message', (said: Said) => {
      if (!this.#isGone) onSaid(said);
    });
    if (this.pid !== undefined) settings.onStart?.(this.pid);
    this.#process.on('error', (error) => this.#died(error.message));
    this.#process.on('close', (code, signal) => this.#died(signal ?? `exit code ${String(code)}`));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** It ended, or is ended to make room for another: nothing more is heard of it. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** One that is just dying closes its channel first; its end is told by the `close` event. */
  tell(message: ToTrainer): void {
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  close(): Promise<void> {
    const { exitCode, signalCode } = this.#process;
    this.#isClosing = true;
    // One that has just exited is known here until its pipes are empty, and will not exit again.
    if (this.#isGone || exitCode !== null || signalCode !== null) return Promise.resolve();
    return this.#killUntil('exit');
  }

  /** Ends it without a word to its trials. */
  retire(): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    this.#isGone = true;
    if (this.pid !== undefined) this.#settings.onRetire?.(this.pid);
    return this.#killUntil('close');
  }

  /** What became of a trial that it had when it ended. */
  lossError(death: Death): TrainerError {
    return lossError(death, this.#lastLines);
  }

  #killUntil(event: 'exit' | 'close'): Promise<void> {
    return new Promise((resolve) => {
      this.#process.once(event, () => resolve());
      this.kill();
    });
  }

  #heard(line: string): void {
    if (!NATIVE_FRAME.test(line)) this.#lastLines = [...this.#lastLines, line].slice(-STDERR_LINES_KEPT);
    this.#settings.say?.(line);
  }

  #died(how: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    if (this.pid !== undefined && !this.#isClosing) this.#settings.onDeath?.(this.pid, how);
    this.#onEnd(how);
  }
}

function argumentOf(
  { threads, memoryMiB, hiddenStatesMiB = DEFAULT_HIDDEN_STATES_MIB, hiddenStatesDisk }: TrainerSettings,
  shrink: number,
): TrainerProcessSettings {
  return {
    hiddenStatesMiB: hiddenStatesMiB / 2 ** shrink,
    ...(hiddenStatesDisk === undefined ? {} : { hiddenStatesDisk }),
    ...(threads === undefined ? {} : { threads }),
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
  };
}
