import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLedger } from '../src/komet/quota.ts';
import { createFileStore } from '../src/store/file-store.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { startTwin } from '../src/twin/twin.ts';
import { createClock, type Reply, startGateway } from './harness/gateway.ts';

const hour = 3_600_000;
const all = '{ customers { id } }';
const noCache = { 'cache-control': 'no-cache', 'x-komet-explain': '1' };
const codeOf = ({ errors }: Reply) => errors?.[0]?.extensions['code'];
// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they need
const quotaOf = ({ extensions }: Reply) => (extensions?.['komet'] as any)?.quota;

const times = <Result>(count: number, make: () => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, make));

async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'komet-ledger-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

async function startDay(settings: Record<string, string> = {}) {
  const folder = await makeFolder();
  const clock = createClock();
  const twin = await startTwin({ customers: 60, now: clock.now });
  return {
    clock,
    twin,
    folder: folder.path,
    start: (changed: Record<string, string> = {}) =>
      startGateway({
        twin,
        now: clock.now,
        settings: { STORE_URL: `file:${folder.path}`, ...settings, ...changed },
      }),
    async [Symbol.asyncDispose]() {
      await twin.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('the calls of a day', () => {
  test('are counted on after each restart, failures too', async () => {
    await using day = await startDay({ KOMET_DAILY_QUOTA: '6', KOMET_MAX_STALENESS: '0' });
    for (let start = 1; start <= 9; start++) {
      day.twin.faults.turnOff();
      if (start % 2 === 0) day.twin.faults.turnOn('error-500');
      await using gateway = await day.start();
      const { data } = await gateway.query('{ kometStatus { quota { used } } }');
      expect(data.kometStatus.quota.used).toBe(day.twin.calls.length);
      const reply = await gateway.query(all, {}, noCache);
      if (start <= 6) expect(quotaOf(reply)).toMatchObject({ limit: 6, used: start });
      day.clock.advance(hour / 2);
    }
    expect(day.twin.calls).toHaveLength(6);
  });

  test('begin anew with the UTC day, and the counters of the old one are gone', async () => {
    await using day = await startDay({ KOMET_DAILY_QUOTA: '2', KOMET_MAX_STALENESS: '0' });
    await using gateway = await day.start();
    for (let count = 0; count < 4; count++) await gateway.query(all);
    expect(day.twin.calls).toHaveLength(2);
    day.clock.advance(16 * hour - 1);
    await gateway.query(all);
    expect(day.twin.calls).toHaveLength(2);
    day.clock.advance(1);
    expect(quotaOf(await gateway.query(all, {}, noCache))).toEqual({
      limit: 2,
      used: 1,
      resetsAt: '2026-03-12T00:00:00.000Z',
    });
    const counters = (await readdir(day.folder)).filter((name) => name.includes('.calls-'));
    expect(counters.filter((name) => !name.includes('2026-03-11'))).toEqual([]);
    expect(counters.length).toBeGreaterThan(0);
  });

  test('are shared by gateways that share a store', async () => {
    await using day = await startDay({ KOMET_DAILY_QUOTA: '10', KOMET_MAX_STALENESS: '0' });
    await using one = await day.start();
    await using other = await day.start();
    for (let count = 0; count < 10; count++) {
      await one.query(all);
      await other.query(all);
    }
    expect(day.twin.calls).toHaveLength(10);
  });

  test('may go on at once when a restart raises a quota that was spent', async () => {
    await using day = await startDay({ KOMET_MAX_STALENESS: '0', KOMET_STALE_IF_ERROR: '1ms' });
    {
      await using small = await day.start({ KOMET_DAILY_QUOTA: '1' });
      await small.query(all);
      day.clock.advance(hour);
      expect(codeOf(await small.query(all))).toBe('KOMET_QUOTA_EXHAUSTED');
    }
    await using large = await day.start({ KOMET_DAILY_QUOTA: '5' });
    expect((await large.query(all)).errors).toBeUndefined();
  });

  test('that were refused are not tried again after a restart before their time', async () => {
    await using day = await startDay();
    day.twin.faults.turnOn('rate-limited', { retryAfter: 3_600 });
    {
      await using first = await day.start();
      await first.query(all);
    }
    await using second = await day.start();
    day.clock.advance(hour / 2);
    expect(codeOf(await second.query(all))).toBe('KOMET_QUOTA_EXHAUSTED');
    expect(day.twin.calls).toHaveLength(1);
    day.twin.faults.turnOff();
    day.clock.advance(hour / 2);
    expect((await second.query(all)).errors).toBeUndefined();
  });
});

describe('the ledger', () => {
  test('lets exactly as many calls pass as a day has, however many ask at the same moment', async () => {
    await using folder = await makeFolder();
    for (const counters of [createMemoryStore(), await createFileStore(folder.path)]) {
      const openLedger = () => createLedger({ limit: 50, name: 'token', counters, now: () => 0 });
      const ledgers = await Promise.all([openLedger(), openLedger()]);
      const spends = Array.from({ length: 200 }, (_, index) =>
        ledgers[index % 2]?.spend(index % 3 === 0 ? 'interactive' : 'refresh'),
      );
      const settled = await Promise.allSettled(spends);
      expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    }
  });

  test('lets no more pass where two processes count in one folder', async () => {
    await using folder = await makeFolder();
    const ledgers = await times(2, async () =>
      createLedger({
        limit: 50,
        name: 'token',
        counters: await createFileStore(folder.path),
        now: () => 0,
      }),
    );
    const settled = await Promise.allSettled(
      Array.from({ length: 200 }, (_, index) => ledgers[index % 2]?.spend('refresh')),
    );
    const { length } = settled.filter(({ status }) => status === 'fulfilled');
    expect(length).toBeGreaterThan(40);
    expect(length).toBeLessThanOrEqual(50);
  });

  test('never promises more than is left, and keeps a tenth for those who insist', async () => {
    const spends = fc.array(fc.constantFrom('refresh' as const, 'interactive' as const), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        spends,
        fc.nat(24 * hour - 1),
        fc.constantFrom(0, 60_000, hour),
        async (limit, purposes, time, spacing) => {
          const ledger = await createLedger({
            limit,
            name: 'token',
            counters: createMemoryStore(),
            now: () => time,
          });
          let used = 0;
          let interactive = 0;
          for (const purpose of purposes) {
            const spent = await ledger.spend(purpose).then(
              () => 1,
              () => 0,
            );
            expect(spent).toBe(used < limit ? 1 : 0);
            used += spent;
            if (purpose === 'interactive') interactive += spent;
            const view = ledger.view(spacing);
            const left = limit - used;
            expect(view).toMatchObject({ limit, used, resetsAt: 24 * hour });
            expect(view.reserved).toBe(Math.min(left, Math.max(0, Math.ceil(limit / 10) - interactive)));
            expect(view.refreshLeft).toBe(left - view.reserved);
            expect(view.interactiveLeft).toBeGreaterThanOrEqual(view.reserved);
            expect(view.interactiveLeft).toBeLessThanOrEqual(left);
          }
        },
      ),
    );
  });
});
