import type { Purpose } from '../komet/quota.ts';
import type { Lease, News, Store } from '../store/store.ts';
import { ageOf } from './age.ts';
import type { Archive } from './archive.ts';
import { type CustomerChange, findRemovals, findUpserts } from './changes.ts';
import { byName } from './order.ts';
import { type Freshness, refreshAfterMs } from './plan.ts';
import { createSingleFlight } from './single-flight.ts';
import type { Snapshot } from './snapshot.ts';
import { type Refresh, type SyncState, syncCustomers } from './sync.ts';
import { createTurns } from './turns.ts';
import type { Upstream } from './upstream.ts';

/** One token's customer list as this process has it, brought up to date together with all who share the store. */
export type List = {
  /** `null` before the first sync. */
  state(): SyncState | null;
  /** When the last sync began, in ms since 1970. */
  lastSyncAt(): number | null;
  isSyncing(): boolean;
  /** Reads what an earlier process, or another one, has left. */
  restore(): Promise<void>;
  /**
   * Joins the sync that began at or after `notBefore` (ms since 1970), else begins one; with one call to Komet,
   * or with none where another process has read the list since.
   * @throws {KometError}
   */
  sync(upstream: Upstream, purpose: Purpose, notBefore: number, onCall: () => void): Promise<void>;
  /** To be told what other processes did. */
  hear(news: News): void;
  /** Resolves once nothing is under way. */
  settle(): Promise<void>;
};

export function createList(options: {
  readonly name: string;
  readonly store: Store;
  readonly archive: Archive;
  readonly freshness: Freshness & { readonly fullSyncEveryMs: number };
  readonly now: () => number;
  readonly log: (event: string, facts: Record<string, unknown>) => void;
  readonly publish: (changes: readonly CustomerChange[]) => void;
  /** Told how each reading of the list ended. */
  readonly onRefresh: ((refresh: Refresh) => void) | undefined;
  /** The token has brought customers: what is kept for it may outlive it. */
  readonly onProven: (() => Promise<void>) | undefined;
}): List {
  const { archive, freshness, now, log } = options;
  const { fleet } = options.store;
  const turns = fleet && createTurns(fleet, options.name);
  const flight = createSingleFlight<void>(now);
  let state: SyncState | null = null;
  let lastSyncAt: number | null = null;
  let adopting: Promise<void> = Promise.resolve();

  /** @param known what has changed since `from` */
  function replace(next: SyncState, from: SyncState | null, known?: readonly CustomerChange[]) {
    const changes = known && state === from ? known : changesTo(next.snapshot);
    state = next;
    if (changes.length > 0) options.publish(changes);
    return changes;
  }

  function changesTo({ customers }: Snapshot): CustomerChange[] {
    const old = state?.snapshot;
    return old ? [...findUpserts(old, customers), ...findRemovals(old, customers)] : [];
  }

  /** Where there is something to answer from, nobody waits for what is newer to be sorted. */
  async function untilOrdered({ snapshot }: SyncState) {
    if (state) await snapshot.inOrder(byName);
  }

  /** Takes over what another process has read, where that is newer. */
  function adopt(): Promise<void> {
    adopting = adopting.then(adoptNext, adoptNext);
    return adopting;
  }

  async function adoptNext() {
    const found = await archive.loadNewer(state);
    if (found) await untilOrdered(found);
    // A sync of our own may have been faster.
    if (!found || (state && found.asOf <= state.asOf)) return;
    replace(found, state, state?.snapshot === found.snapshot ? [] : undefined);
    lastSyncAt = Math.max(lastSyncAt ?? 0, found.asOf);
  }

  async function read(upstream: Upstream, purpose: Purpose, onCall: () => void, lease?: Lease) {
    const started = performance.now();
    const durationMs = () => performance.now() - started;
    const from = state;
    lastSyncAt = now();
    try {
      const { state: next, changes: read } = await syncCustomers(from, {
        now,
        log,
        fullSyncEveryMs: freshness.maxStalenessMs === 0 ? 0 : freshness.fullSyncEveryMs,
        readList: (parameters, unlessDigest) => upstream.read({ purpose, parameters, onCall }, unlessDigest),
      });
      await untilOrdered(next);
      const rows = next.snapshot.customers.length;
      if (rows > 0) await options.onProven?.();
      // Without a lease somebody may have saved what is newer.
      if (lease || !fleet) archive.saveState(next, lease);
      // A process that was paused meanwhile may have heard of something newer.
      const isNewest = !state || state === from || state.asOf <= next.asOf;
      const changes = isNewest ? replace(next, from, read) : [];
      options.onRefresh?.({ kind: next.lastKind, rows, changes: changes.length, durationMs: durationMs() });
    } catch (error) {
      options.onRefresh?.({ error, durationMs: durationMs() });
      throw error;
    } finally {
      // Whoever has the lease next must find it.
      if (lease) await archive.settle();
    }
  }

  async function start(upstream: Upstream, purpose: Purpose, notBefore: number, onCall: () => void) {
    if (!turns) return read(upstream, purpose, onCall);
    const before = state;
    const isDone = async () => {
      await Promise.all([adopt(), upstream.learnBlock()]);
      if (state && state !== before && state.asOf >= notBefore) {
        const age = ageOf(state.asOf, now());
        if (freshness.maxStalenessMs === 0 || age < refreshAfterMs(freshness, state.costMs)) return true;
      }
      const block = upstream.blocked();
      if (block) throw block.error;
      return false;
    };
    await turns.take(isDone, (lease) => read(upstream, purpose, onCall, lease));
  }

  return {
    state: () => state,
    lastSyncAt: () => lastSyncAt,
    isSyncing: () => !flight.isIdle(),
    async restore() {
      state = await archive.loadState();
      lastSyncAt = state?.asOf ?? null;
    },
    async sync(upstream, purpose, notBefore, onCall) {
      await flight.run(notBefore, () => start(upstream, purpose, notBefore, onCall));
    },
    hear(news) {
      turns?.hear(news);
      if (news.kind === 'missed') archive.forgetSaved();
      if (news.kind === 'missed' || (news.kind === 'written' && archive.isHead(news.name))) {
        adopt().catch(() => {});
      }
    },
    async settle() {
      await flight.settle();
      await adopting.catch(() => {});
    },
  };
}
