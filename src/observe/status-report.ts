import type { CustomersStatus } from '../customers/customers.ts';
import type { Capabilities, SyncKind } from '../customers/sync.ts';
import type { CallHistory, HourOfCalls, PastFailure } from './call-history.ts';

/**
 * How fresh answers are: `fresh` as promised; `resting` older than that, since nobody has asked; `stale` since
 * Komet cannot be read; `empty` before the first list.
 */
export type Freshness = 'fresh' | 'resting' | 'stale' | 'empty';

/** How one token's customers stand, for people. Times in ms since 1970. */
export type StatusReport = {
  readonly at: number;
  readonly gateway: {
    readonly version: string;
    readonly node: string;
    readonly graphql: string;
    readonly startedAt: number;
  };
  /** Where customers come from, without credentials. */
  readonly source: string;
  readonly freshness: Freshness;
  readonly snapshot: {
    readonly rows: number;
    readonly version: string;
    readonly asOf: number;
    readonly ageMs: number;
    readonly lastRead: SyncKind;
    /** When it is read again at the earliest, if somebody asks. */
    readonly nextReadAt: number | null;
  } | null;
  /** The promise: how old an answer may be before the list is read again. */
  readonly maxStalenessMs: number;
  readonly quota: {
    readonly limit: number;
    readonly used: number;
    readonly reserved: number;
    readonly left: number;
    readonly resetsAt: number;
    /** How much of the day is over, from 0 to 1. */
    readonly dayPassed: number;
  };
  readonly hours: readonly HourOfCalls[];
  readonly failures: readonly PastFailure[];
  readonly capabilities: Capabilities | null;
};

const dayMs = 86_400_000;

export function createStatusReport(options: {
  readonly status: CustomersStatus;
  readonly calls: CallHistory;
  readonly gateway: StatusReport['gateway'];
  readonly source: string;
  readonly maxStalenessMs: number;
  readonly now: number;
}): StatusReport {
  const { status, calls, now, maxStalenessMs, gateway, source } = options;
  const { quota, rows, version, asOf, lastSync, nextSyncAt, capabilities } = status;
  const { limit, used, reserved, resetsAt } = quota;
  return {
    at: now,
    gateway,
    source,
    freshness: freshnessOf(status, maxStalenessMs, now),
    snapshot:
      asOf === null || rows === null || version === null || lastSync === null
        ? null
        : { rows, version, asOf, ageMs: Math.max(0, now - asOf), lastRead: lastSync, nextReadAt: nextSyncAt },
    maxStalenessMs,
    quota: { limit, used, reserved, left: limit - used, resetsAt, dayPassed: 1 - (resetsAt - now) / dayMs },
    hours: calls.hours(),
    failures: calls.failures(),
    capabilities,
  };
}

function freshnessOf({ asOf, lastFailure }: CustomersStatus, maxStalenessMs: number, now: number): Freshness {
  const hasFailedSince = lastFailure !== null && lastFailure.at > (asOf ?? 0);
  if (asOf === null) return hasFailedSince ? 'stale' : 'empty';
  if (now - asOf <= maxStalenessMs) return 'fresh';
  return hasFailedSince ? 'stale' : 'resting';
}

/** The same for programs: times as in JSON APIs, durations in seconds. */
export function toJson(report: StatusReport): object {
  const { snapshot, quota, maxStalenessMs, gateway, at } = report;
  return {
    ...report,
    at: iso(at),
    gateway: { ...gateway, startedAt: iso(gateway.startedAt) },
    snapshot: snapshot && {
      rows: snapshot.rows,
      version: snapshot.version,
      asOf: iso(snapshot.asOf),
      ageSeconds: snapshot.ageMs / 1000,
      lastRead: snapshot.lastRead,
      nextReadAt: snapshot.nextReadAt === null ? null : iso(snapshot.nextReadAt),
    },
    maxStalenessMs: undefined,
    maxStalenessSeconds: maxStalenessMs / 1000,
    quota: { ...quota, resetsAt: iso(quota.resetsAt) },
    hours: report.hours.map((hour) => ({ ...hour, startsAt: iso(hour.startsAt) })),
    failures: report.failures.map((failure) => ({
      ...failure,
      firstAt: iso(failure.firstAt),
      lastAt: iso(failure.lastAt),
    })),
  };
}

const iso = (time: number) => new Date(time).toISOString();
