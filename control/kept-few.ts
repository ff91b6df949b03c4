// The last few answers to a question that costs much: whoever asks once asks again, and a page that is live every few seconds.

export interface KeptFew<T> {
  /** At most so many. */
  most: number;
  /** What is not there now may be there the next time: it is looked up again. All is kept where absent. */
  isKept?: (answer: T) => boolean;
}

/** @returns looks up what is asked for by a key, which decides the answer, or has it from before */
export function keptFew<T>({ most, isKept }: KeptFew<T>): (key: string, lookUp: () => Promise<T>) => Promise<T> {
  /** The one asked for last is last. */
  const kept = new Map<string, Promise<T>>();
  return (key, lookUp) => {
    const found = kept.get(key) ?? lookUp();
    kept.delete(key);
    kept.set(key, found);
    const [oldest] = kept.keys();
    if (kept.size > most && oldest !== undefined) kept.delete(oldest);
    const forget = (): void => {
      if (kept.get(key) === found) kept.delete(key);
    };
    found.then((answer) => isKept?.(answer) === false && forget(), forget);
    return found;
  };
}
