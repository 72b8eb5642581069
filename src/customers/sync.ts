import { randomBytes } from 'node:crypto';
import type { CustomerList, CustomerListParameters } from '../komet/client.ts';
import type { Customer } from '../komet/customer.ts';
import { KometError, type KometErrorCode } from '../komet/errors.ts';
import { dayOf } from '../komet/quota.ts';
import { ageOf } from './age.ts';
import { type CustomerChange, findRemovals, findUpserts } from './changes.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';

export type SyncKind = 'FULL' | 'DELTA';

/** What the endpoint has shown of itself; komet-api.md 1.1 leaves both open. */
export type Capabilities = {
  /** Whether `updateAsOf` narrows the list. */
  readonly updateAsOf: 'UNKNOWN' | 'HONOURED' | 'IGNORED';
  /** Whether `includeInactive` was seen to bring inactive customers. */
  readonly includeInactive: 'UNKNOWN' | 'HONOURED';
};

/** What is known of one token's list; replaced whole by each sync. Times in ms since 1970. */
export type SyncState = {
  readonly snapshot: Snapshot;
  /** When the newest reading began: no row is older than this. */
  readonly asOf: number;
  /** When the last reading of the whole list began. */
  readonly fullAt: number;
  readonly lastKind: SyncKind;
  /** Of the body of a full list that is the same as the snapshot; `null` once a delta has changed it. */
  readonly digest: string | null;
  readonly capabilities: Capabilities;
  /** How long (ms) the last reading took. */
  readonly costMs: number;
};

/** The last failure, for people: no secrets. `at` in ms since 1970. */
export type SyncFailure = { readonly code: KometErrorCode; readonly message: string; readonly at: number };

/** What a sync brought. */
export type SyncOutcome = { readonly state: SyncState; readonly changes: readonly CustomerChange[] };

/** How a sync ended, for those who watch. */
export type Refresh =
  | { readonly kind: SyncKind; readonly rows: number; readonly changes: number; readonly durationMs: number }
  | { readonly error: unknown; readonly durationMs: number };

/** Sends one call, counted; `unlessDigest` spares parsing a body that is known. */
export type ReadList = (
  parameters: CustomerListParameters,
  unlessDigest?: string,
) => Promise<CustomerList | 'unchanged'>;

export type SyncOptions = {
  readonly now: () => number;
  readonly fullSyncEveryMs: number;
  readonly readList: ReadList;
  readonly log: (event: string, facts: Record<string, unknown>) => void;
};

/**
 * Brings a snapshot up to date with one call: what changed since the last time where the endpoint is known to
 * tell, else the whole list. A second call is made only when the first cannot be believed.
 *
 * @throws {KometError} as the call does; the old state stays good
 */
export async function syncCustomers(previous: SyncState | null, options: SyncOptions): Promise<SyncOutcome> {
  if (!previous || !canAskForChanges(previous, options)) return readWhole(previous, options);
  return (await readChanges(previous, options)) ?? readWhole(withoutDelta(previous), options);
}

/**
 * A delta can be trusted once the endpoint dates its rows and has shown inactive ones: without the first its
 * answer cannot be checked, without the second a deactivation would look like no change.
 */
function canAskForChanges(previous: SyncState, { now, fullSyncEveryMs }: SyncOptions): boolean {
  const { updateAsOf, includeInactive } = previous.capabilities;
  return (
    updateAsOf !== 'IGNORED' &&
    includeInactive === 'HONOURED' &&
    ageOf(previous.fullAt, now()) < fullSyncEveryMs &&
    previous.snapshot.customers.length > 0 &&
    previous.snapshot.customers.every(({ updatedOn }) => updatedOn !== null)
  );
}

const withoutDelta = (state: SyncState): SyncState => ({
  ...state,
  capabilities: { ...state.capabilities, updateAsOf: 'IGNORED' },
});

/** `null` where the answer shows that `updateAsOf` was ignored. */
async function readChanges(previous: SyncState, options: SyncOptions): Promise<SyncOutcome | null> {
  const startedAt = options.now();
  const updateAsOf = dayToAskFrom(previous);
  const list = await options.readList({ includeInactive: true, updateAsOf }).catch(refusedAsIgnored);
  if (!list) return null;
  if (list === 'unchanged') throw new TypeError('a delta was compared with a digest');
  if (list.customers.some((customer) => isOlder(customer, updateAsOf))) {
    options.log('updateAsOf is ignored by this endpoint; the whole list is read each time', {});
    return null;
  }
  const { snapshot } = previous;
  const changes = findUpserts(snapshot, list.customers);
  const rows = new Map(snapshot.byId);
  for (const { customer } of changes) rows.set(customer.id, customer);
  const next =
    changes.length === 0 ? snapshot : await createSnapshot([...rows.values()], versionOf(startedAt));
  const state: SyncState = {
    ...previous,
    snapshot: next,
    asOf: startedAt,
    lastKind: 'DELTA',
    digest: changes.length === 0 ? previous.digest : null,
    capabilities: { ...previous.capabilities, updateAsOf: 'HONOURED' },
    costMs: list.durationMs,
  };
  return { state, changes };
}

/** An endpoint that refuses the parameter is asked without it. */
function refusedAsIgnored(error: unknown): null {
  if (error instanceof KometError && error.code === 'KOMET_REJECTED') return null;
  throw error;
}

async function readWhole(previous: SyncState | null, options: SyncOptions): Promise<SyncOutcome> {
  const startedAt = options.now();
  const list = await options.readList({ includeInactive: true }, previous?.digest ?? undefined);
  if (list === 'unchanged') return { state: stillGood(previous as SyncState, startedAt), changes: [] };
  if (previous && isSuspiciouslyShort(list.customers, previous.snapshot)) {
    const { length } = list.customers;
    options.log('the list came back suspiciously short; reading it again', {
      rows: length,
      before: previous.snapshot.customers.length,
    });
    const confirmedAt = options.now();
    const again = await options.readList({ includeInactive: true }, list.digest);
    if (again !== 'unchanged') return replace(previous, again, confirmedAt);
  }
  return replace(previous, list, startedAt);
}

async function replace(
  previous: SyncState | null,
  list: CustomerList,
  startedAt: number,
): Promise<SyncOutcome> {
  const { customers } = list;
  const old = previous?.snapshot;
  const changes = old ? [...findUpserts(old, customers), ...findRemovals(old, customers)] : [];
  const snapshot = old && changes.length === 0 ? old : await createSnapshot(customers, versionOf(startedAt));
  const state: SyncState = {
    snapshot,
    asOf: startedAt,
    fullAt: startedAt,
    lastKind: 'FULL',
    digest: list.digest,
    capabilities: {
      updateAsOf: customers.some(({ updatedOn }) => updatedOn === null)
        ? 'IGNORED'
        : (previous?.capabilities.updateAsOf ?? 'UNKNOWN'),
      includeInactive: customers.some(({ active }) => !active)
        ? 'HONOURED'
        : (previous?.capabilities.includeInactive ?? 'UNKNOWN'),
    },
    costMs: list.durationMs,
  };
  return { state, changes };
}

const stillGood = (state: SyncState, startedAt: number): SyncState => ({
  ...state,
  asOf: startedAt,
  fullAt: startedAt,
  lastKind: 'FULL',
});

/** Nothing, or under half of what was there. */
function isSuspiciouslyShort(customers: readonly Customer[], snapshot: Snapshot): boolean {
  return customers.length < snapshot.customers.length / 2;
}

const dayMs = 86_400_000;

/**
 * The day that a delta asks from. `updateAsOf` counts whole days of an unstated zone (komet-api.md 1.1, 1.2),
 * so it begins three days before the last reading by our clock, or before the newest date in the list by Komet's
 * own where that is earlier: this one holds however wrong either clock is, as nothing is ever dated before what
 * was dated already. Zones explain 26 hours at most, a day that is not counted itself 24 more. Asking for too
 * much costs rows, never calls.
 */
function dayToAskFrom({ asOf, snapshot }: SyncState): string {
  let newest = '';
  for (const { updatedOn } of snapshot.customers) if (updatedOn && updatedOn > newest) newest = updatedOn;
  return dayOf(Math.min(asOf, Date.parse(newest)) - 3 * dayMs);
}

/** Dated so long before the day asked for that no time zone explains it, or not dated at all. */
function isOlder({ updatedOn }: Customer, updateAsOf: string): boolean {
  return updatedOn === null || Date.parse(updatedOn) < Date.parse(updateAsOf) - 2 * dayMs;
}

let versions = 0;

/** Containers all have the same process id. */
const run = randomBytes(4).toString('hex');

/** Different for each snapshot that any process makes. */
function versionOf(startedAt: number): string {
  versions += 1;
  return `${startedAt.toString(36)}-${run}-${versions.toString(36)}`;
}
