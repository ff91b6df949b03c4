// Hidden states on disk, below those in memory: a file a chunk and layer, found by everything that decides its numbers.
import { createHash, randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { DamagedBlockError, decodeBlock, encodeBlock, type Block } from './block.ts';
import { BlockFolder, UNFINISHED_ENDING } from './folder.ts';

export interface BlockStoreSettings {
  folder: string;
  limitBytes: number;
  /** What computes: see `recipeOf`. */
  recipe: string;
  /** Takes a sentence for people: a damaged block, a disk that is full. */
  say: (text: string) => void;
}

export interface BlockKey {
  /** Fingerprint of its weights. */
  backbone: string;
  /** The sizes and settings that the weights are run with, as text. */
  config: string;
  /** Address of the chunk: the token ids of all its examples. */
  chunk: string;
  layer: number;
}

export interface DiskCounts {
  /** Blocks that were not what had been written; each is computed anew. */
  damaged: number;
  /** Blocks that could not be written. */
  unwritten: number;
  /** Of all blocks, also of other processes, as far as it is known here. */
  diskBytes: number;
}

/** Errors of a path that leads to no file. */
const ABSENT = new Set(['ENOENT', 'ENOTDIR']);
/** Hidden states are kept as they are computed. */
const PRECISION = 'float32';

export class BlockStore {
  readonly #settings: BlockStoreSettings;
  readonly #folder: BlockFolder;
  readonly #counts = { damaged: 0, unwritten: 0 };
  #resting = false;
  readonly #said = new Set<string>();

  constructor(settings: BlockStoreSettings) {
    this.#settings = settings;
    this.#folder = new BlockFolder(settings.folder, settings.limitBytes);
  }

  counts(): Readonly<DiskCounts> {
    return { ...this.#counts, diskBytes: this.#folder.bytes() };
  }

  /** Tries again to write where that has failed. */
  goOn(): void {
    this.#resting = false;
  }

  /** Null where there is none that can be used. Never throws: what cannot be read is computed. */
  read(key: BlockKey): Block | null {
    const name = this.#nameOf(key);
    try {
      const block = decodeBlock(name, readFileSync(this.#folder.pathOf(name)));
      this.#folder.touch(name);
      return block;
    } catch (error) {
      if (error instanceof DamagedBlockError) this.#foundDamaged(name, error);
      else if (!ABSENT.has(codeOf(error) ?? ''))
        this.#sayOnce(`Hidden states cannot be read from disk (${messageOf(error)}): they are computed anew.`);
      return null;
    }
  }

  /** Never throws: after a failure nothing is written until `goOn`, and numbers do not depend on it. */
  write(key: BlockKey, block: Block): void {
    if (this.#resting) {
      this.#counts.unwritten++;
      return;
    }
    try {
      const name = this.#nameOf(key);
      this.#put(name, encodeBlock(name, block));
    } catch (error) {
      this.#resting = true;
      this.#counts.unwritten++;
      this.#sayOnce(
        `Hidden states cannot be kept on disk (${messageOf(error)}): other processes and later runs compute them anew; numbers stay the same.`,
      );
    }
  }

  /** Under a name of its own first: a file under a block's name is whole, whoever is killed and whoever else writes it. */
  #put(name: string, parts: Uint8Array[]): void {
    const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
    if (!this.#folder.makeRoom(name, bytes)) return;
    const path = this.#folder.pathOf(name);
    // Processes in two containers have the same number.
    const unfinished = `${path}.${randomUUID()}${UNFINISHED_ENDING}`;
    try {
      writeAll(unfinished, parts);
      renameSync(unfinished, path);
    } catch (error) {
      removeUnfinished(unfinished);
      throw error;
    }
    this.#folder.wrote(bytes);
  }

  #foundDamaged(name: string, error: DamagedBlockError): void {
    this.#counts.damaged++;
    this.#folder.remove(name);
    this.#settings.say(
      `A block of kept hidden states is damaged and is computed anew: ${this.#folder.pathOf(name)}: ${error.message}`,
    );
  }

  /** The same trouble befalls block after block. */
  #sayOnce(text: string): void {
    if (!this.#said.has(text)) this.#settings.say(text);
    this.#said.add(text);
  }

  #nameOf({ backbone, config, chunk, layer }: BlockKey): string {
    const decides = [this.#settings.recipe, PRECISION, backbone, config, chunk, layer];
    return createHash('sha256').update(JSON.stringify(decides)).digest('hex');
  }
}

/** Not synced: what a power cut tears is found by its checksum. */
function writeAll(path: string, parts: Uint8Array[]): void {
  const file = openSync(path, 'wx');
  try {
    for (const part of parts) {
      let done = 0;
      // A full disk takes a part of it first.
      while (done < part.byteLength) done += writeSync(file, part, done);
    }
  } finally {
    closeSync(file);
  }
}

function removeUnfinished(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** Without the path, which differs from block to block. */
function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return /^(.*?)(?:, \w+ '.*)?$/.exec(message)?.[1] ?? code ?? message;
}
