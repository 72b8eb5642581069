import { describe, expect, test } from 'vitest';
import { createSingleFlight } from '../src/customers/single-flight.ts';
import { type ReadList, type SyncState, syncCustomers } from '../src/customers/sync.ts';
import { createGateway } from '../src/gateway.ts';
import { type CustomerListParameters, createKometClient } from '../src/komet/client.ts';
import { KometError } from '../src/komet/errors.ts';
import { startTwin, type Twin, type TwinOptions } from '../src/twin/twin.ts';
import { createClock, type Reply, startGateway, type TestGateway } from './harness/gateway.ts';
import { ask } from './harness/in-process.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const byId = 'query ($id: ID!) { customer(id: $id) { id name } }';
const all = '{ customers(filter: { includeInactive: true }) { id name } }';
const explained = { 'x-komet-explain': '1' };
const noCache = { 'cache-control': 'no-cache', ...explained };

/** A gateway and its clock, which stands until it is moved; `ask` always asks for the explanation. */
async function startStill(options: { settings?: Record<string, string>; twin?: TwinOptions } = {}) {
  const clock = createClock();
  const gateway = await startGateway({ twin: { customers: 60 }, now: clock.now, ...options });
  return {
    clock,
    gateway,
    twin: gateway.twin,
    ask: (query = all, headers: Record<string, string> = {}, variables: object = {}) =>
      gateway.query(query, variables, { ...explained, ...headers }),
    parameters: () => parametersOf(gateway),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const parametersOf = ({ twin }: TestGateway) => twin.calls.map(({ parameters }) => parameters);
// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they need
const kometOf = ({ extensions }: Reply) => extensions?.['komet'] as any;
const codesOf = ({ errors }: Reply) => errors?.map(({ extensions }) => extensions['code']);
const times = <Result>(count: number, make: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

const createClient = ({ url }: Twin) => {
  const client = createKometClient({ baseUrl: new URL(url), token: 'token', timeoutMs: 5 * second });
  return { ...client, [Symbol.asyncDispose]: client.close };
};

const whole = { includeInactive: '1' };

describe('many callers at once', () => {
  test('20,000 queries on a cold gateway cost one call', async () => {
    await using twin = await startTwin({ customers: 500 });
    await using gateway = createGateway({ komet: { baseUrl: twin.url, token: 'token' } });
    const { customers } = twin.company;
    const replies = await times(20_000, (index) =>
      ask(gateway, byId, { id: customers[index % customers.length]?.id }),
    );
    for (const [index, { data, errors }] of replies.entries()) {
      const customer = customers[index % customers.length];
      if (data.customer?.name !== customer?.name || errors) expect({ data, errors }).toEqual(customer);
    }
    expect(twin.calls).toHaveLength(1);
  }, 60_000);

  test.each([
    ['reset', 'KOMET_UNAVAILABLE'],
    ['never-answers', 'KOMET_TIMEOUT'],
    ['error-500', 'KOMET_UNAVAILABLE'],
  ] as const)(
    '500 queries on a Komet that has the fault %s cost a call or two and say %s',
    async (fault, code) => {
      for (const maxStaleness of ['5m', '0']) {
        await using gateway = await startGateway({
          settings: { KOMET_TIMEOUT: '400ms', KOMET_MAX_STALENESS: maxStaleness },
          twin: { customers: 60, faults: [fault] },
        });
        const { customers } = gateway.twin.company;
        const started = performance.now();
        const replies = await times(500, (index) =>
          gateway.query(byId, { id: customers[index % customers.length]?.id }, noCache),
        );
        expect(performance.now() - started).toBeLessThan(20_000);
        for (const reply of replies) {
          expect(reply.data).toEqual({ customer: null });
          expect(codesOf(reply)).toEqual([code]);
        }
        // One call at a time where a list is kept, and two retries of what may pass; a few more in a live gateway.
        expect(gateway.twin.calls.length).toBeLessThanOrEqual(maxStaleness === '0' ? 14 : 5);
      }
    },
  );

  test('a crowd that asks a live gateway for different keys shares one list', async () => {
    await using still = await startStill({ settings: { KOMET_MAX_STALENESS: '0' } });
    still.twin.latencyMs = 300;
    const { customers } = still.twin.company;
    const replies = await times(100, (index) =>
      still.ask(byId, {}, { id: customers[index % customers.length]?.id }),
    );
    expect(replies.map(({ data }) => data.customer.name)).toEqual(
      replies.map((_, index) => customers[index % customers.length]?.name),
    );
    expect(still.twin.calls.length).toBeLessThanOrEqual(9);
  });
});

describe('a call that several wait for', () => {
  /** A run that ends when it is told to, or when nobody waits for it. */
  function startRun(signal: AbortSignal) {
    const run = Promise.withResolvers<string>();
    signal.addEventListener('abort', () => run.reject(signal.reason));
    return run;
  }

  test('goes on while one of them stays, and ends when all have left', async () => {
    const flight = createSingleFlight<string>(() => 0);
    const callers = [new AbortController(), new AbortController()];
    let ended = false;
    const start = (signal: AbortSignal) => {
      signal.addEventListener('abort', () => {
        ended = true;
      });
      return startRun(signal).promise;
    };
    const flown = Promise.allSettled(callers.map(({ signal }) => flight.run(0, start, signal)));
    callers[0]?.abort();
    expect(ended).toBe(false);
    callers[1]?.abort();
    expect(ended).toBe(true);
    expect((await flown).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('and that ends because all have left fails nobody who came since', async () => {
    let time = 0;
    const flight = createSingleFlight<string>(() => time);
    const leaver = new AbortController();
    const left = flight.run(0, (signal) => startRun(signal).promise, leaver.signal);
    time = 1;
    const waiting = flight.run(1, async () => 'next');
    leaver.abort();
    const joining = flight.run(0, async () => 'next');
    await expect(left).rejects.toThrow();
    expect((await waiting).result).toBe('next');
    expect((await joining).result).toBe('next');
  });

  test('fails all of them when it fails, also those who wait for the one after it', async () => {
    let time = 0;
    const flight = createSingleFlight<string>(() => time);
    const first = Promise.withResolvers<string>();
    const early = flight.run(0, () => first.promise);
    time = 1;
    const late = flight.run(1, async () => 'never asked for');
    first.reject(new Error('down'));
    expect((await Promise.allSettled([early, late])).map(({ status }) => status)).toEqual([
      'rejected',
      'rejected',
    ]);
    expect((await flight.run(1, async () => 'up')).result).toBe('up');
    await flight.settle();
    expect(flight.isIdle()).toBe(true);
  });
});

describe('KOMET_MAX_STALENESS=0', () => {
  const live = { settings: { KOMET_MAX_STALENESS: '0' } };

  test('asks Komet for just the one key, and for the list where there are several', async () => {
    await using still = await startStill(live);
    await still.ask('{ customer(id: "0023423") { name } }');
    await still.ask('{ customerByCode(code: "ABC") { name } }');
    await still.ask('{ customers(filter: { name: "who%sale" }) { name } }');
    await still.ask('{ a: customer(id: "23423") { name } b: customersById(ids: ["23423"]) { id } }');
    await still.ask('{ customersById(ids: ["23423", "25555"]) { name } }');
    await still.ask('{ a: customer(id: "23423") { name } b: customerByCode(code: "DEF") { id } }');
    await still.ask('{ customers { name } }');
    expect(still.parameters()).toEqual([
      { id: '23423', ...whole },
      { code: 'abc', ...whole },
      { name: 'who%sale', ...whole },
      { id: '23423', ...whole },
      whole,
      whole,
      whole,
    ]);
  });

  test('shows a change at once', async () => {
    await using still = await startStill(live);
    for (const name of ['First', 'Second', 'Third']) {
      still.twin.company.update('23423', { name });
      const reply = await still.ask('{ customer(id: "23423") { name } }');
      expect(reply.data.customer).toEqual({ name });
      expect(kometOf(reply)).toMatchObject({ upstreamCalls: 1, source: 'upstream' });
    }
  });

  test('drops rows that do not match what was asked for', async () => {
    await using still = await startStill(live);
    still.twin.faults.turnOn('other-customer');
    const one = await still.ask('{ customer(id: "23423") { name } }');
    const byName = await still.ask('{ customers(filter: { name: "ABC" }) { name } }');
    expect([one.data, byName.data]).toEqual([{ customer: null }, { customers: [] }]);
  });

  test('shares a call among callers who ask the same at the same moment', async () => {
    await using still = await startStill(live);
    still.twin.latencyMs = 200;
    const replies = await times(40, (index) =>
      index % 2 === 0 ? still.ask('{ customer(id: "23423") { name } }') : still.ask('{ customers { id } }'),
    );
    expect(replies.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    expect(still.parameters()).toHaveLength(2);
    const { length } = replies.filter((reply) => kometOf(reply).upstreamCalls === 1);
    expect(length).toBe(2);
  });

  test('gives a caller who comes later a later answer', async () => {
    await using still = await startStill(live);
    still.twin.faults.next('slow', { delayMs: 300 });
    const early = still.ask('{ customer(id: "23423") { name } }');
    await expect.poll(() => still.twin.calls.length, { interval: 5 }).toBe(1);
    still.twin.company.update('23423', { name: 'Renamed' });
    still.clock.advance(1);
    const late = await still.ask('{ customer(id: "23423") { name } }');
    expect((await early).data.customer.name).toBe('ABC Wholesale');
    expect(late.data.customer.name).toBe('Renamed');
  });
});

describe('cache-control', () => {
  test('no-cache and max-age ask for more than the promise, each request for itself', async () => {
    await using still = await startStill();
    await still.ask();
    still.clock.advance(40 * second);
    expect(kometOf(await still.ask())).toMatchObject({ upstreamCalls: 0, source: 'snapshot' });
    expect(kometOf(await still.ask(all, { 'cache-control': 'max-age=60' })).upstreamCalls).toBe(0);
    expect(kometOf(await still.ask(all, { 'cache-control': 'max-age=30' })).upstreamCalls).toBe(1);
    expect(kometOf(await still.ask(all, { 'cache-control': 'max-age=30' })).upstreamCalls).toBe(0);
    const newest = await still.ask(all, { 'cache-control': 'no-cache' });
    expect(kometOf(newest)).toMatchObject({ upstreamCalls: 1, source: 'upstream' });
    expect(newest.headers.get('age')).toBe('0');
    expect(still.twin.calls).toHaveLength(3);
  });

  test('no-cache spends the reserve and nothing of what refreshes need', async () => {
    await using still = await startStill({ settings: { KOMET_DAILY_QUOTA: '20' } });
    await still.ask();
    const sources: string[] = [];
    for (let index = 0; index < 5; index++) {
      still.clock.advance(second);
      sources.push(kometOf(await still.ask(all, noCache)).source);
    }
    expect(sources).toEqual(['upstream', 'upstream', 'stale', 'stale', 'stale']);
    expect(still.twin.calls).toHaveLength(3);
    still.clock.advance(hour);
    expect(kometOf(await still.ask())).toMatchObject({ source: 'upstream', upstreamCalls: 1 });
  });
});

describe('a refresh', () => {
  test('asks for what changed in the last days, and for all of it every KOMET_FULL_SYNC_EVERY', async () => {
    await using still = await startStill();
    still.twin.company.deactivate('25555');
    for (let count = 0; count < 4; count++) {
      await still.ask();
      still.clock.advance(2 * hour);
    }
    const changed = { ...whole, updateAsOf: '2026-03-07' };
    expect(still.parameters()).toEqual([whole, changed, changed, whole]);
  });

  test('reads the whole list each time where updateAsOf was seen to be ignored', async () => {
    await using still = await startStill({ twin: { customers: 60, behaviour: { updateAsOf: 'ignored' } } });
    for (let count = 0; count < 4; count++) {
      await still.ask();
      still.clock.advance(6 * minute);
    }
    const changed = { ...whole, updateAsOf: expect.any(String) };
    expect(still.parameters()).toEqual([whole, changed, whole, whole, whole]);
    const { data } = await still.ask('{ kometStatus { capabilities { updateAsOf } } }');
    expect(data.kometStatus.capabilities.updateAsOf).toBe('IGNORED');
  });

  test('reads the whole list in its place where updateAsOf is refused, and does not try again', async () => {
    await using twin = await startTwin({ customers: 60 });
    await using client = createClient(twin);
    const asked: CustomerListParameters[] = [];
    const readList: ReadList = async (parameters) => {
      asked.push(parameters);
      if (parameters.updateAsOf) throw new KometError('KOMET_REJECTED', 'no such parameter');
      return client.listCustomers(parameters);
    };
    let state: SyncState | null = null;
    for (let count = 0; count < 3; count++) {
      const options = { now: () => 0, fullSyncEveryMs: hour, readList, log: () => {} };
      state = (await syncCustomers(state, options)).state;
    }
    expect(asked.map(({ updateAsOf }) => updateAsOf !== undefined)).toEqual([false, true, false, false]);
    expect(state?.snapshot.customers).toHaveLength(60);
  });

  test('takes a change dated in the future for what it is, and misses none after it', async () => {
    await using still = await startStill();
    still.twin.company.update('23423', { updatedOn: Date.parse('2099-01-01') });
    still.twin.company.deactivate('25555');
    await still.ask();
    still.clock.advance(6 * minute);
    still.twin.company.update('25555', { name: 'Renamed' });
    await still.ask();
    expect((await still.ask('{ customer(id: "25555") { name } }')).data.customer.name).toBe('Renamed');
    expect(still.parameters()[1]).toHaveProperty('updateAsOf', '2026-03-07');
  });

  test('does not happen while nobody asks', async () => {
    await using still = await startStill();
    await still.ask();
    still.clock.advance(20 * hour);
    expect(still.twin.calls).toHaveLength(1);
  });

  test('after the clock was set back by a day happens as if the list were old', async () => {
    await using still = await startStill();
    await still.ask();
    still.clock.advance(-24 * hour);
    still.twin.company.update('23423', { name: 'Renamed' });
    expect((await still.ask('{ customer(id: "23423") { name } }')).data.customer.name).toBe('Renamed');
  });
});

describe('a list that is suspiciously short', () => {
  test.each(['short-list', 'empty-list'] as const)(
    'by the fault %s is read again before it replaces a longer one',
    async (fault) => {
      await using still = await startStill({ settings: { KOMET_FULL_SYNC_EVERY: '1ms' } });
      const before = (await still.ask()).data;
      still.clock.advance(6 * minute);
      still.twin.faults.next(fault);
      const after = await still.ask();
      expect(after.data).toEqual(before);
      expect(kometOf(after).upstreamCalls).toBe(2);
      expect(still.parameters()).toEqual([whole, whole, whole]);
    },
  );

  test('replaces it when the second reading says the same', async () => {
    await using still = await startStill({ settings: { KOMET_FULL_SYNC_EVERY: '1ms' } });
    await still.ask();
    still.clock.advance(6 * minute);
    still.twin.faults.turnOn('short-list');
    expect((await still.ask()).data.customers).toHaveLength(20);
    expect(still.twin.calls).toHaveLength(3);
    still.clock.advance(6 * minute);
    await still.ask();
    expect(still.twin.calls.length).toBeLessThanOrEqual(5);
  });

  test('leaves what there is when the second reading fails', async () => {
    await using still = await startStill({ settings: { KOMET_FULL_SYNC_EVERY: '1ms' } });
    const before = (await still.ask()).data;
    still.clock.advance(6 * minute);
    still.twin.faults.next('empty-list');
    still.twin.faults.next('error-500');
    const after = await still.ask();
    expect(after.data).toEqual(before);
    expect(kometOf(after).source).toBe('stale');
  });
});

describe('Komet refuses more calls', () => {
  test('by 429 and Retry-After: nobody asks before that time', async () => {
    await using still = await startStill();
    still.twin.faults.turnOn('rate-limited', { retryAfter: 120 });
    for (let count = 0; count < 10; count++) {
      const reply = await still.ask();
      expect(codesOf(reply)).toEqual(['KOMET_QUOTA_EXHAUSTED']);
      expect(reply.errors?.[0]?.extensions['komet']).toMatchObject({ retryAt: '2026-03-10T08:02:00.000Z' });
      still.clock.advance(10 * second);
    }
    expect(still.twin.calls).toHaveLength(1);
    still.twin.faults.turnOff();
    still.clock.advance(20 * second);
    expect((await still.ask()).errors).toBeUndefined();
  });

  test('by 429 and a Retry-After of a second each time: the calls become rarer', async () => {
    await using still = await startStill();
    still.twin.faults.turnOn('rate-limited', { retryAfter: 1 });
    for (let count = 0; count < 600; count++) {
      if (count % 5 === 0) await still.ask();
      still.clock.advance(second);
    }
    expect(still.twin.calls.length).toBeLessThan(20);
  });

  test('since the day is spent: what there is goes on, and nobody asks before the next day', async () => {
    await using still = await startStill({ twin: { customers: 60, quota: 2 } });
    const first = await still.ask();
    for (let count = 0; count < 20; count++) {
      still.clock.advance(40 * minute);
      const reply = await still.ask();
      expect(reply.data).toEqual(first.data);
    }
    expect(kometOf(await still.ask())).toMatchObject({ source: 'stale', upstreamCalls: 0 });
    expect(still.twin.calls.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'rejected']);
    still.clock.advance(3 * hour);
    expect(kometOf(await still.ask())).toMatchObject({ source: 'upstream' });
  });
});

describe('KOMET_DAILY_QUOTA', () => {
  test('is never exceeded; only who has no data is refused, with the time of the reset', async () => {
    await using still = await startStill({
      settings: { KOMET_DAILY_QUOTA: '5', KOMET_STALE_IF_ERROR: '2h', KOMET_FULL_SYNC_EVERY: '1h' },
    });
    for (let count = 0; count < 30; count++) {
      expect((await still.ask(all, noCache)).errors).toBeUndefined();
      still.clock.advance(3 * minute);
    }
    for (let count = 0; count < 3; count++) {
      still.clock.advance(3 * hour);
      await still.ask(all, noCache);
    }
    still.clock.advance(3 * hour);
    expect(still.twin.calls).toHaveLength(5);
    const refused = await still.ask();
    expect(codesOf(refused)).toEqual(['KOMET_QUOTA_EXHAUSTED']);
    expect(refused.errors?.[0]?.extensions['komet']).toEqual({ retryAt: '2026-03-11T00:00:00.000Z' });
    still.clock.advance(3 * hour);
    expect((await still.ask()).errors).toBeUndefined();
  });

  test('counts calls that fail', async () => {
    await using still = await startStill({ settings: { KOMET_DAILY_QUOTA: '3' } });
    still.twin.faults.turnOn('error-500');
    for (let count = 0; count < 10; count++) {
      await still.ask();
      still.clock.advance(2 * minute);
    }
    expect(still.twin.calls).toHaveLength(3);
    still.twin.faults.turnOff();
    expect(codesOf(await still.ask())).toEqual(['KOMET_QUOTA_EXHAUSTED']);
  });

  test('outlasts an outage of sixteen hours that begins before anything is known', async () => {
    await using still = await startStill({ settings: { KOMET_DAILY_QUOTA: '200' } });
    still.twin.faults.turnOn('error-500');
    for (let count = 0; count < 16 * 60 - 1; count++) {
      expect(codesOf(await still.ask())).toEqual(['KOMET_UNAVAILABLE']);
      still.clock.advance(minute);
    }
    still.twin.faults.turnOff();
    expect(still.twin.calls.length).toBeGreaterThan(100);
    expect(still.twin.calls.length).toBeLessThan(200);
    still.clock.advance(10 * minute);
    expect((await still.ask()).data.customers).toHaveLength(60);
  });

  test('is spread over what is left of the day', async () => {
    await using still = await startStill({ settings: { KOMET_DAILY_QUOTA: '20' } });
    const at: number[] = [];
    for (let count = 0; count < 16 * 60; count += 2) {
      const { length } = still.twin.calls;
      await still.ask();
      if (still.twin.calls.length > length) at.push(count);
      still.clock.advance(2 * minute);
    }
    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(still.twin.calls).toHaveLength(18);
    expect(Math.min(...gaps)).toBeGreaterThan(40);
    expect(Math.max(...gaps)).toBeLessThan(70);
  });
});

describe('a token that Komet refuses', () => {
  const tokens = { right: { kind: 'company' }, wrong: { kind: 'customer' } } as const;

  test('costs one call for any number of queries, and the next token is none the worse', async () => {
    const clock = createClock();
    await using twin = await startTwin({ customers: 60, tokens, now: clock.now });
    const start = (token: string) =>
      startGateway({ twin, now: clock.now, settings: { KOMET_TOKEN: token, KOMET_MAX_STALENESS: '0' } });
    for (const token of ['unknown', 'wrong']) {
      const { length } = twin.calls;
      await using refused = await start(token);
      const replies = await times(200, () => refused.query(all));
      expect(new Set(replies.flatMap(codesOf))).toEqual(new Set(['KOMET_UNAUTHORIZED']));
      expect(codesOf(await refused.query('{ customer(id: "23423") { id } }'))).toEqual([
        'KOMET_UNAUTHORIZED',
      ]);
      expect(twin.calls.length - length).toBe(1);
    }
    await using accepted = await start('right');
    expect((await accepted.query(all)).data.customers).toHaveLength(60);
  });

  test('is tried again now and then, some thirty times a day', async () => {
    await using still = await startStill({ twin: { customers: 60, tokens: {} } });
    for (let count = 0; count < 24 * 60; count++) {
      await still.ask();
      still.clock.advance(minute);
    }
    expect(still.twin.calls.length).toBeGreaterThan(20);
    expect(still.twin.calls.length).toBeLessThan(35);
  });
});

describe('a location', () => {
  test('that cannot be asked for fails its own field and not the one beside it', async () => {
    await using still = await startStill();
    await still.ask();
    still.twin.faults.turnOn('error-500');
    const beside = '{ a: customer(id: "23423") { name } b: customers(filter: { locationId: "301" }) { id } }';
    for (let count = 0; count < 3; count++) {
      const reply = await still.ask(beside);
      expect(reply.data).toEqual({ a: { name: 'ABC Wholesale' }, b: null });
      expect(codesOf(reply)).toEqual(['KOMET_UNAVAILABLE']);
    }
    expect(still.twin.calls).toHaveLength(2);
  });

  test('that Komet does not know costs one call, not one a query', async () => {
    await using still = await startStill({ twin: { customers: 60, behaviour: { locationId: 'rejected' } } });
    for (let count = 0; count < 5; count++) {
      const reply = await still.ask('{ customers(filter: { locationId: "999" }) { id } }');
      expect(codesOf(reply)).toEqual(['KOMET_REJECTED']);
    }
    expect(still.twin.calls).toHaveLength(2);
    expect((await still.ask()).errors).toBeUndefined();
  });
});
