import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runTenants } from '../../bench/tenants/run-tenants.ts';
import { startTwin } from '../../src/twin/twin.ts';
import { createClock, post, startGateway } from '../harness/gateway.ts';
import { createFolder } from '../harness/program.ts';

const names = '{ customers(filter: { includeInactive: true }) { name } }';
const fromClients = { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client', GATEWAY_TRUSTED_PROXIES: '1' };

const startCompanies = (count: number) =>
  startTwin({
    companies: Object.fromEntries(Array.from({ length: count }, (_, n) => [`c${n}`, { customers: 3 + n }])),
    tokens: Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`good-${n}`, { kind: 'company', company: `c${n}` }]),
    ),
  });

/** As a caller with a token of its own, seen by the proxy in front at an address. */
const ask = (url: string, token: string, address = '10.0.0.1') =>
  post(url, { query: names }, { 'x-komet-token': token, 'x-forwarded-for': address });

/** A guess from an address that has made no other. */
const guess = (url: string, turn: number) => ask(url, `guess-${turn}`, `10.1.${turn >> 8}.${turn & 255}`);

const callsWith = (calls: readonly { readonly company: string | null }[], company: string | null) =>
  calls.filter((call) => call.company === company).length;

describe('two companies behind one gateway', () => {
  test('see no row of each other in 20,000 operations at random, while lists change and Komet fails', async () => {
    const report = await runTenants({ operations: 20_000 });
    expect(report.foreign).toEqual([]);
    expect(report.operations).toBe(20_000);
    expect(report.failed).toBe(0);
    // So that it was worth looking.
    expect(report.own).toBeGreaterThan(10_000);
    expect(report.calls).toBeGreaterThan(200);
    expect(report.faults).toBeGreaterThan(50);
    expect(report.changesHeard).toBeGreaterThan(20);
  }, 120_000);
});

describe('a flood of made-up tokens', () => {
  test('costs one call each, however often and however many at once they are sent', async () => {
    await using twin = await startCompanies(1);
    await using gateway = await startGateway({ twin, settings: fromClients });
    const turns = Array.from({ length: 25 }, (_, turn) => turn);
    for (const _time of ['first', 'again']) {
      await Promise.all(
        turns.flatMap((turn) => Array.from({ length: 4 }, () => ask(gateway.url, `guess-${turn}`))),
      );
    }
    expect(twin.calls).toHaveLength(25);
    expect(callsWith(twin.calls, null)).toBe(25);
  });

  test('is refused after 30 a minute from one address, while tokens that are known go on', async () => {
    await using twin = await startCompanies(1);
    await using gateway = await startGateway({ twin, settings: fromClients });
    expect((await ask(gateway.url, 'good-0')).data.customers).toHaveLength(3);
    const replies = [];
    for (let turn = 0; turn < 40; turn++) replies.push(await ask(gateway.url, `guess-${turn}`));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(11);
    for (const { errors, headers } of refused) {
      expect(errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(callsWith(twin.calls, null)).toBe(29);
    expect((await ask(gateway.url, 'good-0')).data.customers).toHaveLength(3);
    expect((await ask(gateway.url, 'guess-0')).status).toBe(200);
    expect((await ask(gateway.url, 'guess-50', '10.0.0.2')).status).toBe(200);
  });

  test('from 600 addresses pushes out nobody whose token was good, nor costs them a call', async () => {
    await using twin = await startCompanies(2);
    await using gateway = await startGateway({ twin, settings: fromClients });
    // The one has asked twice, the other only once.
    await ask(gateway.url, 'good-0');
    await ask(gateway.url, 'good-0');
    await ask(gateway.url, 'good-1');
    for (let turn = 0; turn < 600; turn += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, more) => guess(gateway.url, turn + more)));
    }
    expect((await ask(gateway.url, 'good-0')).data.customers).toHaveLength(3);
    expect((await ask(gateway.url, 'good-1')).data.customers).toHaveLength(4);
    expect([callsWith(twin.calls, 'c0'), callsWith(twin.calls, 'c1')]).toEqual([1, 1]);
    expect(callsWith(twin.calls, null)).toBeLessThanOrEqual(600);
    // Of each that is kept at most one connection, and of no more than are kept.
    expect(twin.openSockets()).toBeLessThanOrEqual(210);
  });

  test('leaves nothing in the store, while what good tokens brought is there after a restart', async () => {
    await using folder = await createFolder();
    await using twin = await startCompanies(1);
    const settings = { ...fromClients, STORE_URL: `file:${folder.path}` };
    {
      await using gateway = await startGateway({ twin, settings });
      await ask(gateway.url, 'good-0');
      for (let turn = 0; turn < 250; turn++) await guess(gateway.url, turn);
      await ask(gateway.url, 'good-0');
    }
    const files = await readdir(folder.path);
    expect(new Set(files.map((file) => file.split('.')[0])).size).toBe(1);
    expect(files.some((file) => file.endsWith('.snapshot'))).toBe(true);
    await using gateway = await startGateway({ twin, settings });
    const { data } = await post(
      gateway.url,
      { query: '{ customers { name } kometStatus { quota { used } } }' },
      { 'x-komet-token': 'good-0' },
    );
    expect(data).toMatchObject({ customers: [{}, {}, {}], kometStatus: { quota: { used: 1 } } });
    expect(callsWith(twin.calls, 'c0')).toBe(1);
  });
});

describe('a token that is not good any more', () => {
  test('brings what it brought before, and then nothing', async () => {
    const clock = createClock();
    await using twin = await startTwin({ now: clock.now });
    await using gateway = await startGateway({ twin, settings: fromClients, now: clock.now });
    expect((await ask(gateway.url, 'good')).data.customers.length).toBeGreaterThan(400);
    twin.faults.turnOn('unauthorized');
    clock.advance(3_600_000);
    expect((await ask(gateway.url, 'good')).extensions).toMatchObject({ komet: { source: 'stale' } });
    clock.advance(24 * 3_600_000);
    const { errors } = await ask(gateway.url, 'good');
    expect(errors?.[0]?.extensions['code']).toBe('KOMET_UNAUTHORIZED');
  });
});

describe('what is kept of two companies in one folder', () => {
  test('tells neither who they are nor whom they sell to', async () => {
    await using folder = await createFolder();
    await using twin = await startCompanies(2);
    const settings = { ...fromClients, STORE_URL: `file:${folder.path}` };
    {
      await using gateway = await startGateway({ twin, settings });
      for (const token of ['good-0', 'good-1', 'good-0', 'good-1']) await ask(gateway.url, token);
    }
    const files = await readdir(folder.path);
    expect(new Set(files.map((file) => file.split('.')[0])).size).toBe(2);
    for (const file of files) {
      const content = await readFile(join(folder.path, file), 'latin1');
      expect(content).not.toMatch(/good-|Wholesale|customers/);
    }
  });
});
