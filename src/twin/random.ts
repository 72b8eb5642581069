/** A small seeded generator (mulberry32), so that a data set or a shuffle can be had again. */
export type Random = {
  /** At least 0, below 1. */
  readonly fraction: () => number;
  /** A whole number from 0 to `bound - 1`. */
  readonly below: (bound: number) => number;
  readonly pick: <T>(choices: readonly T[]) => T;
};

/** Makes a generator; equal seeds give equal sequences. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const below = (bound: number): number => Math.floor(fraction() * bound);
  return { fraction, below, pick: (choices) => choices[below(choices.length)]! };
}

/** A shuffled copy. */
export function shuffled<T>(values: readonly T[], random: Random): T[] {
  const copy = [...values];
  for (let last = copy.length - 1; last > 0; last--) {
    const other = random.below(last + 1);
    [copy[last], copy[other]] = [copy[other]!, copy[last]!];
  }
  return copy;
}
