// For trials that nobody works on any more: what such a trial was told to stop as, it is, and without an order it waits.
import { sql } from 'drizzle-orm';
import { trials } from './schema.ts';

const { stopAs, stopReason } = trials;

/** What to set. A rule's reason stays only where it was the rule that ended it: a person may have spoken after it. */
export const AS_TOLD = {
  state: sql`coalesce(${stopAs}, 'waiting')`,
  stopAs: null,
  stopReason: sql`case when ${stopAs} = 'stopped-early' then ${stopReason} end`,
  finishedAt: sql`case when ${stopAs} in ('cancelled', 'stopped-early') then now() end`,
};
