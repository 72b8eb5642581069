import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { FaultName, FaultOptions } from '../src/twin/twin.ts';
import { createClock, startGateway, warmUp } from './harness/gateway.ts';

type Row = {
  readonly fault: FaultName;
  readonly options?: FaultOptions;
  /** What a caller sees who asks when nothing is known yet: an error's code, or rows. */
  readonly cold: string;
  /** Calls that this costs. */
  readonly calls: number;
};

const timeoutMs = 700;

/** Every fault has one known outcome; docs/running.md says the same. */
const rows: readonly Row[] = [
  { fault: 'slow', options: { delayMs: 100 }, cold: 'rows', calls: 1 },
  { fault: 'reset', cold: 'KOMET_UNAVAILABLE', calls: 3 },
  { fault: 'reset-mid-body', cold: 'KOMET_UNAVAILABLE', calls: 3 },
  { fault: 'error-502', cold: 'KOMET_UNAVAILABLE', calls: 3 },
  { fault: 'error-503', cold: 'KOMET_UNAVAILABLE', calls: 3 },
  { fault: 'error-504', cold: 'KOMET_UNAVAILABLE', calls: 3 },
  { fault: 'error-500', cold: 'KOMET_UNAVAILABLE', calls: 1 },
  { fault: 'rate-limited', options: { retryAfter: 0 }, cold: 'KOMET_QUOTA_EXHAUSTED', calls: 3 },
  { fault: 'rate-limited', options: { retryAfter: 60 }, cold: 'KOMET_QUOTA_EXHAUSTED', calls: 1 },
  { fault: 'quota-spent', cold: 'KOMET_QUOTA_EXHAUSTED', calls: 1 },
  { fault: 'unauthorized', cold: 'KOMET_UNAUTHORIZED', calls: 1 },
  { fault: 'never-answers', cold: 'KOMET_TIMEOUT', calls: 1 },
  { fault: 'stalled', cold: 'KOMET_TIMEOUT', calls: 1 },
  { fault: 'dripping', options: { delayMs: 50 }, cold: 'KOMET_TIMEOUT', calls: 1 },
  { fault: 'endless', cold: 'KOMET_BAD_RESPONSE|KOMET_TIMEOUT', calls: 1 },
  { fault: 'gzip-bomb', cold: 'KOMET_BAD_RESPONSE|KOMET_TIMEOUT', calls: 1 },
  { fault: 'huge-string', cold: 'KOMET_BAD_RESPONSE|KOMET_TIMEOUT', calls: 1 },
  { fault: 'deep', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'double-encoded', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'wrong-encoding', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'truncated', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'html', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'not-json', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'null-body', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'wrong-shape', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'array-at-top', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'redirect', cold: 'KOMET_BAD_RESPONSE', calls: 1 },
  { fault: 'bad-rows', cold: 'rows', calls: 1 },
  { fault: 'prototype-keys', cold: 'rows', calls: 1 },
  { fault: 'duplicate-keys', cold: 'rows', calls: 1 },
  { fault: 'set-cookie', cold: 'rows', calls: 1 },
];

const settings = { KOMET_TIMEOUT: `${timeoutMs}ms` };
const seed = { customers: 300 };
const question = '{ customer(id: "23423") { name } }';

describe('a caller who asks when nothing is known', () => {
  test.each(rows)(
    'and Komet has the fault $fault sees $cold after $calls calls',
    async ({ fault, options, cold, calls }) => {
      await using gateway = await startGateway({ settings, twin: seed });
      gateway.twin.faults.turnOn(fault, options);
      const started = performance.now();
      const { data, errors, headers } = await gateway.query(question);
      // Two retries with their pauses, and the slack of a busy machine.
      expect(performance.now() - started).toBeLessThan(timeoutMs + 4_000);
      if (cold === 'rows') expect(data).toEqual({ customer: { name: 'ABC Wholesale' } });
      else expect(cold.split('|')).toContain(errors?.[0]?.extensions['code']);
      expect(gateway.twin.calls).toHaveLength(calls);
      expect(headers.get('set-cookie')).toBeNull();
      expect(headers.get('cache-control')).toBe('no-store');
    },
  );

  test('and Komet is known to be down is refused without a call', async () => {
    const clock = createClock();
    await using gateway = await startGateway({
      settings,
      twin: { ...seed, faults: ['error-500'] },
      now: clock.now,
    });
    await gateway.query(question);
    for (let count = 0; count < 20; count++) {
      const { errors } = await gateway.query(question);
      expect(errors?.[0]?.extensions['code']).toBe('KOMET_UNAVAILABLE');
    }
    expect(gateway.twin.calls).toHaveLength(1);
    gateway.twin.faults.turnOff();
    clock.advance(1_500);
    expect((await gateway.query(question)).errors).toBeUndefined();
  });
});

describe('a caller who asks when the list is older than promised', () => {
  test.each(rows.filter(({ cold }) => cold !== 'rows'))(
    'and Komet has the fault $fault gets what there is, marked as stale',
    async ({ fault, options }) => {
      const clock = createClock();
      await using gateway = await startGateway({ settings, twin: seed, now: clock.now });
      await warmUp(gateway, question, clock.advance);
      clock.advance(10 * 60_000);
      gateway.twin.faults.turnOn(fault, options);
      const started = performance.now();
      const { data, errors, extensions, headers } = await gateway.query(question);
      expect(performance.now() - started).toBeLessThan(timeoutMs + 4_000);
      expect(errors).toBeUndefined();
      expect(data).toEqual({ customer: { name: 'ABC Wholesale' } });
      expect(extensions?.['komet']).toMatchObject({ source: 'stale' });
      expect(headers.get('age')).toBe('600');
    },
  );
});

describe('the time of a request', () => {
  test('is GATEWAY_TIMEOUT in all, however long a call to Komet may take', async () => {
    await using gateway = await startGateway({
      settings: { KOMET_TIMEOUT: '30s', GATEWAY_TIMEOUT: '400ms' },
      twin: { ...seed, faults: ['never-answers'] },
    });
    const started = performance.now();
    const { errors } = await gateway.query(question);
    expect(errors?.[0]?.extensions['code']).toBe('KOMET_TIMEOUT');
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  test('ends with the caller: a call that nobody else waits for is cut, one that somebody waits for is not', async () => {
    await using gateway = await startGateway({
      settings: { KOMET_MAX_STALENESS: '0', KOMET_TIMEOUT: '30s' },
      twin: { ...seed, latencyMs: 1_500 },
    });
    const ask = (id: string, signal?: AbortSignal) =>
      fetch(gateway.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `{ customer(id: "${id}") { name } }` }),
        ...(signal && { signal }),
      });
    const alone = new AbortController();
    const left = ask('23423', alone.signal).catch((error: Error) => error.name);
    await expect.poll(() => gateway.twin.calls.length).toBe(1);
    const before = gateway.twin.openSockets();
    alone.abort();
    expect(await left).toBe('AbortError');
    await expect.poll(() => gateway.twin.openSockets()).toBeLessThan(before);

    const leaving = new AbortController();
    const one = ask('25555', leaving.signal).catch(() => 'left');
    await expect.poll(() => gateway.twin.calls.length).toBe(2);
    const other = ask('25555');
    leaving.abort();
    expect(await one).toBe('left');
    expect(await (await other).json()).toEqual({ data: { customer: { name: 'DEF Retailer Best' } } });
  });

  test('at most eight calls are under way at once', async () => {
    await using gateway = await startGateway({
      settings: { KOMET_MAX_STALENESS: '0' },
      twin: { ...seed, latencyMs: 200 },
    });
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, gateway.twin.openSockets());
    }, 10);
    const locations = Array.from({ length: 30 }, (_, index) => `${index + 1}`);
    await Promise.all(
      locations.map((location) =>
        gateway.query(`{ customers(filter: { locationId: "${location}" }) { id } }`),
      ),
    );
    clearInterval(watch);
    expect(most).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(1);
  });
});

test('the table in docs/running.md has every fault', async () => {
  const page = await readFile(new URL('../docs/running.md', import.meta.url), 'utf8');
  const table = page.slice(page.indexOf('## When Komet fails'));
  for (const { fault, calls } of rows) {
    const line = table
      .split('\n')
      .find((each) => each.includes(`\`${fault}\``) && each.includes(`| ${calls} |`));
    expect(line, `${fault} with ${calls} calls`).toBeDefined();
  }
});
