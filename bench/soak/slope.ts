/** The least-squares slope of points of (ms, value), in value a minute. */
export function slopePerMinute(points: readonly (readonly [atMs: number, value: number])[]): number {
  const mean = (read: (point: readonly [number, number]) => number) =>
    points.reduce((sum, point) => sum + read(point), 0) / Math.max(1, points.length);
  const meanX = mean(([x]) => x);
  const meanY = mean(([, y]) => y);
  let top = 0;
  let bottom = 0;
  for (const [x, y] of points) {
    top += (x - meanX) * (y - meanY);
    bottom += (x - meanX) ** 2;
  }
  return bottom === 0 ? 0 : (top / bottom) * 60_000;
}
