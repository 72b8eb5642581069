import type { Twin, TwinCustomer } from '../../src/twin/twin.ts';

/** What a snapshot must hold, and what it would hold if deletions left a trace. */
export type Expected = { readonly state: Rows; readonly withoutDeleted: Rows };

/** Customers of one moment; what is derived from them is kept by who asks. */
export type Rows = { readonly customers: readonly TwinCustomer[] };

/** The twin's own history, and what the gateway's snapshots must look like because of it. */
export type Oracle = {
  /** To be called after each change of the twin, before anything else happens. */
  recordChange(): void;
  /** What an answer as of this time (ms since 1970) must have been taken from. */
  expectedAt(asOf: number): Expected | undefined;
};

/**
 * Knows one rule and nothing of the gateway's code: an answer shows the list as it was when the twin answered
 * the call of its snapshot. A customer that was deleted without a trace may be in it, as it was last seen, until
 * the next call that asks for the whole list.
 */
export function createOracle(twin: Twin, now: () => number): Oracle {
  const history: { readonly at: number; readonly rows: Rows }[] = [];
  const readings: { readonly at: number; readonly expected: Expected }[] = [];
  let callsRead = 0;

  function recordChange() {
    history.push({ at: now(), rows: { customers: twin.company.customers } });
  }

  function listAt(time: number): Rows {
    const place = firstAfter(history, time) - 1;
    return (history[place] ?? (history[0] as (typeof history)[0])).rows;
  }

  function readNewCalls() {
    for (; callsRead < twin.calls.length; callsRead++) {
      const { at, outcome, parameters } = twin.calls[callsRead] as (typeof twin.calls)[0];
      if (outcome !== 'answered') continue;
      const withoutDeleted = listAt(at);
      const isWhole = parameters['updateAsOf'] === undefined;
      const deleted = isWhole ? [] : missingFrom(withoutDeleted, readings.at(-1)?.expected.state);
      const state =
        deleted.length === 0 ? withoutDeleted : { customers: [...withoutDeleted.customers, ...deleted] };
      readings.push({ at, expected: { state, withoutDeleted } });
    }
  }

  recordChange();
  return {
    recordChange,
    expectedAt(asOf) {
      readNewCalls();
      return readings[firstAfter(readings, asOf - 1)]?.expected;
    },
  };
}

function missingFrom({ customers }: Rows, earlier: Rows | undefined): TwinCustomer[] {
  const present = new Set(customers.map(({ id }) => id));
  return (earlier?.customers ?? []).filter(({ id }) => !present.has(id));
}

/** The place of the first that is later than a time; they are in order. */
function firstAfter(items: readonly { readonly at: number }[], time: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] as { at: number }).at > time) high = middle;
    else low = middle + 1;
  }
  return low;
}
