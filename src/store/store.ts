/**
 * Where a gateway keeps what must outlive its process: sealed blobs (snapshots, sync state) and counters
 * (the quota ledger). Names are made of letters, digits, `.`, `-` and `_`; up to the first `.` they say whose
 * tenant's they are.
 */
export type Store = {
  /** Whether saving a snapshot here is of any use. */
  readonly outlivesProcess: boolean;
  /**
   * The blob last written under a name.
   * @throws {StoreAway} as all that follows, where the store is at the end of a line
   */
  read(name: string): Promise<Uint8Array | undefined>;
  /** Replaces the blob as a whole: whoever reads later sees all of it or the one before. */
  write(name: string, blob: Uint8Array): Promise<void>;
  /** Moves a blob that cannot be used out of the way, so that it is not met again but can be looked at. */
  setAside(name: string): Promise<void>;
  /**
   * Adds `by` (1 where not given) to a counter and gives its new value; atomic among all who share the store.
   *
   * @param known what the counter is at least, in case the store has lost it
   */
  increment(name: string, by?: number, known?: number): Promise<number>;
  /** A counter's value, 0 where it was never incremented. */
  count(name: string): Promise<number>;
  /** Forgets counters that start with a prefix, except those that start with `keep`. */
  forgetCounters(prefix: string, keep: string): Promise<void>;
  /** How several processes that share the store work together; none where one has it to itself. */
  readonly fleet?: Fleet | undefined;
  close(): Promise<void>;
};

/** The store cannot be used for now, which its own log says once: whoever meets this goes on from memory. */
export class StoreAway extends Error {
  override readonly name = 'StoreAway';

  constructor(options?: ErrorOptions) {
    super('the store cannot be used for now', options);
  }
}

/** A write came too late: another process has had the lease since. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';

  constructor() {
    super('another process has had the lease since');
  }
}

/** Processes that share a store. */
export type Fleet = {
  /**
   * The right to bring a tenant's data up to date, which one process has at a time; `null` where another has it.
   * It is renewed until it is released, and ends some seconds after a process that was killed or paused.
   * @throws {StoreAway}
   */
  lease(tenant: string): Promise<Lease | null>;
  /**
   * Calls back with what other processes do to a tenant's data, until the function that it gives is called.
   * Resolves when nothing that happens from now on is missed, or when that cannot be had for now.
   */
  watch(tenant: string, onNews: (news: News) => void): Promise<() => void>;
  /** How many processes there are, as last heard; 0 where that is not known. */
  size(): number;
  /** Counts how often somebody did something, over all processes. */
  createLimiter(name: string, rate: Rate): Limiter;
};

export type Lease = {
  /**
   * As the store's.
   * @throws {LeaseLost} once another process has had the lease after this one
   */
  write(name: string, blob: Uint8Array): Promise<void>;
  release(): Promise<void>;
};

export type News =
  | { readonly kind: 'written'; readonly name: string }
  | { readonly kind: 'counted'; readonly name: string; readonly count: number }
  | { readonly kind: 'released' }
  /** Messages may have been missed, and what was stored may be gone. */
  | { readonly kind: 'missed' };

/** So many per time (ms). */
export type Rate = { readonly operations: number; readonly perMs: number };

export type Limiter = {
  /** @throws {RateLimiterRes} of rate-limiter-flexible, where it was too often */
  consume(key: string): Promise<unknown>;
};
