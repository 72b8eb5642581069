import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { createLedger } from '../src/komet/quota.ts';
import { createRedisStore } from '../src/store/redis-store.ts';
import { LeaseLost } from '../src/store/store.ts';
import { subscribe, take } from './harness/events.ts';
import { codeOf, type Fleet, kometOf, startFleet, statusOf, times } from './harness/fleet.ts';
import { forkGateway } from './harness/fork-gateway.ts';
import { post } from './harness/gateway.ts';
import { describeWithRedis, startRedis } from './harness/redis.ts';
import { until } from './harness/until.ts';

const minute = 60_000;
const names = '{ customers(filter: { includeInactive: true }) { id name } }';
const explain = { 'x-komet-explain': '1' };

describeWithRedis('gateways that share a Redis', () => {
  test('spend one call together, however many are asked at once on a cold start', async () => {
    await using fleet = await startFleet({ twin: { latencyMs: 50 } });
    const gateways = await times(3, () => fleet.start());
    const replies = await Promise.all(gateways.map(({ query }) => query(names)));
    for (const { data } of replies) expect(data.customers).toHaveLength(30);
    expect(fleet.twin.calls).toHaveLength(1);
    expect(fleet.log.lines()).toEqual([]);
  });

  test('learn at once what another has read, without a call and without being asked', async () => {
    await using fleet = await startFleet();
    const [one, other] = [await fleet.start(), await fleet.start()];
    await other.query(names);
    fleet.clock.advance(10 * minute);
    fleet.twin.company.update('23423', { name: 'Renamed' });
    await one.query(names);
    await untilSame(one, other);
    const reply = await other.query(names, {}, explain);
    expect(reply.data.customers).toContainEqual({ id: '23423', name: 'Renamed' });
    expect(kometOf(reply)).toMatchObject({ upstreamCalls: 0, source: 'snapshot' });
    expect(fleet.twin.calls).toHaveLength(2);
  });

  test('find what another has read when they missed its message, without a call', async () => {
    await using fleet = await startFleet();
    const [one, other] = [await fleet.start(), await fleet.start()];
    await other.query(names);
    fleet.clock.advance(10 * minute);
    await fleet.redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await one.query(names);
    await untilSame(one, other);
    fleet.clock.advance(10 * minute);
    await fleet.redis.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await one.query(names);
    // Asked before there is a connection for messages again.
    expect(kometOf(await other.query(names, {}, explain)).upstreamCalls).toBe(0);
    expect(fleet.twin.calls).toHaveLength(3);
  });

  test('go on where another has left off after all of them have ended', async () => {
    await using fleet = await startFleet();
    {
      await using one = await fleet.start();
      await one.query(names);
    }
    const other = await fleet.start();
    expect((await other.query(names)).data.customers).toHaveLength(30);
    expect(await statusOf(other)).toMatchObject({ quota: { used: 1 } });
    expect(fleet.twin.calls).toHaveLength(1);
  });

  test('tell a subscriber of a change that another has read', async () => {
    await using fleet = await startFleet();
    const [one, other] = [await fleet.start(), await fleet.start()];
    await Promise.all([one.query(names), other.query(names)]);
    const events = await subscribe(
      other.url,
      'subscription { customerChanged { kind customer { name } previous { name } } }',
    );
    fleet.twin.company.update('23423', { name: 'Renamed' });
    fleet.clock.advance(10 * minute);
    await one.query(names);
    expect((await take(events, 1))[0]?.body).toMatchObject({
      data: { customerChanged: { kind: 'UPDATED', customer: { name: 'Renamed' } } },
    });
    events.close();
    expect(fleet.twin.calls).toHaveLength(2);
  });

  test('let a caller ask no more often than one would, however its requests are spread', async () => {
    await using fleet = await startFleet({ settings: { GATEWAY_RATE_LIMIT: '10/1m' } });
    const gateways = await times(3, () => fleet.start());
    const replies = await times(30, (turn) => gateways[turn % 3]?.query(names) ?? Promise.reject());
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(10);
    const refused = replies.filter((reply) => codeOf(reply) === 'RATE_LIMITED');
    expect(refused).toHaveLength(20);
    for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeGreaterThan(50);
  });

  test('leave Komet alone when it has told one of them that its quota is spent', async () => {
    await using fleet = await startFleet();
    const [one, other] = [await fleet.start(), await fleet.start()];
    await other.query('{ kometStatus { rows } }');
    fleet.twin.faults.turnOn('rate-limited', { retryAfter: 3_600 });
    expect(codeOf(await one.query(names))).toBe('KOMET_QUOTA_EXHAUSTED');
    expect(codeOf(await other.query(names))).toBe('KOMET_QUOTA_EXHAUSTED');
    expect(fleet.twin.calls).toHaveLength(1);
    const late = await fleet.start();
    expect(codeOf(await late.query(names))).toBe('KOMET_QUOTA_EXHAUSTED');
    expect(fleet.twin.calls).toHaveLength(1);
  });

  test('share the pause after a failure, and its end', async () => {
    await using fleet = await startFleet();
    const [one, other] = [await fleet.start(), await fleet.start()];
    await Promise.all([one, other].map(statusOf));
    fleet.twin.faults.turnOn('error-500');
    expect(codeOf(await one.query(names))).toBe('KOMET_UNAVAILABLE');
    expect(codeOf(await other.query(names))).toBe('KOMET_UNAVAILABLE');
    expect(fleet.twin.calls).toHaveLength(1);
    fleet.twin.faults.turnOff();
    fleet.clock.advance(1_000);
    expect((await other.query(names)).data.customers).toHaveLength(30);
    fleet.clock.advance(10 * minute);
    expect(kometOf(await one.query(names, {}, explain))).toMatchObject({ source: 'upstream' });
    expect(fleet.twin.calls).toHaveLength(3);
  });

  test('keep the customers of two tokens apart, and count for each', async () => {
    await using fleet = await startFleet({
      settings: { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client' },
      twin: {
        companies: { rosa: { customers: 3 }, iris: { customers: 4 } },
        tokens: { one: { kind: 'company', company: 'rosa' }, two: { kind: 'company', company: 'iris' } },
      },
    });
    const gateways = await times(3, () => fleet.start());
    for (const turn of [0, 1, 2, 3, 4, 5]) {
      for (const [token, rows] of [
        ['one', 3],
        ['two', 4],
      ] as const) {
        const { data } = await gateways[turn % 3]!.query(names, {}, { 'x-komet-token': token });
        expect(data.customers).toHaveLength(rows);
      }
    }
    expect(fleet.twin.calls).toHaveLength(2);
    const { data } = await gateways[2]!.query(
      '{ kometStatus { quota { used } } }',
      {},
      { 'x-komet-token': 'two' },
    );
    expect(data.kometStatus.quota.used).toBe(1);
  });
});

describeWithRedis('the right to read the list', () => {
  test('passes to another gateway when the one that has it is killed', async () => {
    await using fleet = await startFleet({ live: true });
    const other = await fleet.start();
    using holder = await holdLease(fleet);
    holder.process.kill('SIGKILL');
    fleet.twin.latencyMs = 0;
    const asked = performance.now();
    expect((await other.query(names)).data.customers).toHaveLength(30);
    // Sooner than a caller gives up that could be answered with older rows.
    expect(performance.now() - asked).toBeLessThan(5_000);
    expect(fleet.twin.calls).toHaveLength(2);
  });

  test('is gone for one that was paused: what it has read comes too late, there and elsewhere', async () => {
    await using fleet = await startFleet({ live: true });
    const other = await fleet.start();
    using holder = await holdLease(fleet);
    holder.process.kill('SIGSTOP');
    fleet.twin.latencyMs = 0;
    fleet.twin.company.update('23423', { name: 'Renamed' });
    expect((await other.query(names)).data.customers).toContainEqual({ id: '23423', name: 'Renamed' });
    const { snapshotVersion } = await statusOf(other);
    holder.process.kill('SIGCONT');
    await holder.answered;
    const late = await fleet.start();
    expect(await statusOf(late)).toMatchObject({ snapshotVersion });
    const paused = { query: (query: string) => post(holder.url, { query }) };
    await until(
      'the paused one has what is newer',
      async () =>
        (await paused.query('{ kometStatus { snapshotVersion } }')).data.kometStatus.snapshotVersion ===
        snapshotVersion,
    );
    for (const gateway of [other, late, paused]) {
      expect((await gateway.query(names)).data.customers).toContainEqual({ id: '23423', name: 'Renamed' });
    }
    expect(fleet.twin.calls).toHaveLength(2);
  });

  test('is held by one process at a time, and the store takes nothing from one that had it before', async () => {
    await using redis = await startRedis();
    const stores = await times(2, () => openStore(redis.url));
    const [first, second] = stores.map(({ fleet }) => fleet!);
    const early = await first!.lease('tenant');
    expect(await second!.lease('tenant')).toBeNull();
    await early?.write('tenant.head', Buffer.from('early'));
    await redis.admin.del('komet-graphql:{tenant}:lease');
    const late = await second!.lease('tenant');
    await late?.write('tenant.head', Buffer.from('late'));
    await expect(early?.write('tenant.head', Buffer.from('too late'))).rejects.toThrow(LeaseLost);
    await early?.release();
    expect(await first!.lease('tenant')).toBeNull();
    await late?.release();
    expect(`${await stores[0]!.read('tenant.head')}`).toBe('late');
    await Promise.all(stores.map(({ close }) => close()));
  });
});

describeWithRedis('the ledger in Redis', () => {
  test('lets exactly as many calls pass as a day has, however many processes ask at the same moment', async () => {
    await using redis = await startRedis();
    const stores = await times(3, () => openStore(redis.url));
    const ledgers = await Promise.all(
      stores.map((counters) => createLedger({ limit: 50, name: 'token', counters, now: () => 0 })),
    );
    const settled = await Promise.allSettled(
      Array.from({ length: 300 }, (_, turn) =>
        ledgers[turn % 3]?.spend(turn % 4 ? 'refresh' : 'interactive'),
      ),
    );
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(50);
    await Promise.all(stores.map(({ close }) => close()));
  });

  test('is told again what it has lost, by whoever knows', async () => {
    await using redis = await startRedis();
    const stores = await times(3, () => openStore(redis.url));
    for (const turn of Array.from({ length: 30 }, (_, index) => index))
      await stores[turn % 3]?.increment('a.calls');
    await Promise.all(stores.map(({ count }) => count('a.calls')));
    await redis.admin.flushall();
    const counted = [];
    for (const store of stores) counted.push(await store.increment('a.calls'));
    expect(counted).toEqual([31, 32, 33]);
    const newcomer = await openStore(redis.url);
    expect(await newcomer.count('a.calls')).toBe(33);
    await Promise.all([newcomer, ...stores].map(({ close }) => close()));
  });
});

const openStore = (url: string) => createRedisStore({ url });

const untilSame = (one: Parameters<typeof statusOf>[0], other: typeof one) =>
  until('both have the same version', async () => {
    const [first, second] = await Promise.all([statusOf(one), statusOf(other)]);
    return first.asOf === second.asOf && first.snapshotVersion === second.snapshotVersion;
  });

/** A gateway in a process of its own that was asked and waits for Komet, which will take its time. */
async function holdLease({ twin, storeUrl }: Fleet) {
  const settings = { KOMET_TOKEN: 'test-token', KOMET_BASE_URL: twin.url, STORE_URL: storeUrl };
  const { gateway, url } = await forkGateway(settings);
  twin.latencyMs = 6_000;
  const answered = post(url, { query: names }).catch(() => undefined);
  await until('Komet was asked', () => twin.calls.length === 1);
  return {
    process: gateway as ChildProcess,
    url,
    answered,
    [Symbol.dispose]: () => void gateway.kill('SIGKILL'),
  };
}
