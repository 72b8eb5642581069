import { randomUUID } from 'node:crypto';
import type { KometClient } from '../komet/client.ts';
import type { Purpose, QuotaView } from '../komet/quota.ts';
import type { Store } from '../store/store.ts';
import { ageOf } from './age.ts';
import { createArchive } from './archive.ts';
import { createChangeFeed, type FeedItem } from './change-feed.ts';
import type { CustomerChange } from './changes.ts';
import { assumedFindings, type Findings } from './findings.ts';
import { createMemberships } from './memberships.ts';
import {
  type Demand,
  type Freshness,
  membershipCalls,
  type Plan,
  type PlannedCall,
  planCalls,
  refreshAfterMs,
  spacingOf,
} from './plan.ts';
import { createPoller } from './poller.ts';
import { answerQuery, type CustomerAnswer, type CustomerQuery } from './query.ts';
import { createSingleFlight } from './single-flight.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';
import {
  type Capabilities,
  type Refresh,
  type SyncFailure,
  type SyncKind,
  type SyncState,
  syncCustomers,
} from './sync.ts';
import { openUpstream, type Upstream } from './upstream.ts';

export type CustomersOptions = {
  readonly token: string;
  /** What the token is called in the store and the log. */
  readonly name: string;
  readonly client: KometClient;
  readonly store: Store;
  readonly freshness: Freshness & { readonly fullSyncEveryMs: number };
  /** Calls a day. */
  readonly dailyQuota: number;
  /** What is known of the endpoint; what was saved for this token where not given. */
  readonly findings?: Findings | undefined;
  readonly now: () => number;
  readonly log: (event: string, facts: Record<string, unknown>) => void;
  /** Told how each reading of the list ended; must not throw. */
  readonly onRefresh?: ((refresh: Refresh) => void) | undefined;
};

/** Where an answer came from; `stale` is older than the promise or than what the request asked for. */
export type AnswerSource = 'snapshot' | 'upstream' | 'stale';

export type Answered = {
  /** One for each query, in their order; an error fails its query alone. */
  readonly answers: readonly (CustomerAnswer | Error)[];
  /** Calls to Komet that these queries started and waited for. */
  readonly upstreamCalls: number;
  readonly source: AnswerSource;
  /** No row of the answers is older than this (ms since 1970). */
  readonly asOf: number;
  /** What was planned, in words. */
  readonly plan: readonly string[];
};

/** How fresh one token's data is. Times in ms since 1970; `null` before the first sync. */
export type CustomersStatus = {
  readonly quota: QuotaView;
  readonly rows: number | null;
  readonly version: string | null;
  readonly asOf: number | null;
  readonly lastSync: SyncKind | null;
  /** When the next sync may begin at the earliest, if somebody asks. */
  readonly nextSyncAt: number | null;
  readonly capabilities: Capabilities | null;
  readonly lastFailure: SyncFailure | null;
};

/** A snapshot that is as fresh as promised. */
export type FreshView = View & {
  /** Whether the snapshot alone can answer, without Komet being asked who belongs to a location or a name. */
  isLocal(query: CustomerQuery): boolean;
};

/** One token's customers: the only way to them for everything above. */
export type Customers = {
  /** @throws {KometError} where nothing can be answered at all */
  answer(queries: readonly CustomerQuery[], demand: Demand): Promise<Answered>;
  /** What can be answered from at once: `null` where a call is needed, or due in the background. */
  fresh(): FreshView | null;
  status(): Promise<CustomersStatus>;
  /** Customers that are held in memory. */
  rows(): number;
  /**
   * Changes from now on, or from after the feed item `lastId` on, that pass the test; the list is kept fresh
   * while anybody listens, with one poller however many do.
   * @throws {InvalidInput} where `lastId` is no longer known
   */
  changes(isWanted: (change: CustomerChange) => boolean, lastId?: string): AsyncIterableIterator<FeedItem>;
  endSubscriptions(): void;
  /** Ends all subscriptions and waits until what is known is saved. */
  close(): Promise<void>;
};

/** The shortest time (ms) between two looks of the poller. */
const shortestPollMs = 50;
/** How long (ms) a query that could be answered stale waits for something newer. */
const patienceMs = 5_000;
/** Something to answer from: the snapshot, or the rows of a direct call. */
type View = { readonly snapshot: Snapshot; readonly asOf: number };

/** What the calls of one batch brought. */
type Trip = {
  /** Calls that this batch started and waited for, counted by `onCall`. */
  calls: number;
  readonly onCall: () => void;
  /** Of whom the answer is for. */
  readonly signal: AbortSignal | undefined;
  /** Whether something newer was waited for and came. */
  reached: boolean;
  direct: View | null;
  readonly failures: Map<string, Error>;
};

export function createCustomers(options: CustomersOptions): Customers {
  const { freshness, now, log } = options;
  const archive = createArchive(options);
  const syncs = createSingleFlight<void>(now);
  const memberships = createMemberships();
  const poller = createPoller(poll, async () => Math.max(shortestPollMs, (await nextSyncAt()) - now()));
  const feed = createChangeFeed(randomUUID(), (subscribers) => {
    if (subscribers > 0) poller.start();
    else poller.stop();
  });
  let findings = options.findings ?? assumedFindings;
  let state: SyncState | null = null;
  let lastSyncAt: number | null = null;
  let ready: Promise<Upstream> | undefined;

  /** What an earlier process left is read at the first need; a store that fails then is asked again. */
  function open(): Promise<Upstream> {
    ready ??= restore().catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  }

  async function restore(): Promise<Upstream> {
    const { maxStalenessMs } = freshness;
    findings = options.findings ?? (await archive.loadFindings()) ?? assumedFindings;
    const { includeInactiveSpelling } = findings;
    const [upstream, saved] = await Promise.all([
      openUpstream({ ...options, archive, maxStalenessMs, includeInactiveSpelling }),
      archive.loadState(),
    ]);
    state = saved;
    lastSyncAt = saved?.asOf ?? null;
    return upstream;
  }

  async function sync(upstream: Upstream, purpose: Purpose, onCall: () => void): Promise<void> {
    const started = performance.now();
    try {
      const { kind, rows, changes } = await readList(upstream, purpose, onCall);
      options.onRefresh?.({ kind, rows, changes, durationMs: performance.now() - started });
    } catch (error) {
      options.onRefresh?.({ error, durationMs: performance.now() - started });
      throw error;
    }
  }

  async function readList(upstream: Upstream, purpose: Purpose, onCall: () => void) {
    lastSyncAt = now();
    const { state: next, changes } = await syncCustomers(state, {
      now,
      log,
      fullSyncEveryMs: freshness.maxStalenessMs === 0 ? 0 : freshness.fullSyncEveryMs,
      readList: (parameters, unlessDigest) => upstream.read({ purpose, parameters, onCall }, unlessDigest),
    });
    state = next;
    archive.saveState(next);
    if (changes.length > 0) feed.publish(changes);
    return { kind: next.lastKind, rows: next.snapshot.customers.length, changes: changes.length };
  }

  /** Asks for nothing but freshness; why it cannot be had is remembered, and shown to those who query. */
  async function poll(): Promise<void> {
    await answer([], {}).catch(() => {});
  }

  /** When the next sync may begin at the earliest, if somebody asks. */
  async function nextSyncAt(): Promise<number> {
    const upstream = await open();
    const spaced = (lastSyncAt ?? 0) + spacingOf(upstream.quota(), now());
    const notBefore = [upstream.blocked()?.until, lastSyncAt === null ? undefined : spaced];
    const promised = state ? state.asOf + freshness.maxStalenessMs : now();
    return Math.max(promised, ...notBefore.filter((time) => time !== undefined));
  }

  const isUsable = (asOf: number | undefined) => ageOf(asOf, now()) <= freshness.staleIfErrorMs;

  /** @throws {KometError} where the call fails and there is nothing to answer from */
  async function makeSync(
    upstream: Upstream,
    call: PlannedCall & { kind: 'sync' },
    notBefore: number,
    trip: Trip,
  ) {
    const onCall = call.wait ? trip.onCall : () => {};
    const flown = syncs.run(notBefore, () => sync(upstream, call.purpose, onCall));
    const landed = flown.then(() => {
      trip.reached ||= call.wait;
    });
    if (!call.wait) landed.catch(() => {});
    else if (isUsable(state?.asOf)) await patiently(landed);
    else await landed;
  }

  /** @throws {KometError} where the call fails and there is no snapshot to answer from instead */
  async function makeDirect(
    upstream: Upstream,
    call: PlannedCall & { kind: 'direct' },
    notBefore: number,
    trip: Trip,
  ) {
    try {
      const flown = await upstream.readShared({ ...call, ...trip }, notBefore);
      trip.reached = true;
      trip.direct = {
        snapshot: await createSnapshot(flown.result.customers, 'direct'),
        asOf: flown.startedAt,
      };
    } catch (error) {
      if (!isUsable(state?.asOf)) throw error;
    }
  }

  async function makeMembership(
    upstream: Upstream,
    call: PlannedCall & { kind: 'membership' },
    notBefore: number,
    trip: Trip,
  ) {
    try {
      const flown = await upstream.readShared({ ...call, ...trip }, notBefore);
      trip.reached = true;
      memberships.remember(call.key, flown.result.customers, flown.startedAt);
    } catch (error) {
      if (memberships.rememberRefusal(call.key, error, now())) return;
      if (!isUsable(memberships.asOf(call.key))) trip.failures.set(call.key, error as Error);
    }
  }

  async function make(
    upstream: Upstream,
    { calls, failures }: Plan,
    notBefore: number,
    signal: AbortSignal | undefined,
  ): Promise<Trip> {
    const onCall = () => {
      trip.calls += 1;
    };
    const trip: Trip = {
      calls: 0,
      onCall,
      signal,
      reached: false,
      direct: null,
      failures: new Map(failures),
    };
    const makeOne = async (call: PlannedCall) => {
      if (call.kind === 'sync') await makeSync(upstream, call, notBefore, trip);
      else if (call.kind === 'direct') await makeDirect(upstream, call, notBefore, trip);
      else await makeMembership(upstream, call, notBefore, trip);
    };
    await unlessAborted(Promise.all(calls.map(makeOne)), signal);
    return trip;
  }

  const keysOf = (query: CustomerQuery) =>
    membershipCalls(query, findings.nameFiltersGoUpstream).map(([key]) => key);

  const isLocal = (query: CustomerQuery) => keysOf(query).length === 0;

  /** Why a query cannot be answered although the snapshot is there: Komet did not say who belongs to it. */
  function failureOf(query: CustomerQuery, trip: Trip): Error | null {
    for (const key of keysOf(query)) {
      const failure = trip.failures.get(key) ?? memberships.refusal(key);
      if (failure) return failure;
    }
    return null;
  }

  async function answer(queries: readonly CustomerQuery[], demand: Demand): Promise<Answered> {
    const upstream = await open();
    const promiseMs = Math.min(freshness.maxStalenessMs, demand.maxAgeMs ?? Number.POSITIVE_INFINITY);
    const plan = planCalls({
      queries,
      now: now(),
      freshness,
      demand,
      asOf: state?.asOf ?? null,
      membershipAsOf: memberships.asOf,
      listCostMs: state?.costMs ?? null,
      quota: upstream.quota(),
      lastSyncAt,
      isSyncing: !syncs.isIdle(),
      callsUnderWay: upstream.underWay(),
      blocked: upstream.blocked(),
      nameFiltersGoUpstream: findings.nameFiltersGoUpstream,
    });
    if (plan.refusal) throw plan.refusal;
    const signal = plan.calls.some(isWaitedFor) ? demand.signal?.() : undefined;
    const trip = await make(upstream, plan, now() - promiseMs, signal);
    const view = trip.direct ?? state;
    if (!view) throw new TypeError('a plan without a snapshot made no call');
    const pending = queries.map(
      (query) => failureOf(query, trip) ?? answerQuery(view.snapshot, query, memberships.idsOf),
    );
    const membershipDates = queries.flatMap(keysOf).map((key) => memberships.asOf(key) ?? view.asOf);
    const asOf = Math.min(view.asOf, ...membershipDates);
    const source = trip.reached ? 'upstream' : ageOf(asOf, now()) > promiseMs ? 'stale' : 'snapshot';
    const answers = await Promise.all(pending);
    return {
      answers,
      upstreamCalls: trip.calls,
      source,
      asOf,
      plan: [plan.reason, ...plan.calls.map(describe)],
    };
  }

  return {
    answer,
    async status() {
      const upstream = await open();
      return {
        quota: upstream.quota(),
        rows: state?.snapshot.customers.length ?? null,
        version: state?.snapshot.version ?? null,
        asOf: state?.asOf ?? null,
        lastSync: state?.lastKind ?? null,
        nextSyncAt: state && (await nextSyncAt()),
        capabilities: state?.capabilities ?? null,
        lastFailure: upstream.lastFailure(),
      };
    },
    fresh() {
      if (!state || ageOf(state.asOf, now()) >= refreshAfterMs(freshness, state.costMs)) return null;
      return { snapshot: state.snapshot, asOf: state.asOf, isLocal };
    },
    rows: () => state?.snapshot.customers.length ?? 0,
    changes: feed.subscribe,
    endSubscriptions: feed.close,
    async close() {
      feed.close();
      await syncs.settle();
      await archive.settle();
    },
  };
}

const isWaitedFor = (call: PlannedCall) => call.kind !== 'sync' || call.wait;

/** Waits no longer than the caller does; a sync goes on all the same, since the snapshot wants it too. */
async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return work;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}

/** Waits for something newer for a while; what fails or takes too long is done without. */
async function patiently(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([work.catch(() => {}), enough]);
  clearTimeout(timer);
}

function describe(call: PlannedCall): string {
  switch (call.kind) {
    case 'sync':
      return call.wait ? 'sync' : 'sync in the background';
    case 'direct':
      return `customer.list by ${Object.keys(call.parameters).filter((name) => name !== 'includeInactive')}`;
    case 'membership':
      return `customer.list by ${call.key.split('=')[0]}`;
  }
}
