// Pure: random numbers that a seed decides, for choosing among configurations. (mulberry32, a 32-bit generator by Tommy
// Ettinger: small and even enough to choose by; nothing that is trained depends on it.)

export type Uniform = () => number;

/** Numbers in [0, 1), the same for the same seeds. */
export function uniform(...seeds: readonly number[]): Uniform {
  let state = seeds.reduce((mixed, seed) => Math.imul(mixed ^ seed, 0x9e3779b1) ^ (mixed >>> 15), 0x2545f491);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** As many as one block holds: whoever is taken out moves those of its block alone. */
const BLOCK = 1000;

/** The first `count` in random order (Fisher and Yates). Of the same items with the same seed, more are an extension of fewer. */
export function shuffled<Item>(items: readonly Item[], next: Uniform, count: number): Item[] {
  const blocks = Array.from({ length: Math.ceil(items.length / BLOCK) }, (_, block) =>
    items.slice(block * BLOCK, (block + 1) * BLOCK),
  );
  const places = Array.from({ length: Math.min(count, items.length) }, (_, taken) =>
    Math.floor(next() * (items.length - taken)),
  );
  return places.flatMap((place) => takeOut(blocks, place));
}

/** @returns the item at this place of all the blocks, alone */
function takeOut<Item>(blocks: Item[][], place: number): Item[] {
  let within = place;
  for (const block of blocks) {
    if (within < block.length) return block.splice(within, 1);
    within -= block.length;
  }
  return [];
}

/** An index, each as probable as its weight. */
export function weighted(weights: readonly number[], next: Uniform): number {
  let rest = next() * weights.reduce((sum, weight) => sum + weight, 0);
  const index = weights.findIndex((weight) => (rest -= weight) < 0);
  return index === -1 ? weights.length - 1 : index;
}
