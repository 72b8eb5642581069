import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGateway, type Gateway } from '../src/gateway.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import {
  startTwin,
  type Twin,
  type TwinBehaviour,
  type TwinCustomer,
  type TwinProfile,
} from '../src/twin/twin.ts';
import { createClock } from './harness/gateway.ts';
import { ask } from './harness/in-process.ts';

const hour = 3_600_000;
const fullSyncEveryMs = 6 * hour;

/** What people do at Komet, and what time and operators do to the gateway. `who` picks a customer by its place. */
type Step =
  | { readonly do: 'create'; readonly name: string; readonly code: string | null }
  | { readonly do: 'rename'; readonly who: number; readonly name: string }
  | { readonly do: 'recode'; readonly who: number; readonly code: string | null }
  | { readonly do: 'reassign'; readonly who: number; readonly salesPerson: string | null }
  | { readonly do: 'deactivate' | 'reactivate' | 'delete'; readonly who: number }
  | { readonly do: 'wait'; readonly ms: number }
  /** Komet's clock is set, forth or back. */
  | { readonly do: 'set-clock'; readonly ms: number }
  | { readonly do: 'restart' }
  | { readonly do: 'sync' };

const words = fc.constantFrom(
  'Petals',
  'Québec Fleurs',
  '50% Off',
  '花の店',
  'zinnia',
  'A_B',
  "O'Hara's",
  '"x"',
);
const code = fc.option(fc.constantFrom('ABC', 'abc', 'Z-1', 'DEF', '007'), { nil: null });
const who = fc.nat(40);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create' as const), name: words, code }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rename' as const), who, name: words }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('recode' as const), who, code }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('reassign' as const),
      who,
      salesPerson: fc.constantFrom(null, 'Ana Ruiz'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('deactivate' as const, 'deactivate', 'reactivate', 'delete'),
      who,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.oneof(
        fc.integer({ min: 1, max: 2_000 }),
        fc.integer({ min: 1, max: 30 * hour }),
        fc.constantFrom(fullSyncEveryMs - 1, fullSyncEveryMs, 4 * hour, 24 * hour, 100 * hour),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set-clock' as const),
      ms: fc.integer({ min: -3 * hour, max: 3 * hour }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('sync' as const) }) },
);

/** Zones from the westernmost to the easternmost one. */
const offset = fc.oneof(fc.constantFrom(-720, 0, 840), fc.integer({ min: -720, max: 840 }));
const endpoint = fc.record({
  updatedOnOffsetMinutes: offset,
  updateAsOfOffsetMinutes: offset,
  updateAsOf: fc.constantFrom<TwinBehaviour['updateAsOf'][]>(
    'honoured',
    'honoured',
    'honoured',
    'honoured',
    'ignored',
  ),
  updateAsOfDay: fc.constantFrom<TwinBehaviour['updateAsOfDay'][]>('inclusive', 'inclusive', 'exclusive'),
  includeInactive: fc.constantFrom<TwinBehaviour['includeInactive'][]>('both', 'one', 'true', 'ignored'),
  inactiveByDefault: fc.boolean(),
  badDate: fc.constantFrom<TwinBehaviour['badDate'][]>('rejected', 'ignored'),
  rowOrder: fc.constantFrom<TwinBehaviour['rowOrder'][]>('name', 'id', 'shuffled'),
  emptyResult: fc.constantFrom<TwinBehaviour['emptyResult'][]>('list', 'message', 'message-only'),
});

const history = fc.record({
  behaviour: endpoint,
  profile: fc.constantFrom<TwinProfile[]>('current', 'current', 'current', 'current', 'v9'),
  customers: fc.constantFrom(0, 1, 2, 7, 30),
  /** How far Komet's clock is from ours: not at all, by hours, or by days. */
  skewMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: -30 * hour, max: 30 * hour }),
    fc.integer({ min: -240 * hour, max: 240 * hour }),
  ),
  /** Where in a day it begins, so that midnights fall anywhere. */
  startMs: fc.nat(24 * hour),
  steps: fc.array(step, { minLength: 2, maxLength: 40 }),
});

type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

/** Zones as far apart as they can be, a day that is not counted itself, a midnight just gone, a clock days behind. */
const farthestZones: History = {
  behaviour: {
    updatedOnOffsetMinutes: 840,
    updateAsOfOffsetMinutes: -720,
    updateAsOf: 'honoured',
    updateAsOfDay: 'exclusive',
    includeInactive: 'both',
    inactiveByDefault: false,
    badDate: 'rejected',
    rowOrder: 'name',
    emptyResult: 'list',
  },
  profile: 'current',
  customers: 30,
  skewMs: -120 * hour,
  startMs: 10 * hour + 10_000,
  steps: [
    { do: 'deactivate', who: 0 },
    { do: 'sync' },
    { do: 'wait', ms: 1 },
    { do: 'rename', who: 1, name: 'Petals' },
    { do: 'sync' },
  ],
};

/** The list is byte by byte what it once was, and the snapshot is not. */
const thereAndBack: History = {
  ...farthestZones,
  steps: [
    { do: 'deactivate', who: 0 },
    { do: 'sync' },
    { do: 'create', name: 'Petals', code: null },
    { do: 'sync' },
    { do: 'delete', who: 30 },
    { do: 'wait', ms: fullSyncEveryMs },
    { do: 'sync' },
  ],
};

/** More by hand: PROPERTY_RUNS=5000. */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 150);

const everything = `{ customers(filter: { includeInactive: true }, orderBy: { field: ID }) {
  id name code active salesPerson customerType salesPersonId accountingCode updatedOn } }`;

describe('after each sync the snapshot is what Komet lists', () => {
  test('whatever happened, whatever the clocks, the zones and the parameters that it ignores', async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ behaviour, profile, customers, skewMs, startMs, steps }) => {
        const clock = createClock(Date.parse('2026-03-10T00:00:00Z') + startMs);
        let skew = skewMs;
        await using twin = await startTwin({
          customers,
          profile,
          behaviour,
          quota: 1_000_000,
          now: () => clock.now() + skew,
        });
        const store = createMemoryStore();
        const open = () =>
          createGateway({
            komet: { baseUrl: twin.url, token: 'token', dailyQuota: 1_000_000 },
            freshness: { fullSyncEveryMs },
            store,
            now: clock.now,
          });
        let gateway = open();
        const model = createModel(twin, profile);
        for (const each of [...steps, { do: 'sync' } as const]) {
          if (each.do === 'sync') expect(await read(gateway)).toEqual(model.afterSync(clock.now()));
          else if (each.do === 'wait') clock.advance(each.ms);
          else if (each.do === 'set-clock') skew += each.ms;
          else if (each.do === 'restart') {
            await gateway.dispose();
            gateway = open();
          } else act(twin, each);
        }
        await gateway.dispose();
      }),
      { numRuns, examples: [[farthestZones], [thereAndBack]] },
    );
  }, 600_000);
});

async function read(gateway: Gateway): Promise<unknown> {
  const { data, errors } = await ask(gateway, everything, {}, { 'cache-control': 'no-cache' });
  expect(errors).toBeUndefined();
  return data.customers;
}

function act(
  { company }: Twin,
  step: Exclude<Step, { do: 'wait' | 'set-clock' | 'restart' | 'sync' }>,
): void {
  if (step.do === 'create') return void company.add({ name: step.name, code: step.code });
  const customer = company.customers[step.who % company.customers.length];
  if (!customer) return;
  switch (step.do) {
    case 'rename':
      return void company.update(customer.id, { name: step.name });
    case 'recode':
      return void company.update(customer.id, { code: step.code });
    case 'reassign':
      return void company.update(customer.id, { salesPerson: step.salesPerson });
    case 'delete':
      return void company.remove(customer.id);
    default:
      return void company[step.do](customer.id);
  }
}

/**
 * The promise itself: the list as Komet would give it in full, and besides, until the next full read, what was
 * deleted without a trace since the last one.
 */
function createModel(twin: Twin, profile: TwinProfile) {
  let known = new Map<string, object>();
  let callsSeen = 0;
  let lastFullAt = Number.NEGATIVE_INFINITY;

  return {
    afterSync(now: number): object[] {
      const calls = twin.calls.slice(callsSeen);
      callsSeen = twin.calls.length;
      const last = calls.at(-1);
      const isFull = last?.parameters['updateAsOf'] === undefined;
      expect(calls.length).toBeGreaterThan(0);
      expect(isFull || now - lastFullAt < fullSyncEveryMs).toBe(true);
      if (isFull) lastFullAt = now;
      const listed = listOf(twin, profile).map((row) => [row.id, row] as const);
      const deleted = [...known].filter(([id]) => !isFull && !twin.company.get(id));
      known = new Map([...deleted, ...listed]);
      return [...known.entries()]
        .sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1))
        .map(([, row]) => row);
    },
  };
}

/** The whole list as this endpoint gives it to somebody who asks with `includeInactive=1`. */
function listOf({ company, behaviour }: Twin, profile: TwinProfile) {
  const spelling = behaviour.includeInactive;
  const understands = profile === 'current' && (spelling === 'both' || spelling === 'one');
  return company.customers
    .filter(({ active }) => active || understands || behaviour.inactiveByDefault)
    .map((customer) => rowOf(customer, behaviour, profile));
}

function rowOf(customer: TwinCustomer, { updatedOnOffsetMinutes }: TwinBehaviour, profile: TwinProfile) {
  const { id, name, code, active, salesPerson, customerType, salesPersonId, accountingCode } = customer;
  const seconds = Math.floor(customer.updatedOn / 1000) + updatedOnOffsetMinutes * 60;
  const updatedOn = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  const later =
    profile === 'v9'
      ? { salesPersonId: null, accountingCode: null, updatedOn: null }
      : { salesPersonId, accountingCode, updatedOn };
  return { id, name, code, active, salesPerson, customerType, ...later };
}
