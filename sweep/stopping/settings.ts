// Pure: `stopping:` of a sweep file. The usual values are cautious: early ranks say little of final ones.
import { z } from 'zod';
import { numberAbove, numberFrom, oneOf, single, wholeNumber } from '../choices.ts';
import { mapping } from '../mapping.ts';
import { type Stopping, STOPPING_RULES } from './rule.ts';

/** Half of the steps. */
const USUAL_GRACE = 0.5;
const gracePeriod = single(numberFrom(0, 0.99)).default(USUAL_GRACE);
const leastTrials = single(wholeNumber(1)).default(5);

const rules = [
  mapping({ rule: z.literal('median'), gracePeriod, leastTrials }),
  mapping({
    rule: z.literal('asha'),
    gracePeriod,
    leastTrials,
    reduction: single(numberAbove(1, 100)).default(2),
  }),
  mapping({
    rule: z.literal('paired'),
    gracePeriod,
    leastSeeds: single(wholeNumber(2)).default(4),
    p: single(numberAbove(0, 0.5)).default(0.1),
  }),
] as const;

const settings = z.discriminatedUnion('rule', rules, { error: oneOf(STOPPING_RULES).words });

const ruleOrNone = z.discriminatedUnion('rule', [mapping({ rule: z.literal('none') }), ...rules], {
  error: oneOf(['none', ...STOPPING_RULES]).words,
});

/** `stopping: median` stands for the rule with its usual values; `none`, or nothing, for no rule. */
export const stopping = z.preprocess(
  (entry) => (typeof entry === 'string' ? { rule: entry } : entry),
  ruleOrNone.transform((asked): Stopping | undefined => (asked.rule === 'none' ? undefined : asked)).optional(),
) as z.ZodType<Stopping | undefined>;

/** Settings from elsewhere than a sweep file. @returns what was expected, where they are wrong */
export function parseStopping(asked: Record<string, unknown> & { rule: string }): Stopping | string {
  const result = settings.safeParse(asked);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys')
    return `Expected a setting of the ${asked.rule} rule (${issue.message}), found \`${issue.keys.join(', ')}\`.`;
  const field = issue?.path.join('.') ?? 'rule';
  return `Expected \`${field}\` to be ${issue?.message ?? 'right'}, found ${String(asked[field])}.`;
}

/** What a person should know of unusual settings. */
export function stoppingWarnings(asked: Stopping | undefined): string[] {
  if (asked === undefined || asked.gracePeriod >= USUAL_GRACE) return [];
  const share = `${Math.round(100 * asked.gracePeriod)} %`;
  return [
    `\`stopping.gracePeriod\` lets a trial be stopped after ${share} of its steps: on full data early ranks predict final ones badly (Spearman 0.30 after 1 of 10 epochs, 0.57 after 3). \`lpt-sweep replay\` shows on a finished sweep what it would have cost.`,
  ];
}
