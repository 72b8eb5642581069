import type { Customer } from '../komet/customer.ts';
import { dayOf } from '../komet/quota.ts';
import { chooseProbe } from './elimination.ts';

/**
 * One way in which Komet may mean `updateAsOf` (komet-api.md 1.1): it lists what changed from `hours` after the
 * midnight that begins the day (in the clock that `updatedOn` is written in), or it looks at nothing.
 */
export type SinceReading =
  | { readonly kind: 'ignored' }
  | { readonly kind: 'inclusive' | 'exclusive'; readonly hours: number };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Where on earth a day can begin, in hours after UTC's midnight. */
const dayStarts = Array.from({ length: 27 }, (_, place) => place - 14);

export const sinceReadings: readonly SinceReading[] = [
  { kind: 'ignored' },
  ...dayStarts.map((hours): SinceReading => ({ kind: 'inclusive', hours })),
  ...dayStarts.map((hours): SinceReading => ({ kind: 'exclusive', hours: hours + 24 })),
];

/** What a row must not be older than, in ms since 1970. */
const cutOf = (reading: SinceReading, day: string) =>
  reading.kind === 'ignored' ? Number.NEGATIVE_INFINITY : Date.parse(day) + reading.hours * hourMs;

/** The day for `updateAsOf` that tells the most readings apart; one in the future where no row has a date. */
export function chooseDay(customers: readonly Customer[], now: number): string {
  const times = customers.flatMap(timeOf).sort((a, b) => a - b);
  const future = dayOf((times.at(-1) ?? now) + 3 * dayMs);
  const days = [...new Set(times.flatMap((time) => [dayOf(time - dayMs), dayOf(time)]))].toReversed();
  const day = chooseProbe({
    readings: sinceReadings,
    probes: [...days, future],
    predict: (reading, probe) => String(firstFrom(times, cutOf(reading, probe))),
    groupOf: ({ kind }) => kind,
    costOf: (probe) => times.length - firstFrom(times, Date.parse(probe)),
  });
  return day ?? future;
}

/** The readings under which Komet would have answered with exactly these rows; undated ones tell nothing. */
export function explainSince(
  day: string,
  answer: readonly Customer[],
  list: readonly Customer[],
): readonly SinceReading[] {
  const answered = new Set(answer.map(({ id }) => id));
  // A row that changed meanwhile counts as it was answered.
  const rows = [...answer, ...list.filter(({ id }) => !answered.has(id))];
  const dated = rows.flatMap((customer) => timeOf(customer).map((time) => ({ id: customer.id, time })));
  if (dated.length === 0)
    return sinceReadings.filter(({ kind }) => (kind === 'ignored') === answer.length > 0);
  return sinceReadings.filter((reading) => {
    const cut = cutOf(reading, day);
    return dated.every(({ id, time }) => time >= cut === answered.has(id));
  });
}

/** Rows that changed well after the day in any zone, and are not in the answer: a delta would miss them. */
export function countMissed(day: string, answer: readonly Customer[], list: readonly Customer[]): number {
  const answered = new Set(answer.map(({ id }) => id));
  const surely = Date.parse(day) + 2 * dayMs;
  return list.filter(
    (customer) => !answered.has(customer.id) && timeOf(customer).some((time) => time >= surely),
  ).length;
}

export function timeOf({ updatedOn }: Customer): readonly number[] {
  return updatedOn === null ? [] : [Date.parse(updatedOn)];
}

/** How many of the ascending times lie before one. */
function firstFrom(times: readonly number[], from: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
