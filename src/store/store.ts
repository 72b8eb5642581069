/**
 * Where a gateway keeps what must outlive its process: sealed blobs (snapshots, sync state) and counters
 * (the quota ledger). Names are made of letters, digits, `.`, `-` and `_`.
 */
export type Store = {
  /** Whether saving a snapshot here is of any use. */
  readonly outlivesProcess: boolean;
  /** The blob last written under a name. */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the blob as a whole: whoever reads later sees all of it or the one before. */
  write(name: string, blob: Uint8Array): Promise<void>;
  /** Moves a blob that cannot be used out of the way, so that it is not met again but can be looked at. */
  setAside(name: string): Promise<void>;
  /** Adds one to a counter and gives its new value; atomic among all who share the store. */
  increment(name: string): Promise<number>;
  /** A counter's value, 0 where it was never incremented. */
  count(name: string): Promise<number>;
  /** Forgets counters that start with a prefix, except those that start with `keep`. */
  forgetCounters(prefix: string, keep: string): Promise<void>;
  close(): Promise<void>;
};
