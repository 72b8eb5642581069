import type { KometError } from '../komet/errors.ts';
import { endOfDay, type QuotaView } from '../komet/quota.ts';

/** Why Komet is not called for a while: the error that callers without data get, and until when (ms since 1970). */
export type Block = { readonly until: number; readonly error: KometError; readonly failures: number };

/** The block that holds, `null` where there is none, and since when (ms since 1970): of two the later one counts. */
export type Latch = { readonly at: number; readonly block: Block | null };

/** First and longest pause (ms) after failures in a row. */
type Pauses = { readonly first: number; readonly longest: number };

/** A token that Komet refuses stays refused: look again now and then, at most some 30 times a day. */
const ofToken: Pauses = { first: 60_000, longest: 3_600_000 };

/** An outage is looked at again every minute, or as rarely as lets the day's calls outlast it. */
function ofOutage({ limit, used, resetsAt }: QuotaView, now: number): Pauses {
  const spacing = (resetsAt - now) / Math.max(1, limit - used);
  return { first: 1_000, longest: Math.min(600_000, Math.max(60_000, spacing)) };
}

/**
 * The block that a failed call begins: until the day's end where the quota is spent, else a pause that doubles
 * with each failure in a row, and never shorter than Komet's own `Retry-After`.
 *
 * @param unfiltered whether the call asked for the whole list: then a refusal is about the token, not about
 *   what was asked. A refusal of a filtered call blocks nothing.
 */
export function blockAfter(
  error: KometError,
  previous: Block | null,
  unfiltered: boolean,
  quota: QuotaView,
  now: number,
): Block | null {
  const failures = (previous?.failures ?? 0) + 1;
  switch (error.code) {
    case 'KOMET_QUOTA_EXHAUSTED': {
      const soonest = now + pause(ofOutage(quota, now), failures);
      return { until: Math.max(error.retryAt ?? endOfDay(now), soonest), error, failures };
    }
    case 'KOMET_UNAUTHORIZED':
      return { until: now + pause(ofToken, failures), error, failures };
    case 'KOMET_REJECTED':
      return unfiltered ? { until: now + pause(ofToken, failures), error, failures } : previous;
    default:
      return {
        until: Math.max(now + pause(ofOutage(quota, now), failures), error.retryAt ?? 0),
        error,
        failures,
      };
  }
}

function pause({ first, longest }: Pauses, failures: number): number {
  return Math.min(longest, first * 2 ** (failures - 1));
}
