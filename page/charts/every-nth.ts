// Fewer points of a curve: more than it has pixels say no more.

/** The last one is always among them. */
export function everyNth<Point>(points: readonly Point[], most: number): Point[] {
  const stride = Math.ceil(points.length / most);
  return points.filter((_, index) => (points.length - 1 - index) % stride === 0);
}
