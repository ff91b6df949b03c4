// A word that was probably meant.
import { nearestTo } from '../sweep/nearest.ts';

/** A sentence with a leading space, or nothing when no word is near. */
export function nearest(wrong: string, right: readonly string[]): string {
  const best = nearestTo(wrong, right);
  return best === null ? '' : ` Did you mean \`${best}\`?`;
}
