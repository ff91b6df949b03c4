// Pure: the word that was probably meant.
import { distance } from 'fastest-levenshtein';

/** Null where none is near enough to be a slip of `wrong`. */
export function nearestTo(wrong: string, right: readonly string[]): string | null {
  const [best] = right
    .map((word) => ({ word, far: distance(wrong.toLowerCase(), word.toLowerCase()) }))
    .sort((one, other) => one.far - other.far);
  return best !== undefined && best.far <= Math.max(2, Math.ceil(best.word.length / 2)) ? best.word : null;
}
