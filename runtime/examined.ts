// What `doctor` says of one thing that the program stands on.

export interface Examined {
  part: string;
  /** `missing`: no sweep runs without; `slower`: one runs, slowly; `optional`: only some things need it. */
  state: 'ok' | 'missing' | 'slower' | 'optional';
  found: string;
  version?: string;
  where?: string;
  /** What to do, a sentence. */
  advice?: string;
}
