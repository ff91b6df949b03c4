// Counter-based random numbers (Threefry-2x32, 20 rounds; Salmon et al. 2011): a number depends on its key and its
// counter alone, so a draw can be repeated without replaying those before it.

/** What a stream of numbers is for. Streams never share numbers, whatever their seeds. */
export const STREAMS = { split: 1, draw: 2, testSubset: 3, batchOrder: 4, dropout: 5 } as const;

export interface Key {
  seed: number;
  stream: number;
}

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24];
const PARITY = 0x1bd11bda;
const ROUNDS = 20;

/** The block cipher: two key words and two counter words in, two random words (0 … 2³²−1) out. */
export function threefry2x32(key: readonly [number, number], counter: readonly [number, number]): [number, number] {
  const schedule: [number, number, number] = [key[0] | 0, key[1] | 0, key[0] ^ key[1] ^ PARITY];
  let x0 = (counter[0] + schedule[0]) | 0;
  let x1 = (counter[1] + schedule[1]) | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const rotation = ROTATIONS[round % 8] ?? 0;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if (round % 4 === 3) {
      const injection = (round + 1) / 4;
      x0 = (x0 + (schedule[injection % 3] ?? 0)) | 0;
      x1 = (x1 + (schedule[(injection + 1) % 3] ?? 0) + injection) | 0;
    }
  }
  return [x0 >>> 0, x1 >>> 0];
}

/** 0 … 2³²−1. */
export function randomWord({ seed, stream }: Key, counter: number, block = 0): number {
  return threefry2x32([seed, stream], [counter, block])[0];
}

/** The numbers 0 … size−1 in random order. `block` gives further orders of the same key, such as one for each epoch. */
export function permutation(size: number, key: Key, block = 0): number[] {
  const order = Array.from({ length: size }, (_, index) => index);
  const rank = order.map((index) => randomWord(key, index, block));
  return order.sort((a, b) => (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
}
