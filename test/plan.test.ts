import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byName } from '../src/customers/order.ts';
import { type PlanInput, type PlannedCall, planCalls } from '../src/customers/plan.ts';
import type { CustomerQuery } from '../src/customers/query.ts';
import { KometError } from '../src/komet/errors.ts';

const minute = 60_000;
const hour = 60 * minute;
const now = Date.parse('2026-03-10T12:00:00Z');
const resetsAt = now + 12 * hour;

const quota = { limit: 1000, used: 10, reserved: 100, refreshLeft: 890, interactiveLeft: 846, resetsAt };
const spent = { limit: 10, used: 10, reserved: 0, refreshLeft: 0, interactiveLeft: 0, resetsAt };
const onlyReserve = { limit: 10, used: 9, reserved: 1, refreshLeft: 0, interactiveLeft: 1, resetsAt };
const down = { until: now + minute, error: new KometError('KOMET_UNAVAILABLE', 'down') };

const id = (...ids: string[]): CustomerQuery => ({ by: 'id', ids });
const code = (...codes: string[]): CustomerQuery => ({ by: 'code', codes });
const filter = (parts: object): CustomerQuery => ({ by: 'filter', filter: parts, order: byName });

/** A gateway that read the list a minute ago, within a promise of five; `changes` say what is different. */
function inputWith(changes: Partial<PlanInput> = {}): PlanInput {
  const asOf = changes.asOf === undefined ? now - minute : changes.asOf;
  return {
    queries: [id('1')],
    now,
    freshness: { maxStalenessMs: 5 * minute, staleIfErrorMs: 24 * hour },
    demand: {},
    asOf,
    membershipAsOf: () => undefined,
    listCostMs: 100,
    quota,
    lastSyncAt: asOf,
    isSyncing: false,
    callsUnderWay: 0,
    blocked: null,
    nameFiltersGoUpstream: false,
    ...changes,
  };
}

/** A plan in short: `sync` is waited for, `(sync)` is not. */
function outline(input: PlanInput): string {
  const { calls, refusal } = planCalls(input);
  return refusal ? refusal.code : calls.map(outlineOf).join(' + ') || 'nothing';
}

function outlineOf(call: PlannedCall): string {
  if (call.kind === 'sync') return call.wait ? `sync:${call.purpose}` : `(sync:${call.purpose})`;
  const parameters = Object.entries(call.parameters).filter(([name]) => name !== 'includeInactive');
  return `${call.kind}:${parameters.map(([name, value]) => `${name}=${value}`)}`;
}

const minutesAgo = (count: number) => ({ asOf: now - count * minute, lastSyncAt: now - count * minute });
const live = { freshness: { maxStalenessMs: 0, staleIfErrorMs: 24 * hour } };
const slow = { listCostMs: 4_000 };

describe('a gateway that keeps a promise of five minutes', () => {
  test.each<[string, Partial<PlanInput>, string]>([
    ['answers from what it read a minute ago', {}, 'nothing'],
    ['answers any number of queries from it', { queries: [id('1', '2'), code('a'), filter({})] }, 'nothing'],
    ['reads the list when it is cold', { asOf: null }, 'sync:refresh'],
    ['reads it once for many keys', { asOf: null, queries: [id('1'), id('2'), code('x')] }, 'sync:refresh'],
    ['refreshes beside the answer when the promise is nearly used up', minutesAgo(4.99), '(sync:refresh)'],
    ['refreshes earlier where reading takes long', { ...minutesAgo(4.9), ...slow }, '(sync:refresh)'],
    ['does not refresh before that', minutesAgo(4.9), 'nothing'],
    ['refreshes before the answer when the promise would be broken', minutesAgo(5.01), 'sync:refresh'],
    ['answers at exactly five minutes', minutesAgo(5), '(sync:refresh)'],
    [
      'waits for a refresh that is under way already',
      { ...minutesAgo(6), lastSyncAt: now - 1000, isSyncing: true },
      'sync:refresh',
    ],
    [
      'also when that one spent the last call',
      { asOf: null, lastSyncAt: now - 1000, isSyncing: true, quota: spent },
      'sync:refresh',
    ],
    [
      'does not join one that began too long ago',
      { ...minutesAgo(6), isSyncing: true, quota: spent },
      'nothing',
    ],
    [
      'does not wait where no refresh is affordable yet',
      { ...minutesAgo(6), lastSyncAt: now - 1000 },
      'nothing',
    ],
    ['nor refresh beside the answer then', { ...minutesAgo(4.99), lastSyncAt: now - 1000 }, 'nothing'],
    ['leaves the reserve to those who insist', { ...minutesAgo(6), quota: onlyReserve }, 'nothing'],
    [
      'spends the reserve when there is nothing to answer from',
      { asOf: null, quota: onlyReserve },
      'sync:refresh',
    ],
    [
      'spends it when what there is has become too old',
      { ...minutesAgo(25 * 60), quota: onlyReserve },
      'sync:refresh',
    ],
    ['takes a reading of tomorrow for an old one', { asOf: now + 24 * hour }, 'sync:refresh'],
    ['does not mind a clock that was set back a little', { asOf: now + 20 }, 'nothing'],
  ])('%s', (_title, changes, expected) => {
    expect(outline(inputWith(changes))).toBe(expected);
  });
});

describe('a caller who insists', () => {
  test.each<[string, Partial<PlanInput>, string]>([
    ['on no cache gets a reading of now', { demand: { maxAgeMs: 0 } }, 'sync:interactive'],
    [
      'on no cache gets it however new the snapshot is',
      { asOf: now, demand: { maxAgeMs: 0 } },
      'sync:interactive',
    ],
    [
      'on 30 s gets a reading where there is none so new',
      { demand: { maxAgeMs: 30_000 } },
      'sync:interactive',
    ],
    ['on 2 min gets what there is', { demand: { maxAgeMs: 2 * minute } }, 'nothing'],
    ['on an hour still gets five minutes', { ...minutesAgo(6), demand: { maxAgeMs: hour } }, 'sync:refresh'],
    ['may spend the reserve', { demand: { maxAgeMs: 0 }, quota: onlyReserve }, 'sync:interactive'],
    [
      'gets what there is when the reserve is spent too',
      { demand: { maxAgeMs: 0 }, quota: spent },
      'nothing',
    ],
    [
      'does not spend the reserve on a refresh that was due',
      { ...minutesAgo(6), demand: { maxAgeMs: 0 } },
      'sync:refresh',
    ],
  ])('%s', (_title, changes, expected) => {
    expect(outline(inputWith(changes))).toBe(expected);
  });
});

describe('a live gateway', () => {
  test.each<[string, Partial<PlanInput>, string]>([
    ['asks for one id directly', { queries: [id('7')] }, 'direct:id=7'],
    ['asks for one code directly', { queries: [code('abc')] }, 'direct:code=abc'],
    ['asks for one name directly', { queries: [filter({ name: 'ros%' })] }, 'direct:name=ros%'],
    [
      'asks once for a key that stands in several fields',
      { queries: [id('7'), filter({ id: '7' })] },
      'direct:id=7',
    ],
    ['asks for an id of a list of one', { queries: [filter({ ids: ['7'], active: true })] }, 'direct:id=7'],
    [
      'prefers the narrowest part of a filter',
      { queries: [filter({ name: 'a', code: 'b', id: '7' })] },
      'direct:id=7',
    ],
    ['reads one list for two ids', { queries: [id('7', '8')] }, 'sync:interactive'],
    ['reads one list for an id and a code', { queries: [id('7'), code('7')] }, 'sync:interactive'],
    [
      'reads one list for two names',
      { queries: [filter({ name: 'a' }), filter({ name: 'b' })] },
      'sync:interactive',
    ],
    [
      'reads the list for a filter that Komet does not know',
      { queries: [filter({ customerType: 'x' })] },
      'sync:interactive',
    ],
    ['reads the list for a key beside a whole list', { queries: [id('7'), filter({})] }, 'sync:interactive'],
    ['keeps a name with an escape to itself', { queries: [filter({ name: '100\\%' })] }, 'sync:interactive'],
    ['asks directly while few others do', { callsUnderWay: 7 }, 'direct:id=1'],
    ['reads one list for the rest of a crowd', { callsUnderWay: 8 }, 'sync:interactive'],
    ['asks although it has read this very moment', { asOf: now, queries: [id('7')] }, 'direct:id=7'],
    ['asks when it is cold', { asOf: null, queries: [id('7')] }, 'direct:id=7'],
    ['spends the whole quota', { quota: onlyReserve }, 'direct:id=1'],
    ['then answers from what it has', { quota: spent }, 'nothing'],
    ['refuses where it has nothing', { quota: spent, asOf: null }, 'KOMET_QUOTA_EXHAUSTED'],
    ['does not ask while Komet is blocked', { blocked: down }, 'nothing'],
  ])('%s', (_title, changes, expected) => {
    expect(outline(inputWith({ ...live, ...changes }))).toBe(expected);
  });
});

describe('a list that is slow to read', () => {
  test.each<[string, Partial<PlanInput>, string]>([
    ['is read beside the answer to one key', {}, 'direct:id=1 + (sync:refresh)'],
    ['is waited for while it is read already', { isSyncing: true }, 'sync:refresh'],
    ['is waited for by several keys', { queries: [id('1', '2')] }, 'sync:refresh'],
    [
      'is waited for by a name, since a name may find many',
      { queries: [filter({ name: 'a' })] },
      'sync:refresh',
    ],
    [
      'is waited for where direct calls would eat the refreshes',
      { quota: { ...quota, interactiveLeft: 0 } },
      'sync:refresh',
    ],
    [
      'is waited for with the last call of the day',
      { ...minutesAgo(13 * 60), quota: { ...onlyReserve, reserved: 0, refreshLeft: 1 } },
      'sync:refresh',
    ],
    ['is not asked for at all while it is new enough', minutesAgo(4), 'nothing'],
    ['is not slow at 999 ms', { listCostMs: 999 }, 'sync:refresh'],
    ['is slow at 1,000 ms', { listCostMs: 1_000 }, 'direct:id=1 + (sync:refresh)'],
  ])('%s', (_title, changes, expected) => {
    expect(outline(inputWith({ ...slow, ...minutesAgo(6), ...changes }))).toBe(expected);
  });
});

describe('while Komet cannot be asked', () => {
  test.each<[string, Partial<PlanInput>, string]>([
    ['a query is answered with what there is', { ...minutesAgo(600), blocked: down }, 'nothing'],
    ['one who insists too', { blocked: down, demand: { maxAgeMs: 0 } }, 'nothing'],
    ['up to KOMET_STALE_IF_ERROR', { ...minutesAgo(24 * 60), blocked: down }, 'nothing'],
    ['and refused beyond', { ...minutesAgo(24 * 60 + 1), blocked: down }, 'KOMET_UNAVAILABLE'],
    ['and refused where there is nothing', { asOf: null, blocked: down }, 'KOMET_UNAVAILABLE'],
    ['no refresh is tried beside an answer', { ...minutesAgo(4.99), blocked: down }, 'nothing'],
    ['a spent quota answers with what there is', { ...minutesAgo(600), quota: spent }, 'nothing'],
    [
      'and refuses beyond KOMET_STALE_IF_ERROR',
      { ...minutesAgo(24 * 60 + 1), quota: spent },
      'KOMET_QUOTA_EXHAUSTED',
    ],
  ])('%s', (_title, changes, expected) => {
    expect(outline(inputWith(changes))).toBe(expected);
  });

  test('the refusal of a spent quota names the time it resets', () => {
    const { refusal } = planCalls(inputWith({ asOf: null, quota: spent }));
    expect(refusal?.retryAt).toBe(resetsAt);
  });
});

describe('members of a location', () => {
  const location = (locationId: string) => filter({ locationId });
  const known = { membershipAsOf: () => now - minute };
  const old = { membershipAsOf: () => now - 6 * minute };

  test.each<[string, Partial<PlanInput>, string]>([
    ['are asked for once', { queries: [location('301'), location('301')] }, 'membership:locationId=301'],
    [
      'are asked for each',
      { queries: [location('301'), location('302')] },
      'membership:locationId=301 + membership:locationId=302',
    ],
    [
      'are asked for beside a cold list',
      { queries: [location('301')], asOf: null },
      'sync:refresh + membership:locationId=301',
    ],
    ['are kept as long as the list', { queries: [location('301')], ...known }, 'nothing'],
    ['are asked for again after that', { queries: [location('301')], ...old }, 'membership:locationId=301'],
    [
      'are asked for again by one who insists',
      { queries: [location('301')], ...known, demand: { maxAgeMs: 0 } },
      'sync:interactive + membership:locationId=301',
    ],
    [
      'stay as they are while Komet is blocked',
      { queries: [location('301')], ...old, blocked: down },
      'nothing',
    ],
    [
      'stay as they are when the quota is spent',
      { queries: [location('301')], ...old, quota: spent },
      'nothing',
    ],
    [
      'are asked for with what is left where they are unknown',
      { queries: [location('301'), location('302')], quota: onlyReserve },
      'membership:locationId=301',
    ],
    [
      'of names are asked for where LIKE is known to differ',
      { queries: [filter({ name: 'a' })], nameFiltersGoUpstream: true },
      'membership:name=a',
    ],
    ['of names are not asked for otherwise', { queries: [filter({ name: 'a' })] }, 'nothing'],
  ])('%s', (_title, changes, expected) => {
    expect(outline(inputWith(changes))).toBe(expected);
  });

  test('that cannot be asked for fail their own query, not its siblings', () => {
    for (const [changes, failure] of [
      [{ blocked: down }, 'KOMET_UNAVAILABLE'],
      [{ quota: spent }, 'KOMET_QUOTA_EXHAUSTED'],
    ] as const) {
      const { calls, refusal, failures } = planCalls(
        inputWith({ queries: [id('1'), location('301')], ...changes }),
      );
      expect({ calls, refusal }).toEqual({ calls: [], refusal: null });
      expect([...failures].map(([key, { code }]) => [key, code])).toEqual([['locationId=301', failure]]);
    }
  });
});

describe('whatever is asked in whatever state', () => {
  const text = fc.constantFrom('1', '2', '3', 'abc');
  const query: fc.Arbitrary<CustomerQuery> = fc.oneof(
    fc.record({ by: fc.constant('id' as const), ids: fc.array(text, { maxLength: 3 }) }),
    fc.record({ by: fc.constant('code' as const), codes: fc.array(text, { maxLength: 3 }) }),
    fc.record({
      by: fc.constant('filter' as const),
      filter: fc.record(
        { id: text, ids: fc.array(text), code: text, name: text, locationId: text, customerType: text },
        { requiredKeys: [] },
      ),
      order: fc.constant(byName),
    }),
  );
  const past = fc.option(fc.integer({ min: now - 48 * hour, max: now + hour }), { nil: null });
  const quotas = fc
    .record({
      limit: fc.integer({ min: 1, max: 1000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      kept: fc.double({ min: 0, max: 1, noNaN: true }),
      needed: fc.nat(300),
    })
    .map(({ limit, share, kept, needed }) => {
      const used = Math.round(limit * share);
      const left = limit - used;
      const reserved = Math.min(left, Math.round(limit * 0.1 * kept));
      return {
        limit,
        used,
        reserved,
        refreshLeft: left - reserved,
        interactiveLeft: Math.max(reserved, left - needed),
        resetsAt,
      };
    });
  const input: fc.Arbitrary<PlanInput> = fc.record({
    queries: fc.array(query, { maxLength: 4 }),
    now: fc.constant(now),
    freshness: fc.record({
      maxStalenessMs: fc.constantFrom(0, 1_000, 5 * minute, hour),
      staleIfErrorMs: fc.constantFrom(0, hour, 24 * hour),
    }),
    demand: fc.constantFrom({}, { maxAgeMs: 0 }, { maxAgeMs: minute }, { maxAgeMs: 24 * hour }),
    asOf: past,
    membershipAsOf: fc.func(fc.option(fc.integer({ min: now - 48 * hour, max: now }), { nil: undefined })),
    listCostMs: fc.constantFrom(null, 10, 999, 1_000, 20_000),
    quota: quotas,
    lastSyncAt: past,
    isSyncing: fc.boolean(),
    callsUnderWay: fc.nat(10),
    blocked: fc.constantFrom(null, null, down),
    nameFiltersGoUpstream: fc.boolean(),
  });

  const ageOf = ({ asOf }: PlanInput) => (asOf === null ? Number.POSITIVE_INFINITY : Math.abs(now - asOf));
  const promiseOf = ({ freshness, demand }: PlanInput) =>
    Math.min(
      freshness.maxStalenessMs,
      (demand as { maxAgeMs?: number }).maxAgeMs ?? Number.POSITIVE_INFINITY,
    );
  /** Those that are not joined while they are under way. */
  const newCallsOf = (each: PlanInput) => {
    const since = each.lastSyncAt === null ? Number.POSITIVE_INFINITY : Math.abs(now - each.lastSyncAt);
    const joins = each.isSyncing && since <= promiseOf(each);
    return planCalls(each).calls.filter(({ kind }) => !(joins && kind === 'sync'));
  };
  const always = (holds: (input: PlanInput) => void) =>
    fc.assert(fc.property(input, holds), { numRuns: 2_000 });

  test('Komet is never called while it is blocked or the quota is spent', () => {
    always((each) => {
      const calls = newCallsOf(each);
      if (each.blocked || each.quota.used >= each.quota.limit) expect(calls).toEqual([]);
    });
  });

  test('no more calls are planned than are left, and a refusal plans none', () => {
    always((each) => {
      expect(newCallsOf(each).length).toBeLessThanOrEqual(each.quota.limit - each.quota.used);
      const { calls, refusal } = planCalls(each);
      if (refusal) expect(calls).toEqual([]);
    });
  });

  test('the list costs at most one sync, and one direct call beside it', () => {
    always((each) => {
      const { calls } = planCalls(each);
      const syncs = calls.filter(({ kind }) => kind === 'sync');
      const direct = calls.filter(({ kind }) => kind === 'direct');
      expect(syncs.length).toBeLessThanOrEqual(1);
      expect(direct.length).toBeLessThanOrEqual(1);
      if (direct.length === 1) expect(syncs).not.toContainEqual(expect.objectContaining({ wait: true }));
    });
  });

  test('nobody waits for a list that is as new as was promised', () => {
    always((each) => {
      const promise = promiseOf(each);
      if (promise === 0 || ageOf(each) > promise) return;
      const waited = planCalls(each).calls.filter((call) => call.kind !== 'membership');
      expect(waited.filter((call) => call.kind !== 'sync' || call.wait)).toEqual([]);
    });
  });

  test('a query is refused only where there is nothing usable to answer from', () => {
    always((each) => {
      if (ageOf(each) <= each.freshness.staleIfErrorMs) expect(planCalls(each).refusal).toBeNull();
    });
  });

  test('the promise is kept wherever the quota and Komet allow it', () => {
    always((each) => {
      const { calls, refusal, reason } = planCalls(each);
      if (ageOf(each) <= promiseOf(each) && promiseOf(each) > 0) return;
      const reads = calls.some((call) => call.kind === 'direct' || (call.kind === 'sync' && call.wait));
      expect(reads || refusal !== null || reason.startsWith('stale')).toBe(true);
      if (reason.startsWith('stale') && !each.blocked) expect(reason).toBe('stale: sparing the quota');
    });
  });
});
