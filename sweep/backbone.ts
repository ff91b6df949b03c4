// Pure: the frozen language model of a trial, by name and contents.

export interface BackboneReference {
  /** What the sweep file says: `bert-base-uncased`, a folder, or a Hub id. */
  name: string;
  /** Where it lies on the machine that launched; a worker elsewhere resolves `name` for itself. */
  folder: string;
  /** sha256 of the weights. */
  fingerprint: string;
  /** sha256 of its configuration and tokenizer as they are read; absent in trials of before it was kept. */
  setup?: string | undefined;
}
