// A chart of a page as a file of its own: black on white, where on a page it takes the colours around it.

const INK = '#111';

/** Adds to the outermost element only; names inside are escaped already. */
export function standalone(svg: string): string {
  const drawn = svg.replace(/^<svg /, `<svg color="${INK}" style="background: #fff" `);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${drawn}\n`;
}
