import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTwin } from '../src/twin/twin.ts';
import { startBrowser, type TestBrowser } from './harness/browser.ts';
import { createClock, startGateway } from './harness/gateway.ts';
import { listen } from './harness/listening.ts';

const names = '{ customers { name } }';
const key = '0123456789abcdef';
const pictures = join(import.meta.dirname, 'output');

const pageOf = ({ url }: { url: string }) => new URL('/status', url).href;
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
});
const asBrowser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

async function readStatus(gateway: { url: string }, headers: Record<string, string> = {}) {
  const response = await fetch(pageOf(gateway), { headers });
  // biome-ignore lint/suspicious/noExplicitAny: as for answers of GraphQL
  return { status: response.status, headers: response.headers, body: (await response.json()) as any };
}

describe('/status as JSON', () => {
  test('says how fresh, at what price, on what and since when, and costs no call', async () => {
    const { now, advance } = createClock();
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    await gateway.query(names);
    advance(90_000);
    const { status, headers, body } = await readStatus(gateway);
    expect(status).toBe(200);
    expect(headers.get('vary')).toBe('accept');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      at: '2026-03-10T08:01:30.000Z',
      gateway: {
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        node: process.version,
        graphql: expect.stringMatching(/^16\./),
        startedAt: '2026-03-10T08:00:00.000Z',
      },
      source: new URL(gateway.twin.url).host,
      freshness: 'fresh',
      snapshot: {
        rows: 5,
        version: expect.any(String),
        asOf: '2026-03-10T08:00:00.000Z',
        ageSeconds: 90,
        lastRead: 'FULL',
        nextReadAt: '2026-03-10T08:05:00.000Z',
      },
      maxStalenessSeconds: 300,
      quota: {
        limit: 1000,
        used: 1,
        reserved: 100,
        left: 999,
        resetsAt: '2026-03-11T00:00:00.000Z',
        dayPassed: expect.closeTo(8.025 / 24, 6),
      },
      hours: expect.any(Array),
      failures: [],
      capabilities: { updateAsOf: expect.any(String), includeInactive: 'HONOURED' },
    });
    expect(gateway.twin.calls).toHaveLength(1);
  });

  test('tells fresh from resting, stale and empty', async () => {
    const { now, advance } = createClock();
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    const freshness = async () => (await readStatus(gateway)).body.freshness;
    expect(await freshness()).toBe('empty');
    await gateway.query(names);
    expect(await freshness()).toBe('fresh');
    advance(600_000);
    expect(await freshness()).toBe('resting');
    gateway.twin.faults.turnOn('unauthorized');
    await gateway.query(names);
    expect(await freshness()).toBe('stale');
  });

  test('has the calls of the last 24 hours and no more, and none from before it ran', async () => {
    const { now, advance } = createClock(Date.parse('2026-03-10T08:30:00Z'));
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    const hours = async () =>
      (await readStatus(gateway)).body.hours as { startsAt: string; calls: number | null; failed: number }[];
    await gateway.query(names);
    expect((await hours()).map(({ calls }) => calls)).toEqual([...Array(23).fill(null), 1]);
    advance(3_600_000);
    gateway.twin.faults.turnOn('error-500');
    await gateway.query(names);
    gateway.twin.faults.turnOff();
    expect((await hours()).slice(-2)).toEqual([
      { startsAt: '2026-03-10T08:00:00.000Z', calls: 1, failed: 0 },
      { startsAt: '2026-03-10T09:00:00.000Z', calls: 1, failed: 1 },
    ]);
    advance(23 * 3_600_000);
    expect(await hours()).toHaveLength(24);
    expect((await hours())[0]).toEqual({ startsAt: '2026-03-10T09:00:00.000Z', calls: 1, failed: 1 });
    advance(3_600_000);
    expect((await hours()).every(({ calls }) => calls === 0)).toBe(true);
  });

  test('has the last errors in the words that kometStatus has, each kind once in a row', async () => {
    const { now, advance } = createClock();
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    for (const fault of ['error-500', 'error-500', 'unauthorized'] as const) {
      gateway.twin.faults.turnOn(fault);
      await gateway.query(names);
      gateway.twin.faults.turnOff();
      advance(7_200_000);
    }
    const { body } = await readStatus(gateway);
    const { data } = await gateway.query('{ kometStatus { lastError { code message } } }');
    expect(body.failures).toMatchObject([
      { ...data.kometStatus.lastError, times: 1, lastAt: '2026-03-10T12:00:00.000Z' },
      { code: 'KOMET_UNAVAILABLE', times: 2, firstAt: '2026-03-10T08:00:00.000Z' },
    ]);
  });
});

describe('/status is for whoever may ask for customers', () => {
  const keys = { GATEWAY_API_KEYS: `ops:${key}` };
  const own = { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client' };

  test('with the key as a password in a browser, and as Bearer elsewhere', async () => {
    await using gateway = await startGateway({ settings: { ...keys, HOST: '0.0.0.0' } });
    const statusOf = async (headers: Record<string, string>) =>
      (await fetch(pageOf(gateway), { headers })).status;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: `Bearer ${key}` })).toBe(200);
    expect(await statusOf(basic('', key))).toBe(200);
    expect(await statusOf(basic('anybody', key))).toBe(200);
    expect(await statusOf(basic(key, ''))).toBe(401);
    expect(await statusOf(basic('', `${key}0`))).toBe(401);
    expect(await statusOf({ authorization: 'Basic !' })).toBe(401);
    expect(await statusOf({ authorization: `Basic ${Buffer.from(key).toString('base64')}` })).toBe(401);
  });

  test('where callers bring their own token, with that as the password, and each sees its own', async () => {
    await using gateway = await startGateway({ settings: own, twin: { customers: 5 } });
    expect((await readStatus(gateway)).status).toBe(401);
    await gateway.query(names, {}, { 'x-komet-token': 'mine' });
    const mine = await readStatus(gateway, basic('', 'mine'));
    expect(mine.body).toMatchObject({ freshness: 'fresh', snapshot: { rows: 5 }, quota: { used: 1 } });
    const theirs = await readStatus(gateway, basic('', 'theirs'));
    expect(theirs.body).toMatchObject({ freshness: 'empty', snapshot: null, quota: { used: 0 } });
    expect((await readStatus(gateway, { 'x-komet-token': 'mine' })).body.freshness).toBe('fresh');
    expect(gateway.twin.calls).toHaveLength(1);
  });

  test('where both are wanted, with the key as the name', async () => {
    await using gateway = await startGateway({ settings: { ...own, ...keys }, twin: { customers: 5 } });
    expect((await readStatus(gateway, basic('', 'mine'))).status).toBe(401);
    expect((await readStatus(gateway, basic(key, ''))).status).toBe(401);
    expect((await readStatus(gateway, basic(key, 'mine'))).status).toBe(200);
  });

  test('and a password that a browser remembers opens nothing else', async () => {
    await using gateway = await startGateway({ settings: keys });
    expect((await gateway.query(names, {}, basic('', key))).status).toBe(401);
    expect((await fetch(new URL('/metrics', gateway.url), { headers: basic('', key) })).status).toBe(401);
  });

  test('guesses are counted, and then not even looked at', async () => {
    await using gateway = await startGateway({ settings: keys });
    const statuses: number[] = [];
    for (let guess = 0; guess < 70; guess++) {
      statuses.push((await fetch(pageOf(gateway), { headers: basic('', `guess-number-${guess}-x`) })).status);
    }
    expect(statuses.filter((status) => status === 401)).toHaveLength(60);
    expect(statuses.at(-1)).toBe(429);
  });

  test('a browser is asked for a password, other programs for a Bearer', async () => {
    await using gateway = await startGateway({ settings: keys });
    const page = await fetch(pageOf(gateway), { headers: asBrowser });
    expect(page.status).toBe(401);
    expect(page.headers.get('www-authenticate')).toMatch(/^Basic realm="[^"]+", charset="UTF-8"$/);
    expect(await page.text()).toContain('give your API key as the password');
    const reply = await fetch(pageOf(gateway));
    expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    expect(await reply.json()).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  test.for<[string, Record<string, string>, number]>([
    [
      'a script',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' },
      403,
    ],
    [
      'a frame',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
      403,
    ],
    [
      'a picture',
      { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
      403,
    ],
    ['another name for this machine', { host: 'evil.example' }, 403],
    [
      'a link',
      { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
      200,
    ],
  ])('%s of another site gets what it should', async ([, headers, status]) => {
    await using gateway = await startGateway();
    const { request } = await import('undici');
    const reply = await request(pageOf(gateway), { headers: { ...asBrowser, ...headers } });
    await reply.body.dump();
    expect(reply.statusCode).toBe(status);
  });

  test('by GET only', async () => {
    await using gateway = await startGateway();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await fetch(pageOf(gateway), { method })).status).toBe(405);
    }
  });
});

describe('/status in a browser', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    browser = await startBrowser();
  });
  afterAll(() => browser?.[Symbol.asyncDispose]());

  /** A gateway with some of a day behind it. */
  async function startBusyGateway() {
    const { now, advance } = createClock(Date.parse('2026-03-09T22:00:00Z'));
    const gateway = await startGateway({ twin: { customers: 459 }, now });
    for (let hour = 0; hour < 18; hour++) {
      if (hour === 12) gateway.twin.faults.turnOn('error-503');
      for (let call = 0; call <= hour % 4; call++) {
        await gateway.query(names, {}, { 'cache-control': 'no-cache' });
        advance(600_000);
      }
      gateway.twin.faults.turnOff();
      advance((4 - (hour % 4)) * 600_000);
    }
    await gateway.query(names, {}, { 'cache-control': 'no-cache' });
    advance(83_000);
    return { gateway, advance };
  }

  const looks: Record<string, BrowserContextOptions> = {
    light: { colorScheme: 'light', viewport: { width: 1000, height: 900 } },
    dark: { colorScheme: 'dark', viewport: { width: 1000, height: 900 } },
    phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
  };

  test('is one page without anything from elsewhere, for light, dark and a phone, and for who cannot see it', async () => {
    const { gateway } = await startBusyGateway();
    await using _ = gateway;
    for (const [look, options] of Object.entries(looks)) {
      const { page, requests, complaints } = await browser.open(options);
      await page.goto(pageOf(gateway));
      expect(await page.title()).toBe('Fresh · komet-graphql');
      expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pageOf(gateway)]);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width).toBe(options.viewport?.width);
      await page.evaluate(axe.source);
      const violations = await page.evaluate(async () => {
        const found = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
      });
      expect({ look, violations }).toEqual({ look, violations: [] });
      expect(await page.locator('html').getAttribute('lang')).toBe('en');
      for (const picture of await page.locator('svg[role=img]').all()) {
        expect(await picture.locator('> title').textContent()).not.toBe('');
        expect(await picture.locator('> desc').textContent()).not.toBe('');
      }
      expect(await page.locator('svg[role=img]').count()).toBe(3);
      await page.screenshot({ path: join(pictures, `status-${look}.png`), fullPage: true });
      expect(complaints).toEqual([]);
      await page.context().close();
    }
  });

  test('shows in words what its pictures show', async () => {
    const { gateway } = await startBusyGateway();
    await using _ = gateway;
    const { page } = await browser.open();
    await page.goto(pageOf(gateway));
    const { body } = await readStatus(gateway);
    const { used, limit } = body.quota;
    await page.getByText(`${used} of ${limit.toLocaleString('en-US')} are spent`).waitFor();
    const bar = await page.locator('.quota .spent').getAttribute('width');
    expect(Number.parseFloat(bar ?? '')).toBeCloseTo((100 * used) / limit, 1);
    const line = await page.locator('.quota .now').getAttribute('x1');
    expect(Number.parseFloat(line ?? '')).toBeCloseTo(100 * body.quota.dayPassed, 1);
    const hours = body.hours as { calls: number | null; failed: number }[];
    const shown = (kind: string) => page.locator(`.hours .${kind}`).count();
    expect(await shown('good')).toBe(hours.filter(({ calls, failed }) => (calls ?? 0) > failed).length);
    expect(await shown('bad')).toBe(hours.filter(({ failed }) => failed > 0).length);
    await page.getByText('KOMET_UNAVAILABLE').waitFor();
    await page.context().close();
  });

  test('brings itself up to date, and says when it cannot', async () => {
    const { now, advance } = createClock();
    const gateway = await startGateway({ twin: { customers: 5 }, now });
    const { page } = await browser.open();
    await page.clock.install();
    await page.goto(pageOf(gateway));
    await page.getByRole('heading', { name: 'Nothing read yet' }).waitFor();
    await gateway.query(names);
    advance(61_000);
    await page.clock.fastForward(31_000);
    await page.getByRole('heading', { name: 'Fresh' }).waitFor();
    expect(await page.title()).toBe('Fresh · komet-graphql');
    await gateway[Symbol.asyncDispose]();
    await page.clock.fastForward(31_000);
    await page.getByText('does not answer any more').waitFor();
    await page.context().close();
  });

  test('comes with a password', async () => {
    await using gateway = await startGateway({ settings: { GATEWAY_API_KEYS: `ops:${key}` } });
    const httpCredentials = { username: '', password: key };
    const { page } = await browser.open({ httpCredentials });
    await page.goto(pageOf(gateway));
    await page.getByRole('heading', { name: 'Nothing read yet' }).waitFor();
    await page.context().close();
    const stranger = await browser.open({
      httpCredentials: { username: '', password: 'nonsense-of-theirs' },
    });
    await stranger.page.goto(pageOf(gateway));
    await stranger.page.getByRole('heading', { name: 'Not for everybody' }).waitFor();
    await stranger.page.context().close();
  });

  test('shows what Komet says as text, whatever it is', async () => {
    const evil = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`;
    await using komet = await listen((_request, response) =>
      response.end(JSON.stringify({ status: 0, message: evil })),
    );
    await using twin = await startTwin();
    await using gateway = await startGateway({
      twin,
      settings: { KOMET_BASE_URL: new URL('/api', komet.url).href },
    });
    await gateway.query(names);
    const { page, complaints } = await browser.open();
    await page.goto(pageOf(gateway));
    await page.getByText(evil).waitFor();
    expect(await page.title()).toBe('Stale · komet-graphql');
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
