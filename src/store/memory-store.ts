import type { Store } from './store.ts';

/** Keeps everything in this process; a restart begins anew. */
export function createMemoryStore(): Store {
  const blobs = new Map<string, Uint8Array>();
  const counters = new Map<string, number>();
  return {
    outlivesProcess: false,
    read: async (name) => blobs.get(name),
    write: async (name, blob) => {
      blobs.set(name, blob);
    },
    setAside: async (name) => {
      blobs.delete(name);
    },
    increment: async (name, by = 1, known = 0) => {
      const value = Math.max(counters.get(name) ?? 0, known) + by;
      counters.set(name, value);
      return value;
    },
    count: async (name) => counters.get(name) ?? 0,
    forgetCounters: async (prefix, keep) => {
      for (const name of counters.keys()) {
        if (name.startsWith(prefix) && !name.startsWith(keep)) counters.delete(name);
      }
    },
    close: async () => {},
  };
}
