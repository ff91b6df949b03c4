// What a trainer keeps from trial to trial: the backbone, its tokenizer, and the hidden states computed with it.
import { loadTokenizer, type Tokenizer } from '../data/tokenizer.ts';
import { ConfigurationError } from '../data/error.ts';
import type { Backbone } from '../lpt/backbone.ts';
import { loadBackbone } from './backbone.ts';
import { HiddenStates, type CacheCounts } from './hidden-states.ts';

export interface Resident {
  backbone: Backbone;
  tokenizer: Tokenizer;
  hiddenStates: HiddenStates;
}

export class ResidentBackbone {
  readonly #budgetBytes: number;
  #folder: string | null = null;
  #resident: Resident | null = null;

  /** @param budgetBytes most bytes of hidden states to keep */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /**
   * The backbone of a folder, loaded unless it is the one at hand: one trainer holds one backbone at a time.
   * @throws ConfigurationError where the weights in the folder are not those that the sweep was launched with
   */
  async load(folder: string, fingerprint: string): Promise<Resident> {
    if (this.#resident && this.#folder === folder && this.#resident.backbone.fingerprint === fingerprint) {
      return this.#resident;
    }
    this.release();
    const backbone = await loadBackbone(folder);
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
    const hiddenStates = new HiddenStates({ backbone, budgetBytes: this.#budgetBytes });
    this.#resident = { backbone, tokenizer, hiddenStates };
    this.#folder = folder;
    return this.#resident;
  }

  /** Of the hidden states kept for the backbone at hand. */
  counts(): Readonly<CacheCounts> {
    return this.#resident?.hiddenStates.counts() ?? { hits: 0, fills: 0, bytes: 0 };
  }

  release(): void {
    this.#resident?.backbone.dispose();
    this.#resident = null;
    this.#folder = null;
  }
}
