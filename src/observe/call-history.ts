import { KometError } from '../komet/errors.ts';
import type { ExchangeEnd } from '../komet/transport.ts';

/** Calls that one hour saw. */
export type HourOfCalls = {
  /** When it began, in ms since 1970. */
  readonly startsAt: number;
  /** `null` before the gateway ran. */
  readonly calls: number | null;
  readonly failed: number;
};

/** The same failure, as often as it came without another between. Times in ms since 1970. */
export type PastFailure = {
  readonly code: string;
  /** Komet's own words, redacted, or ours. */
  readonly message: string;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly times: number;
};

/** What became of one token's calls since the gateway began, within bounds. */
export type CallHistory = {
  sent(): void;
  ended(end: ExchangeEnd): void;
  /** The last 24 hours, the oldest first. */
  hours(): readonly HourOfCalls[];
  /** The last failures, the newest first. */
  failures(): readonly PastFailure[];
};

const hourMs = 3_600_000;
const hoursKept = 24;
const failuresKept = 8;

export function createCallHistory(now: () => number): CallHistory {
  const beganAt = now();
  const counts = new Map<number, { calls: number; failed: number }>();
  let failures: readonly PastFailure[] = [];

  const hourOf = (time: number) => Math.floor(time / hourMs);

  function thisHour() {
    const hour = hourOf(now());
    const count = counts.get(hour) ?? { calls: 0, failed: 0 };
    counts.set(hour, count);
    for (const old of counts.keys()) if (old <= hour - hoursKept) counts.delete(old);
    return count;
  }

  return {
    sent() {
      thisHour().calls += 1;
    },
    ended({ error }) {
      // Whatever else ends a call is a caller who left.
      if (!(error instanceof KometError)) return;
      thisHour().failed += 1;
      const { code, kometMessage, message } = error;
      const failure = { code, message: kometMessage ?? message, lastAt: now() };
      const [last, ...older] = failures;
      failures =
        last?.code === failure.code && last.message === failure.message
          ? [{ ...last, ...failure, times: last.times + 1 }, ...older]
          : [{ ...failure, firstAt: failure.lastAt, times: 1 }, ...failures].slice(0, failuresKept);
    },
    hours() {
      const newest = hourOf(now());
      return Array.from({ length: hoursKept }, (_, index) => {
        const hour = newest - hoursKept + 1 + index;
        const none = hour < hourOf(beganAt) ? null : 0;
        return { startsAt: hour * hourMs, calls: none, failed: 0, ...counts.get(hour) };
      });
    },
    failures: () => failures,
  };
}
