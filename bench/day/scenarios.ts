import { dayMs, hourMs } from './traffic.ts';

/** One way in which a day can go. Times in ms from the day's beginning. */
export type Scenario = {
  readonly name: string;
  readonly title: string;
  readonly dailyQuota: number;
  readonly outage?: { readonly from: number; readonly to: number };
  readonly restartEveryMs?: number;
  /** The most calls that the day may cost. */
  readonly mostCalls: number;
  /** How old (ms) an answer at this time may be, and no older. */
  readonly oldestAt: (time: number) => number;
};

const minuteMs = 60_000;
export const promiseMs = 5 * minuteMs;
const outage = { from: 10 * hourMs, to: 12 * hourMs };
/** A tenth of a quota is kept for callers who insist; the rest is spread over the day. */
const spacingOf = (quota: number) => dayMs / (0.9 * quota);

const plain = { dailyQuota: 1_000, mostCalls: 300, oldestAt: () => promiseMs };

export const scenarios: readonly Scenario[] = [
  { ...plain, name: 'plain', title: 'A working day' },
  {
    ...plain,
    name: 'outage',
    title: 'Komet is down from 10:00 to 12:00',
    outage,
    mostCalls: 450,
    // As old as the outage makes it, until the first try after its end: two spaced refreshes later at most.
    oldestAt: (time) => {
      const isBehind = time >= outage.from && time <= outage.to + 2 * spacingOf(plain.dailyQuota);
      return promiseMs + (isBehind ? time - outage.from : 0);
    },
  },
  {
    ...plain,
    name: 'quota-100',
    title: 'A quota of 100 calls',
    dailyQuota: 100,
    mostCalls: 100,
    oldestAt: () => spacingOf(100) * 1.01,
  },
  { ...plain, name: 'hourly-restart', title: 'A restart every hour', restartEveryMs: hourMs },
];
