import { randomUUID } from 'node:crypto';
import type { KometClient } from '../komet/client.ts';
import type { QuotaView } from '../komet/quota.ts';
import type { Store } from '../store/store.ts';
import { ageOf } from './age.ts';
import { createArchive } from './archive.ts';
import { createChangeFeed, type FeedItem } from './change-feed.ts';
import type { CustomerChange } from './changes.ts';
import { assumedFindings, type Findings } from './findings.ts';
import { createList } from './list.ts';
import { createMemberships } from './memberships.ts';
import {
  type Demand,
  type Freshness,
  membershipCalls,
  type PlannedCall,
  planCalls,
  refreshAfterMs,
  spacingOf,
} from './plan.ts';
import { createPoller } from './poller.ts';
import { answerQuery, type CustomerAnswer, type CustomerQuery } from './query.ts';
import type { Capabilities, Refresh, SyncFailure, SyncKind } from './sync.ts';
import { createTrips, type Trip, type View } from './trip.ts';
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
  /** Told before what the token has brought is saved, where that has customers. */
  readonly onProven?: (() => Promise<void>) | undefined;
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

export function createCustomers(options: CustomersOptions): Customers {
  const { freshness, now, store } = options;
  const archive = createArchive(options);
  const memberships = createMemberships();
  const poller = createPoller(poll, async () => Math.max(shortestPollMs, (await nextSyncAt()) - now()));
  const feed = createChangeFeed(randomUUID(), (subscribers) => {
    if (subscribers > 0) poller.start();
    else poller.stop();
  });
  const list = createList({
    ...options,
    archive,
    publish: feed.publish,
    onRefresh: options.onRefresh,
    onProven: options.onProven,
  });
  const isUsable = (asOf: number | undefined) => ageOf(asOf, now()) <= freshness.staleIfErrorMs;
  const makeCalls = createTrips({
    sync: list.sync,
    memberships,
    asOf: () => list.state()?.asOf,
    isUsable,
    now,
  });
  let findings = options.findings ?? assumedFindings;
  let ready: Promise<Upstream> | undefined;
  let unwatch: (() => void) | undefined;

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
    const opening = Promise.withResolvers<Upstream>();
    // First, so that nothing is missed between reading and listening.
    unwatch ??= await store.fleet?.watch(options.name, (news) => {
      list.hear(news);
      if (news.kind === 'missed' || (news.kind === 'written' && archive.isFindings(news.name)))
        learnFindings();
      opening.promise.then((upstream) => upstream.hear(news)).catch(() => {});
    });
    findings = options.findings ?? (await archive.loadFindings()) ?? assumedFindings;
    const includeInactiveSpelling = () => findings.includeInactiveSpelling;
    opening.resolve(openUpstream({ ...options, archive, maxStalenessMs, includeInactiveSpelling }));
    const [upstream] = await Promise.all([opening.promise, list.restore()]);
    // What is in the store is there because the token was good.
    if (list.state()?.snapshot.customers.length) await options.onProven?.();
    return upstream;
  }

  function learnFindings() {
    if (options.findings) return;
    archive.loadFindings().then(
      (found) => {
        findings = found ?? findings;
      },
      () => {},
    );
  }

  /** Asks for nothing but freshness; why it cannot be had is remembered, and shown to those who query. */
  async function poll(): Promise<void> {
    await answer([], {}).catch(() => {});
  }

  /** When the next sync may begin at the earliest, if somebody asks. */
  async function nextSyncAt(): Promise<number> {
    const upstream = await open();
    const state = list.state();
    const lastSyncAt = list.lastSyncAt();
    const spaced = (lastSyncAt ?? 0) + spacingOf(upstream.quota(), now());
    const notBefore = [upstream.blocked()?.until, lastSyncAt === null ? undefined : spaced];
    const promised = state ? state.asOf + freshness.maxStalenessMs : now();
    return Math.max(promised, ...notBefore.filter((time) => time !== undefined));
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
      asOf: list.state()?.asOf ?? null,
      membershipAsOf: memberships.asOf,
      listCostMs: list.state()?.costMs ?? null,
      quota: upstream.quota(),
      lastSyncAt: list.lastSyncAt(),
      isSyncing: list.isSyncing(),
      callsUnderWay: upstream.underWay(),
      blocked: upstream.blocked(),
      nameFiltersGoUpstream: findings.nameFiltersGoUpstream,
    });
    if (plan.refusal) throw plan.refusal;
    const signal = plan.calls.some(isWaitedFor) ? demand.signal?.() : undefined;
    const trip = await makeCalls(upstream, plan, now() - promiseMs, signal);
    const view = trip.direct ?? list.state();
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
      const state = list.state();
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
      const state = list.state();
      if (!state || ageOf(state.asOf, now()) >= refreshAfterMs(freshness, state.costMs)) return null;
      return { snapshot: state.snapshot, asOf: state.asOf, isLocal };
    },
    rows: () => list.state()?.snapshot.customers.length ?? 0,
    changes: feed.subscribe,
    endSubscriptions: feed.close,
    async close() {
      feed.close();
      unwatch?.();
      await list.settle();
      await archive.settle();
    },
  };
}

const isWaitedFor = (call: PlannedCall) => call.kind !== 'sync' || call.wait;

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
