// Text over several lines: a chart's letters stay where they have room.

export interface Room {
  /** A line ends only here. */
  after: string;
  /** In a line, where that can be. */
  letters: number;
}

export function inLines(text: string, { after, letters }: Room): string[] {
  const parts = text.split(after).map((part, index, all) => (index < all.length - 1 ? part + after : part));
  const lines: string[] = [];
  for (const part of parts) {
    const longer = (lines.at(-1) ?? '') + part;
    if (lines.length > 0 && longer.trimEnd().length <= letters) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines.map((line) => line.trimEnd());
}
