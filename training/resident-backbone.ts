// What a trainer keeps from trial to trial: the backbone, its tokenizer, the data it read, and the hidden states computed of it.
import { readBackboneConfig } from '../data/backbone-files.ts';
import { otherSetup } from '../data/backbone-setup.ts';
import { loadTokenizer, type Tokenizer } from '../data/tokenizer.ts';
import { ConfigurationError } from '../data/error.ts';
import type { Backbone } from '../lpt/backbone.ts';
import { backboneIdentity, type BackboneIdentity } from '../sweep/backbone-identity.ts';
import { loadBackbone } from './backbone.ts';
import type { BlockStore } from './disk/block-store.ts';
import { collectGarbage } from './garbage.ts';
import { HiddenStates, NO_COUNTS, type CacheCounts } from './hidden-states.ts';
import { KeptSplits } from './kept-splits.ts';
import { SharedWork } from './shared-work.ts';

export interface Resident {
  backbone: Backbone;
  tokenizer: Tokenizer;
  hiddenStates: HiddenStates;
  splits: KeptSplits;
}

interface Loading {
  folder: string;
  asked: BackboneIdentity;
  disk: BlockStore | undefined;
  afterSome: () => Promise<void>;
}

export class ResidentBackbone {
  readonly #budgetBytes: number;
  readonly #openDisk: () => Promise<BlockStore | undefined>;
  #disk: Promise<BlockStore | undefined> | null = null;
  #resident: Resident | null = null;
  /** Of the last one asked for, which may still be on its way. */
  #loading: { name: string; work: SharedWork<Resident> } | null = null;

  /**
   * @param budgetBytes most bytes of hidden states to keep in memory, and of encoded examples half as many beside them
   * @param openDisk where more of them are kept; asked once, when a backend of TensorFlow.js is loaded
   */
  constructor(budgetBytes: number, openDisk: () => Promise<BlockStore | undefined> = nowhere) {
    this.#budgetBytes = budgetBytes;
    this.#openDisk = openDisk;
  }

  /**
   * The backbone of a folder, loaded unless it is the one at hand, wherever that lay: one trainer holds one backbone at a time.
   * @param afterSome awaited between parts of the work, whichever trial began it; what it throws ends this waiting alone
   * @throws ConfigurationError where weights, configuration or tokenizer in the folder are not those that the sweep was
   * launched with
   */
  async load(folder: string, asked: BackboneIdentity, afterSome = patient): Promise<Resident> {
    const disk = await (this.#disk ??= this.#openDisk());
    disk?.goOn();
    const name = await nameOf(folder, asked);
    if (this.#loading?.name === name && !this.#loading.work.isDeserted) return this.#loading.work.join(afterSome);
    this.release();
    const loading = { name, work: new SharedWork((tell) => this.#load({ folder, asked, disk, afterSome: tell })) };
    this.#loading = loading;
    loading.work.result.catch(() => {
      if (this.#loading === loading) this.#loading = null;
    });
    return loading.work.join(afterSome);
  }

  async #load({ folder, asked, disk, afterSome }: Loading): Promise<Resident> {
    const { fingerprint, setup } = asked;
    const other = await otherSetup(folder, setup);
    if (setup !== undefined && other !== null) {
      throw new ConfigurationError(
        `Expected config.json and tokenizer in \`${folder}\` to have the fingerprint ${setup}, found ${other}.`,
      );
    }
    const backbone = await loadBackbone(folder, afterSome);
    if (backbone.fingerprint !== fingerprint) {
      backbone.dispose();
      throw new ConfigurationError(
        `Expected the backbone in \`${folder}\` to have the fingerprint ${fingerprint}, found ${backbone.fingerprint}.`,
      );
    }
    const tokenizer = await loadTokenizer(folder, backbone.config).catch((error: unknown) => {
      backbone.dispose();
      throw error;
    });
    const hiddenStates = new HiddenStates({ backbone, budgetBytes: this.#budgetBytes, disk });
    const splits = new KeptSplits(tokenizer, this.#budgetBytes / 2);
    this.#resident = { backbone, tokenizer, hiddenStates, splits };
    return this.#resident;
  }

  /** Of the hidden states kept for the backbone at hand. */
  counts(): Readonly<CacheCounts> {
    return this.#resident?.hiddenStates.counts() ?? NO_COUNTS;
  }

  /** Bytes of hidden states and of encoded examples that are kept for the backbone at hand, or held by its trials. */
  keptBytes(): number {
    return this.#resident === null
      ? 0
      : this.#resident.hiddenStates.kept.heldBytes + this.#resident.splits.kept.heldBytes;
  }

  /** Drops what is kept for later trials and held by none. */
  forget(): void {
    this.#resident?.hiddenStates.kept.forget();
    this.#resident?.splits.kept.forget();
    collectGarbage();
  }

  release(): void {
    this.#resident?.backbone.dispose();
    this.#resident = null;
    this.#loading = null;
  }
}

/**
 * Another name takes the backbone away from trials that run on it, so two folders of one have one name. Where no setup was kept,
 * the folder and the configuration in it count.
 */
async function nameOf(folder: string, asked: BackboneIdentity): Promise<string> {
  const identity = backboneIdentity(asked);
  if (asked.setup !== undefined) return identity;
  return `${identity} ${folder} ${JSON.stringify(await readBackboneConfig(folder))}`;
}

function nowhere(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function patient(): Promise<void> {
  return Promise.resolve();
}
