import type { Store } from './store.ts';

/** A store for a token that nobody has vouched for yet. */
export type Probation = Store & {
  /** The token has proved good: what it left, and what it leaves from now on, is kept. */
  pass(): Promise<void>;
};

/**
 * Reads from a store but keeps what is written to itself, so that tokens that somebody made up leave nothing
 * behind: neither files nor memory that outlives them.
 */
export function createProbation(store: Store): Probation {
  const blobs = new Map<string, Uint8Array>();
  const counters = new Map<string, number>();
  let passing: Promise<void> | undefined;

  /** What fails stays here, for the next try. */
  async function handOver(): Promise<void> {
    for (const [name, count] of [...counters]) {
      await store.increment(name, count);
      counters.delete(name);
    }
    for (const [name, blob] of [...blobs]) {
      if (blobs.get(name) !== blob) continue;
      await store.write(name, blob);
      if (blobs.get(name) === blob) blobs.delete(name);
    }
  }

  return {
    outlivesProcess: store.outlivesProcess,
    read: async (name) => blobs.get(name) ?? store.read(name),
    async write(name, blob) {
      if (!passing) return void blobs.set(name, blob);
      // Newer than what is handed over, so it must come later.
      blobs.delete(name);
      await passing.catch(() => {});
      await store.write(name, blob);
    },
    async setAside(name) {
      blobs.delete(name);
      await store.setAside(name);
    },
    // Guesses take turns too: who guesses the same at several processes spends one call.
    fleet: store.fleet,
    async increment(name, by = 1, known = 0) {
      if (passing) return store.increment(name, by, known);
      const kept = await store.count(name);
      const own = (counters.get(name) ?? 0) + by;
      counters.set(name, own);
      return kept + own;
    },
    count: async (name) => (await store.count(name)) + (counters.get(name) ?? 0),
    async forgetCounters(prefix, keep) {
      for (const name of counters.keys()) {
        if (name.startsWith(prefix) && !name.startsWith(keep)) counters.delete(name);
      }
      if (passing) await store.forgetCounters(prefix, keep);
    },
    close: store.close,
    pass() {
      passing ??= handOver().catch((error: unknown) => {
        passing = undefined;
        throw error;
      });
      return passing;
    },
  };
}
