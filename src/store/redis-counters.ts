/** What is known of a counter: how much each process has counted. */
export type Tally = ReadonlyMap<string, number>;

/**
 * Counters as this process knows them, each as a count for each process that has counted. Counts only rise, so two
 * views of a counter are joined by taking the greater count of each process: no message that is lost, doubled or
 * late makes them wrong, and what Redis has lost it can be told again.
 */
export type KnownCounters = {
  of(name: string): Tally;
  /** Joins what is known with what was heard, and gives the counter's value. */
  learn(name: string, counts: Iterable<readonly [process: string, count: number]>): number;
  /** Whether somebody who has these counts lacks some that are known here. */
  lacks(name: string, counts: Tally): boolean;
  names(prefix: string): string[];
  forget(name: string): void;
};

export function createKnownCounters(): KnownCounters {
  const counters = new Map<string, Map<string, number>>();
  const of = (name: string): Tally => counters.get(name) ?? new Map();

  return {
    of,
    learn(name, counts) {
      const known = counters.get(name) ?? new Map<string, number>();
      for (const [process, count] of counts) known.set(process, Math.max(known.get(process) ?? 0, count));
      if (known.size > 0) counters.set(name, known);
      return known.values().reduce((sum, count) => sum + count, 0);
    },
    lacks: (name, counts) =>
      of(name)
        .entries()
        .some(([process, count]) => count > (counts.get(process) ?? 0)),
    names: (prefix) => [...counters.keys()].filter((name) => name.startsWith(prefix)),
    forget: (name) => void counters.delete(name),
  };
}
