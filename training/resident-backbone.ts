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
  #resident: Resident | null = null;
  /** Of the last one asked for, which may still be on its way. */
  #loading: { name: string; resident: Promise<Resident> } | null = null;

  /** @param budgetBytes most bytes of hidden states to keep */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /**
   * The backbone of a folder, loaded unless it is the one at hand: one trainer holds one backbone at a time.
   * @throws ConfigurationError where the weights in the folder are not those that the sweep was launched with
   */
  load(folder: string, fingerprint: string): Promise<Resident> {
    const name = `${fingerprint} ${folder}`;
    if (this.#loading?.name === name) return this.#loading.resident;
    this.release();
    const loading = { name, resident: this.#load(folder, fingerprint) };
    this.#loading = loading;
    loading.resident.catch(() => {
      if (this.#loading === loading) this.#loading = null;
    });
    return loading.resident;
  }

  async #load(folder: string, fingerprint: string): Promise<Resident> {
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
    return this.#resident;
  }

  /** Of the hidden states kept for the backbone at hand. */
  counts(): Readonly<CacheCounts> {
    return this.#resident?.hiddenStates.counts() ?? { hits: 0, fills: 0, bytes: 0 };
  }

  release(): void {
    this.#resident?.backbone.dispose();
    this.#resident = null;
    this.#loading = null;
  }
}
