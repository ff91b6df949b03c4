// Lines of text beside each other's places: moved apart where they would lie over each other.

const LINE = 14;

/**
 * From above, and then from below where the last ones have no room.
 * @param places pixels from the top, the uppermost first
 */
export function apart(places: readonly number[], height: number): number[] {
  const down = [...places];
  for (let index = 1; index < down.length; index += 1)
    down[index] = Math.max(down[index] ?? 0, (down[index - 1] ?? 0) + LINE);
  let limit = height + LINE;
  for (let index = down.length - 1; index >= 0; index -= 1) {
    down[index] = Math.min(down[index] ?? 0, limit);
    limit = (down[index] ?? 0) - LINE;
  }
  return down;
}
