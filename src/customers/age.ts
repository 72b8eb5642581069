/**
 * How far (ms) a moment is from now; infinitely far where there is none. A moment in the future counts as one
 * in the past does: a clock was set back since, and nobody knows by how much what is known is old.
 */
export function ageOf(time: number | null | undefined, now: number): number {
  return time == null ? Number.POSITIVE_INFINITY : Math.abs(now - time);
}
