import type { CustomerListParameters } from '../komet/client.ts';
import type { KometError } from '../komet/errors.ts';
import { createQuotaError, type Purpose, type QuotaView } from '../komet/quota.ts';
import { ageOf } from './age.ts';
import type { CustomerFilter } from './filter.ts';
import { membershipKey } from './memberships.ts';
import type { CustomerQuery } from './query.ts';

/** The promise of freshness, in ms. */
export type Freshness = {
  /** How old an answer may be before the list is read again; 0 means always live. */
  readonly maxStalenessMs: number;
  /** How old it may be while Komet cannot be read. */
  readonly staleIfErrorMs: number;
};

/** What one request asks for beyond the promise. */
export type Demand = {
  /** `cache-control: max-age` and `no-cache` (0), in ms. */
  readonly maxAgeMs?: number;
  /** Makes a signal that aborts when the caller has left or its time is up; asked for only where that matters. */
  readonly signal?: () => AbortSignal;
};

/** All that a plan depends on. Times are in ms since 1970. */
export type PlanInput = {
  readonly queries: readonly CustomerQuery[];
  readonly now: number;
  readonly freshness: Freshness;
  readonly demand: Demand;
  /** When the newest snapshot's reading began; `null` where there is none. */
  readonly asOf: number | null;
  /** When a membership was read; `undefined` where it was not, see `membershipKey`. */
  readonly membershipAsOf: (key: string) => number | undefined;
  /** How long (ms) reading the list takes, as last measured; `null` before the first time. */
  readonly listCostMs: number | null;
  readonly quota: QuotaView;
  /** When the last sync began, whatever came of it. */
  readonly lastSyncAt: number | null;
  /** Whether a sync is under way. */
  readonly isSyncing: boolean;
  /** Direct and membership calls under way. */
  readonly callsUnderWay: number;
  /** Why Komet must not be called for now, and until when. */
  readonly blocked: { readonly until: number; readonly error: KometError } | null;
  /** Whether Komet's LIKE was found to differ from ours, so that name filters must go to it. */
  readonly nameFiltersGoUpstream: boolean;
};

export type PlannedCall =
  /** Read the list (or what changed of it) into a new snapshot; `wait`: the answer needs it. */
  | { readonly kind: 'sync'; readonly wait: boolean; readonly purpose: Purpose }
  /** Ask Komet for just what the batch wants and answer from that. */
  | { readonly kind: 'direct'; readonly parameters: CustomerListParameters; readonly purpose: Purpose }
  /** Ask Komet which customers belong to a location or match a name. */
  | {
      readonly kind: 'membership';
      readonly key: string;
      readonly parameters: CustomerListParameters;
      readonly purpose: Purpose;
    };

export type Plan = {
  readonly calls: readonly PlannedCall[];
  /** Where the batch cannot be answered at all. */
  readonly refusal: KometError | null;
  /** Memberships that Komet cannot be asked for now: they fail the queries that need them, and no other. */
  readonly failures: ReadonlyMap<string, KometError>;
  /** In a few words, for `x-komet-explain`. */
  readonly reason: string;
};

/** From how long (ms) a list takes to read on, a single key is asked for directly. */
export const slowListMs = 1_000;

/** With so many calls under way, one list is the shorter way to all further keys. */
const mostCallsUnderWay = 8;

/**
 * The fewest calls to Komet that answer a batch of queries within the promise, as a pure function.
 *
 * Warm: none. About to be stale: a sync in the background. Stale or cold: one sync that everybody waits for,
 * free of charge where it is under way; or one direct call where a single key is asked for and the list must be
 * live, or is slow: then one such call a sync, which goes on beside it. Komet blocked or the quota spent: what
 * there is, up to `staleIfErrorMs`; a refusal only where there is nothing.
 */
export function planCalls(input: PlanInput): Plan {
  const list = planList(input);
  if (list.refusal) return list;
  const memberships = planMemberships(input, list.calls.length);
  return { ...list, ...memberships, calls: [...list.calls, ...memberships.calls] };
}

function planList(input: PlanInput): Plan {
  const { now, asOf, freshness, blocked, quota } = input;
  const promise = promisedAge(input);
  const age = ageOf(asOf, now);
  if (age <= promise && promise > 0) {
    return isDue(input, age) && !blocked
      ? plan([{ kind: 'sync', wait: false, purpose: 'refresh' }], 'fresh; refreshing in the background')
      : plan([], 'fresh');
  }
  const usable = age <= freshness.staleIfErrorMs;
  if (blocked) return usable ? plan([], `stale: ${blocked.error.code}`) : refuse(blocked.error);
  const purpose = purposeOf(input, age);
  if (input.isSyncing && ageOf(input.lastSyncAt, now) <= promise) {
    return plan([{ kind: 'sync', wait: true, purpose }], 'waiting for the refresh under way');
  }
  if (usable && !isAffordable(input, purpose)) return plan([], 'stale: sparing the quota');
  if (quota.used >= quota.limit) return refuse(createQuotaError(quota));
  const direct = planDirect(input, purpose);
  if (direct) return direct;
  return plan(
    [{ kind: 'sync', wait: true, purpose }],
    asOf === null ? 'cold: reading the list' : 'refreshing',
  );
}

/** One key asked for directly, where the list must be live, or is slow and can follow beside the answer. */
function planDirect(input: PlanInput, purpose: Purpose): Plan | undefined {
  const { freshness, quota } = input;
  const single = singleKey(input.queries);
  if (!single) return undefined;
  const parameters = { ...single, includeInactive: true };
  const direct = { kind: 'direct', parameters, purpose: 'interactive' } as const;
  if (freshness.maxStalenessMs === 0) {
    const isCrowded = input.callsUnderWay >= mostCallsUnderWay;
    return isCrowded ? undefined : plan([direct], 'one key, asked for directly');
  }
  const isSlow = (input.listCostMs ?? 0) >= slowListMs && !('name' in single);
  const isAllowed = !input.isSyncing && quota.interactiveLeft > 0 && quota.limit - quota.used > 1;
  const sync = { kind: 'sync', wait: false, purpose } as const;
  return isSlow && isAllowed
    ? plan([direct, sync], 'one key, asked for directly; the list is slow')
    : undefined;
}

/** A caller who insists on less than the promise spends from the reserve, once refreshes have had their share. */
function purposeOf(input: PlanInput, age: number): Purpose {
  const { maxStalenessMs } = input.freshness;
  if (maxStalenessMs === 0) return 'interactive';
  const insists = (input.demand.maxAgeMs ?? Number.POSITIVE_INFINITY) < maxStalenessMs;
  const isOverdue = age > maxStalenessMs && isAffordable(input, 'refresh');
  return insists && !isOverdue ? 'interactive' : 'refresh';
}

/** A location's and an upstream name's members, where they are not known or too old; `planned` calls go before. */
function planMemberships(input: PlanInput, planned: number): Pick<Plan, 'calls' | 'failures'> {
  const { now, blocked, freshness, quota } = input;
  const promise = promisedAge(input);
  const calls: PlannedCall[] = [];
  const failures = new Map<string, KometError>();
  for (const [key, parameters] of membershipsOf(input)) {
    const age = ageOf(input.membershipAsOf(key), now);
    if (age <= promise && promise > 0) continue;
    const usable = age <= freshness.staleIfErrorMs;
    const left = (usable ? quota.interactiveLeft : quota.limit - quota.used) - planned - calls.length;
    if (!blocked && left > 0) calls.push({ kind: 'membership', key, parameters, purpose: 'interactive' });
    else if (!usable) failures.set(key, blocked?.error ?? createQuotaError(quota));
  }
  return { calls, failures };
}

/** The age up to which an answer needs no call. */
function promisedAge({ freshness, demand }: PlanInput): number {
  return Math.min(freshness.maxStalenessMs, demand.maxAgeMs ?? Number.POSITIVE_INFINITY);
}

/** Whether the next sync should begin, and the quota allows it. */
function isDue(input: PlanInput, age: number): boolean {
  return age >= refreshAfterMs(input.freshness, input.listCostMs) && isAffordable(input, 'refresh');
}

/** The age (ms) at which a refresh begins: late enough to use the promise up, early enough to be done in time. */
export function refreshAfterMs({ maxStalenessMs }: Freshness, listCostMs: number | null): number {
  return maxStalenessMs - Math.min(maxStalenessMs / 2, Math.max(2 * (listCostMs ?? 0), maxStalenessMs / 100));
}

/** Refreshes are spread over what is left of the day; interactive calls may use what those leave. */
function isAffordable({ quota, now, lastSyncAt }: PlanInput, purpose: Purpose): boolean {
  if (purpose === 'interactive') return quota.interactiveLeft > 0;
  if (quota.refreshLeft <= 0) return false;
  if (lastSyncAt === null) return true;
  return ageOf(lastSyncAt, now) >= spacingOf(quota, now);
}

/** The least time (ms) between two refreshes that lets the day end within its quota. */
export function spacingOf(quota: QuotaView, now: number): number {
  return quota.refreshLeft > 0 ? (quota.resetsAt - now) / quota.refreshLeft : quota.resetsAt - now;
}

/** The one id, code or name that the whole batch is about, if it is about one only. */
function singleKey(queries: readonly CustomerQuery[]): CustomerListParameters | undefined {
  const keys = new Map<string, CustomerListParameters>();
  for (const query of queries) {
    const parameters = query.by === 'filter' ? keysOfFilter(query.filter) : keysOf(query);
    if (parameters.length === 0) return undefined;
    for (const each of parameters) keys.set(JSON.stringify(each), each);
    if (keys.size > 1) return undefined;
  }
  const [only] = keys.values();
  return only;
}

function keysOf(query: Exclude<CustomerQuery, { by: 'filter' }>): CustomerListParameters[] {
  return query.by === 'id' ? query.ids.map((id) => ({ id })) : query.codes.map((code) => ({ code }));
}

/**
 * Any one of these bounds the rows that the filter can match, so the rest of it is applied locally. A name with
 * an escaped wildcard does not: Komet's LIKE has no escape.
 */
function keysOfFilter({ id, ids, code, codes, name }: CustomerFilter): CustomerListParameters[] {
  if (id !== undefined) return [{ id }];
  if (code !== undefined) return [{ code }];
  if (ids) return ids.map((each) => ({ id: each }));
  if (codes) return codes.map((each) => ({ code: each }));
  return name === undefined || name.includes('\\') ? [] : [{ name }];
}

function membershipsOf({ queries, nameFiltersGoUpstream }: PlanInput) {
  return new Map(queries.flatMap((query) => membershipCalls(query, nameFiltersGoUpstream)));
}

/** The memberships that a query needs, by key, each with the parameters that bring it. */
export function membershipCalls(
  query: CustomerQuery,
  nameFiltersGoUpstream: boolean,
): [key: string, parameters: CustomerListParameters][] {
  if (query.by !== 'filter') return [];
  const { locationId, name } = query.filter;
  const calls: [string, CustomerListParameters][] = [];
  if (locationId !== undefined) {
    calls.push([membershipKey('locationId', locationId), { locationId, includeInactive: true }]);
  }
  if (name !== undefined && nameFiltersGoUpstream) {
    calls.push([membershipKey('name', name), { name, includeInactive: true }]);
  }
  return calls;
}

const plan = (calls: readonly PlannedCall[], reason: string, refusal: KometError | null = null): Plan => ({
  calls,
  refusal,
  failures: new Map(),
  reason,
});
const refuse = (error: KometError): Plan => plan([], `refused: ${error.code}`, error);
