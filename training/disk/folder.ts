// The files of kept blocks: how large they are together, and which of them go first.
import { mkdirSync, readdirSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

interface Kept {
  path: string;
  bytes: number;
  /** Milliseconds since the epoch. */
  usedAt: number;
}

export const BLOCK_ENDING = '.block';
export const UNFINISHED_ENDING = '.part';
/** A file is written in a moment: one that is older belongs to a process that is gone. */
const ABANDONED_MS = 3_600_000;
/** Of the limit: so much is left when something had to go, so that not every block has to look again. */
const LEFT_SHARE = 0.9;
/** Of the limit: after so many bytes of its own a process looks what others have written. */
const LOOK_SHARE = 1 / 16;

/** Several processes may share one folder; together they may pass the limit by a sixteenth each. */
export class BlockFolder {
  readonly #folder: string;
  readonly #limitBytes: number;
  #bytes: number | null = null;
  #sinceLooked = 0;

  constructor(folder: string, limitBytes: number) {
    this.#folder = folder;
    this.#limitBytes = limitBytes;
  }

  /** Of a block, or of what becomes one. Many files in one folder are slow: they are spread over 256. */
  pathOf(name: string): string {
    return join(this.#folder, name.slice(0, 2), name + BLOCK_ENDING);
  }

  /** Bytes of all blocks, as far as this process knows. */
  bytes(): number {
    return this.#bytes ?? 0;
  }

  /** Says that a block has been read: it goes later. */
  touch(name: string): void {
    const now = new Date();
    attempt(() => utimesSync(this.pathOf(name), now, now));
    // Whoever only reads has not looked for room.
    this.#bytes ??= attempt(() => sizeOf(this.#look()));
  }

  /**
   * Before a block is written: makes its folder, and takes away the least recently used ones where there is no room.
   * @returns false where it is larger than all that may be kept
   * @throws the file system's error where the folder cannot be made or read
   */
  makeRoom(name: string, bytes: number): boolean {
    if (bytes > this.#limitBytes) return false;
    mkdirSync(join(this.#folder, name.slice(0, 2)), { recursive: true });
    const isTimeToLook = this.#sinceLooked > this.#limitBytes * LOOK_SHARE;
    if (this.#bytes === null || isTimeToLook || this.#bytes + bytes > this.#limitBytes) this.#evict(bytes);
    return true;
  }

  wrote(bytes: number): void {
    this.#bytes = this.bytes() + bytes;
    this.#sinceLooked += bytes;
  }

  remove(name: string): void {
    attempt(() => unlinkSync(this.pathOf(name)));
  }

  #evict(coming: number): void {
    const kept = this.#look();
    let bytes = sizeOf(kept);
    if (bytes + coming > this.#limitBytes) {
      for (const { path, bytes: own } of kept.sort((one, other) => one.usedAt - other.usedAt)) {
        if (bytes + coming <= this.#limitBytes * LEFT_SHARE || bytes === 0) break;
        attempt(() => unlinkSync(path));
        bytes -= own;
      }
    }
    this.#bytes = bytes;
    this.#sinceLooked = 0;
  }

  /** Every block there is; unfinished files that nobody finishes are removed on the way. */
  #look(): Kept[] {
    const kept: Kept[] = [];
    for (const file of readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })) {
      const path = join(this.#folder, file);
      const found = attempt(() => statSync(path));
      if (!found?.isFile()) continue;
      if (file.endsWith(BLOCK_ENDING)) kept.push({ path, bytes: found.size, usedAt: found.mtimeMs });
      else if (file.endsWith(UNFINISHED_ENDING) && Date.now() - found.mtimeMs > ABANDONED_MS)
        attempt(() => unlinkSync(path));
    }
    return kept;
  }
}

function sizeOf(kept: readonly Kept[]): number {
  return kept.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Another process may have taken the file away meanwhile: that is as good. */
function attempt<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}
