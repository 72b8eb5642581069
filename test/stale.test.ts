import { describe, expect, test } from 'vitest';
import { createClock, type Reply, startGateway, warmUp } from './harness/gateway.ts';

const minute = 60_000;
const hour = 60 * minute;

const name = '{ customer(id: "23423") { name } }';
// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they need
const kometOf = ({ extensions }: Reply) => extensions?.['komet'] as any;
const codeOf = ({ errors }: Reply) => errors?.[0]?.extensions['code'];

async function startWarm(settings: Record<string, string> = {}) {
  const clock = createClock();
  const gateway = await startGateway({
    twin: { customers: 60 },
    now: clock.now,
    settings: { KOMET_STALE_IF_ERROR: '3h', KOMET_TIMEOUT: '300ms', ...settings },
  });
  await warmUp(gateway, name, clock.advance);
  const asOf = new Date(clock.now()).toISOString();
  return {
    clock,
    asOf,
    twin: gateway.twin,
    ask: (headers: Record<string, string> = {}) => gateway.query(name, {}, headers),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

describe('while Komet', () => {
  test.each([
    ['error-503', 'KOMET_UNAVAILABLE'],
    ['reset', 'KOMET_UNAVAILABLE'],
    ['reset-mid-body', 'KOMET_UNAVAILABLE'],
    ['never-answers', 'KOMET_TIMEOUT'],
    ['stalled', 'KOMET_TIMEOUT'],
    ['slow', 'KOMET_TIMEOUT'],
    ['html', 'KOMET_BAD_RESPONSE'],
    ['truncated', 'KOMET_BAD_RESPONSE'],
    ['unauthorized', 'KOMET_UNAUTHORIZED'],
    ['quota-spent', 'KOMET_QUOTA_EXHAUSTED'],
  ] as const)('has the fault %s answers go on up to KOMET_STALE_IF_ERROR, then %s', async (fault, code) => {
    await using warm = await startWarm();
    warm.twin.faults.turnOn(fault);
    for (let passed = 30; passed < 180; passed += 30) {
      warm.clock.advance(30 * minute);
      const reply = await warm.ask();
      expect(reply.data.customer).toEqual({ name: 'ABC Wholesale' });
      expect(reply.errors).toBeUndefined();
      expect(reply.headers.get('age')).toBe(String(passed * 60));
      expect(kometOf(reply)).toMatchObject({ source: 'stale', asOf: warm.asOf });
    }
    warm.clock.advance(31 * minute);
    const refused = await warm.ask();
    expect(refused.data).toEqual({ customer: null });
    expect(codeOf(refused)).toBe(code);
    expect(refused.headers.get('age')).toBeNull();
  });

  test('is slower than anybody waits for, the answer is what there is, and the next one is new', async () => {
    await using warm = await startWarm({ KOMET_TIMEOUT: '30s' });
    warm.clock.advance(6 * minute);
    warm.twin.company.update('23423', { name: 'Renamed' });
    warm.twin.faults.next('slow', { delayMs: 6_000 });
    const started = performance.now();
    const first = await warm.ask();
    expect(performance.now() - started).toBeLessThan(5_900);
    expect(first.data.customer.name).toBe('ABC Wholesale');
    expect(kometOf(first)).toMatchObject({ source: 'stale', upstreamCalls: 1 });
    await expect.poll(async () => (await warm.ask()).data.customer.name, { timeout: 5_000 }).toBe('Renamed');
    expect(warm.twin.calls).toHaveLength(2);
  });

  test('is down, callers who insist get what there is and are told', async () => {
    await using warm = await startWarm();
    warm.twin.faults.turnOn('error-500');
    warm.clock.advance(minute);
    const reply = await warm.ask({ 'cache-control': 'no-cache' });
    expect(reply.data.customer.name).toBe('ABC Wholesale');
    expect(kometOf(reply)).toMatchObject({ source: 'stale', upstreamCalls: 1 });
    expect(reply.headers.get('age')).toBe('60');
  });
});

describe('an answer within the promise', () => {
  test('says its age in a header, and nothing in extensions unless asked', async () => {
    await using warm = await startWarm();
    warm.clock.advance(4 * minute);
    const reply = await warm.ask();
    expect(reply.headers.get('age')).toBe('240');
    expect(reply.extensions).toBeUndefined();
  });

  test('is not stale at exactly the promised age', async () => {
    await using warm = await startWarm();
    warm.twin.faults.turnOn('reset');
    warm.clock.advance(5 * minute);
    expect(kometOf(await warm.ask({ 'x-komet-explain': '1' })).source).toBe('snapshot');
    warm.clock.advance(1);
    expect(kometOf(await warm.ask()).source).toBe('stale');
  });
});

describe('once Komet is back', () => {
  test('an answer is new again within two minutes', async () => {
    await using warm = await startWarm();
    warm.twin.faults.turnOn('error-503');
    for (let passed = 0; passed < 120; passed++) {
      warm.clock.advance(minute);
      await warm.ask();
    }
    warm.twin.faults.turnOff();
    warm.twin.company.update('23423', { name: 'Renamed' });
    warm.clock.advance(2 * minute);
    const reply = await warm.ask({ 'x-komet-explain': '1' });
    expect(reply.data.customer.name).toBe('Renamed');
    expect(kometOf(reply).source).toBe('upstream');
  });

  test('two hours of an outage have cost no more than their share of the quota', async () => {
    await using warm = await startWarm();
    warm.twin.faults.turnOn('reset');
    for (let passed = 0; passed < 2 * hour; passed += 10_000) {
      warm.clock.advance(10_000);
      await warm.ask();
    }
    expect(warm.twin.calls.length).toBeGreaterThan(20);
    // An eighth of what is left of the day, and the first hasty tries.
    expect(warm.twin.calls.length).toBeLessThan(1000 / 8);
  });
});
