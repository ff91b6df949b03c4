// Pure: `search:` of a sweep file: which of the combinations that it spans are run.
import { z } from 'zod';
import { oneOf, single, wholeNumber } from '../choices.ts';
import { mapping } from '../mapping.ts';

interface Drawn {
  /** So many configurations are run, each on every task, draw and seed. */
  configurations: number;
  seed: number;
}

export type Search =
  | ({ kind: 'random' } & Drawn)
  | ({ kind: 'tpe' } & Drawn & {
        /** Configurations that are drawn at random before any is proposed. */
        startup: number;
        /** Configurations that are proposed at one time. */
        round: number;
      });

const configurations = single(wholeNumber(1, 100_000));
const seed = single(wholeNumber(0, 2 ** 31 - 1)).default(1);

const settings = z.discriminatedUnion(
  'kind',
  [
    mapping({ kind: z.literal('grid') }),
    mapping({ kind: z.literal('random'), configurations, seed }),
    mapping({
      kind: z.literal('tpe'),
      configurations,
      seed,
      startup: single(wholeNumber(2)).default(10),
      round: single(wholeNumber(1)).default(4),
    }),
  ],
  { error: oneOf(['grid', 'random', 'tpe']).words },
);

/** `search: grid`, or nothing, is every combination. */
export const search = z.preprocess(
  (entry) => (typeof entry === 'string' ? { kind: entry } : entry),
  settings.transform((asked): Search | undefined => (asked.kind === 'grid' ? undefined : asked)).optional(),
) as z.ZodType<Search | undefined>;
