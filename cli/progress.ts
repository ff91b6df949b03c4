// A sweep's progress for people: a block that is redrawn on a terminal, else a plain line now and then.
import type { SweepStatus } from '../control/status.ts';
import type { Terminal } from './command.ts';
import { bestWords } from './status.ts';
import { duration } from '../sweep/numbers.ts';

/** Between two plain lines, unless a trial has ended. */
const QUIET_MS = 10_000;
const BAR = 30;

type Screen = Pick<Terminal, 'say' | 'draw' | 'isTerminal' | 'columns'>;

export class ProgressPrinter {
  readonly #terminal: Screen;
  readonly #now: () => number;
  #drawn: string[] = [];
  #lastLine = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(terminal: Screen, now: () => number = () => performance.now()) {
    this.#terminal = terminal;
    this.#now = now;
  }

  show(status: SweepStatus): void {
    if (this.#terminal.isTerminal) this.#redraw(blockOf(status));
    else this.#line(`${countsOf(status)}${timeOf(status)}${bestOf(status)}`);
  }

  /** A line for people between two pictures of progress. */
  say(text: string): void {
    this.#erase();
    this.#terminal.say(text);
  }

  #line(line: string): void {
    const isSoon = this.#now() - this.#lastAt < QUIET_MS;
    if (line === this.#lastLine || (isSoon && settledPart(line) === settledPart(this.#lastLine))) return;
    this.#lastLine = line;
    this.#lastAt = this.#now();
    this.#terminal.say(line);
  }

  #redraw(lines: string[]): void {
    this.#erase();
    this.#terminal.draw(`${lines.join('\n')}\n`);
    this.#drawn = lines;
  }

  #erase(): void {
    const rows = rowsOf(this.#drawn, this.#terminal.columns());
    if (rows > 0) this.#terminal.draw(`\u001B[${rows}A\u001B[0J`);
    this.#drawn = [];
  }
}

/** A line that is longer than the terminal is wide goes on in the next row. */
function rowsOf(lines: readonly string[], columns: number): number {
  return lines.reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / columns)), 0);
}

function blockOf(status: SweepStatus): string[] {
  const { counts, total } = status.progress;
  const ended = counts.complete + counts.failed + counts.cancelled + counts['stopped-early'];
  const filled = total === 0 ? BAR : Math.round((BAR * ended) / total);
  return [
    `${'#'.repeat(filled)}${'.'.repeat(BAR - filled)} ${ended}/${total}`,
    `${countsOf(status)}${timeOf(status)}`,
    ...bestWords(status).map((best) => `best on dev so far, ${best}`),
  ];
}

function countsOf({ progress: { counts, total } }: SweepStatus): string {
  const cancelled = counts.cancelled > 0 ? `, ${counts.cancelled} cancelled` : '';
  const stopped = counts['stopped-early'] > 0 ? `, ${counts['stopped-early']} stopped early` : '';
  const paused = counts.paused > 0 ? `, ${counts.paused} paused` : '';
  return `${counts.complete} of ${total} trials done, ${counts.failed} failed${stopped}${cancelled}${paused}, ${counts.running} running`;
}

/** What changes only when a trial ends. */
function settledPart(line: string): string {
  return line.replace(/, \d+ running.*$/, '');
}

function timeOf({ secondsLeft }: SweepStatus): string {
  return secondsLeft === null || secondsLeft === 0 ? '' : `, about ${duration(secondsLeft)} left`;
}

function bestOf(status: SweepStatus): string {
  return bestWords(status)
    .map((best) => `; best so far on ${best}`)
    .join('');
}
