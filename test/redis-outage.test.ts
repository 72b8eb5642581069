import { expect, test } from 'vitest';
import { codeOf, type Fleet, kometOf, startFleet, statusOf, times } from './harness/fleet.ts';
import type { TestGateway } from './harness/gateway.ts';
import { describeWithRedis } from './harness/redis.ts';
import { until } from './harness/until.ts';

const minute = 60_000;
const names = '{ customers(filter: { includeInactive: true }) { id name } }';
const explain = { 'x-komet-explain': '1' };
const noCache = { ...explain, 'cache-control': 'no-cache' };

/** What is logged when an outage begins and when it ends. */
const [away, back] = ['Redis cannot be used; going on from memory', 'Redis can be used again'];

/** Gateways that all know the list, and each other. */
async function warmUp(fleet: Fleet, count: number): Promise<TestGateway[]> {
  const gateways = await times(count, () => fleet.start());
  for (const { query } of gateways) await query(names);
  await untilKnown(fleet, count);
  return gateways;
}

/** Until all have said that they are there, and so are connected. */
const untilKnown = (fleet: Fleet, count: number) =>
  until('all are connected', async () => (await sizeOf(fleet).catch(() => 0)) === count);

const sizeOf = (fleet: Fleet) => fleet.redis.admin.zcard('komet-graphql:processes');

/** That it is away shows when it cannot be reached again, a moment after the line is cut. */
const untilAway = (fleet: Fleet, count: number) =>
  until('that Redis is away was said', () => fleet.log.lines(away).length >= count);

const untilBack = (fleet: Fleet, count: number) =>
  until('Redis is in use again', () => fleet.log.lines(back).length >= count);

/** Has a gateway refresh in the foreground. */
async function refresh(fleet: Fleet, gateway: TestGateway) {
  fleet.clock.advance(10 * minute);
  return gateway.query(names, {}, explain);
}

describeWithRedis('while Redis cannot be reached, a gateway', () => {
  test('goes on answering and refreshing, and says so once; afterwards all of them share again', async () => {
    await using fleet = await startFleet();
    const [one, other] = await warmUp(fleet, 2);
    fleet.line.cut();
    for (const gateway of [one!, other!]) {
      for (const _turn of [1, 2, 3]) {
        const reply = await refresh(fleet, gateway);
        expect(kometOf(reply)).toMatchObject({ source: 'upstream', upstreamCalls: 1 });
      }
    }
    expect(fleet.twin.calls).toHaveLength(7);
    await untilAway(fleet, 2);
    expect(fleet.log.lines().map(({ msg }) => msg)).toEqual([away, away]);
    fleet.line.mend();
    await untilBack(fleet, 2);
    await until('both have counted all', async () => {
      const [first, second] = await Promise.all([one, other].map((each) => statusOf(each!)));
      return first.quota.used === 7 && second.quota.used === 7;
    });
    fleet.twin.company.update('23423', { name: 'Renamed' });
    await refresh(fleet, one!);
    await until('the other has it', async () =>
      JSON.stringify((await other!.query(names)).data).includes('Renamed'),
    );
    expect(fleet.twin.calls).toHaveLength(8);
  });

  test('spends no more than its share of what is left, so that all together keep within the quota', async () => {
    await using fleet = await startFleet({ settings: { KOMET_DAILY_QUOTA: '31' } });
    const gateways = await warmUp(fleet, 3);
    await untilAllCount(gateways, 1);
    fleet.line.cut();
    for (let turn = 0; turn < 60; turn++) await gateways[turn % 3]?.query(names, {}, noCache);
    // One call before, and a third of the other thirty for each, of which a part is kept for those who insist.
    expect(fleet.twin.calls.length).toBeGreaterThan(20);
    expect(fleet.twin.calls.length).toBeLessThanOrEqual(31);
    const spent = fleet.twin.calls.length;
    fleet.line.mend();
    await untilBack(fleet, 3);
    await until('all count the same', async () => {
      const all = await Promise.all(gateways.map(statusOf));
      return all.every(({ quota }) => quota.used === spent);
    });
    for (let turn = 0; turn < 30; turn++) await gateways[turn % 3]?.query(names, {}, noCache);
    expect(fleet.twin.calls.length).toBeLessThanOrEqual(31);
  });

  test('leaves Komet alone as long as Komet has said, also when Redis comes back without knowing that', async () => {
    await using fleet = await startFleet();
    const gateways = await warmUp(fleet, 2);
    fleet.twin.faults.turnOn('rate-limited', { retryAfter: 3 * 3_600 });
    await refresh(fleet, gateways[0]!);
    await until('both know', async () =>
      (await Promise.all(gateways.map((each) => refresh(fleet, each)))).every(
        (reply) => kometOf(reply).source === 'stale',
      ),
    );
    expect(fleet.twin.calls).toHaveLength(2);
    await fleet.redis.stop();
    for (const gateway of gateways) expect(kometOf(await refresh(fleet, gateway)).source).toBe('stale');
    await fleet.redis.start();
    await until('Redis knows it again', async () =>
      (await fleet.redis.admin.keys('*')).some((key) => key.endsWith(':block')),
    );
    const late = await fleet.start();
    for (const gateway of [...gateways, late]) await refresh(fleet, gateway);
    expect(codeOf(await late.query(names))).toBe('KOMET_QUOTA_EXHAUSTED');
    expect(fleet.twin.calls).toHaveLength(2);
  });

  test('answers a token that it has never seen', async () => {
    await using fleet = await startFleet({ settings: { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client' } });
    const gateway = await fleet.start();
    fleet.line.cut();
    const ask = () => gateway.query(names, {}, { 'x-komet-token': 'never-seen' });
    for (const _turn of [1, 2, 3]) expect((await ask()).data.customers).toHaveLength(30);
    await untilAway(fleet, 1);
    fleet.line.mend();
    await until('it is kept', async () => {
      await ask();
      return (await fleet.redis.admin.keys('*.all')).length > 0;
    });
    expect(fleet.twin.calls).toHaveLength(1);
    expect(fleet.log.lines(away)).toHaveLength(1);
    expect(fleet.log.lines('a token could not be kept in the store')).toEqual([]);
  });

  test('starts, answers, and joins the others once it can', async () => {
    await using fleet = await startFleet();
    fleet.line.cut();
    const gateway = await fleet.start();
    expect((await gateway.query(names)).data.customers).toHaveLength(30);
    fleet.line.mend();
    await untilBack(fleet, 1);
    await refresh(fleet, gateway);
    const late = await fleet.start();
    expect(kometOf(await late.query(names, {}, explain))).toMatchObject({ upstreamCalls: 0 });
    expect(await statusOf(late)).toMatchObject({ quota: { used: 2 } });
  });
});

describeWithRedis('when Redis comes back empty, gateways', () => {
  test('answer nothing that is wrong or older, and tell it again what was spent and what was read', async () => {
    await using fleet = await startFleet();
    const gateways = await warmUp(fleet, 3);
    for (const gateway of gateways) await refresh(fleet, gateway);
    await untilAllCount(gateways, 4);
    fleet.twin.company.update('23423', { name: 'Renamed' });
    await refresh(fleet, gateways[0]!);
    await untilAllCount(gateways, 5);
    await until(
      'all know the new row',
      async () => new Set((await Promise.all(gateways.map(statusOf))).map(({ asOf }) => asOf)).size === 1,
    );
    await fleet.redis.stop();
    await fleet.redis.start();
    await untilKnown(fleet, 3);
    for (const { query } of gateways) {
      const { data } = await query(names);
      expect(data.customers).toContainEqual({ id: '23423', name: 'Renamed' });
    }
    await refresh(fleet, gateways[1]!);
    await untilAllCount(gateways, 6);
    const late = await fleet.start();
    expect((await late.query(names)).data.customers).toContainEqual({ id: '23423', name: 'Renamed' });
    await untilAllCount([...gateways, late], 6);
    expect(fleet.twin.calls).toHaveLength(6);
    expect(fleet.log.lines().filter(({ msg }) => msg !== away && msg !== back)).toEqual([]);
  });
});

describeWithRedis('a Redis that is full', () => {
  test('costs no answer: gateways go on, each within its share, and share again once there is room', async () => {
    await using fleet = await startFleet({
      settings: { GATEWAY_RATE_LIMIT: '100000/1m', KOMET_DAILY_QUOTA: '33' },
    });
    const gateways = await warmUp(fleet, 3);
    await untilAllCount(gateways, 1);
    await fleet.redis.admin.config('SET', 'maxmemory-policy', 'noeviction', 'maxmemory', '1');
    for (let turn = 0; turn < 60; turn++) {
      const reply = await gateways[turn % 3]!.query(names, {}, noCache);
      expect(reply.data.customers).toHaveLength(30);
    }
    expect(fleet.twin.calls.length).toBeGreaterThan(20);
    expect(fleet.twin.calls.length).toBeLessThanOrEqual(33);
    expect(fleet.log.lines().map(({ msg, reason }) => [msg, reason])).toEqual(
      gateways.map(() => [away, 'OOM']),
    );
    const spent = fleet.twin.calls.length;
    await fleet.redis.admin.config('SET', 'maxmemory', '0');
    await untilBack(fleet, 3);
    await untilAllCount(gateways, spent);
    for (let turn = 0; turn < 30; turn++) await gateways[turn % 3]?.query(names, {}, noCache);
    expect(fleet.twin.calls.length).toBeGreaterThan(spent);
    expect(fleet.twin.calls.length).toBeLessThanOrEqual(33);
  });
});

describeWithRedis('a Redis that is slow', () => {
  test('delays no answer from a list that is known', async () => {
    await using fleet = await startFleet();
    const [gateway] = await warmUp(fleet, 1);
    fleet.line.delayMs = 250;
    // The last of these begins a refresh in the background.
    for (const pass of [0, 1, 2, 4.96]) {
      fleet.clock.advance(pass * minute);
      const started = performance.now();
      expect((await gateway!.query(names)).data.customers).toHaveLength(30);
      expect(performance.now() - started).toBeLessThan(250);
      fleet.clock.advance(-pass * minute);
    }
    await until('it was refreshed', () => fleet.twin.calls.length === 2);
  });

  test('or that does not answer at all delays one request by a second, and those after it not at all', async () => {
    await using fleet = await startFleet({ settings: { GATEWAY_RATE_LIMIT: '100000/1m' } });
    const [gateway] = await warmUp(fleet, 1);
    fleet.redis.pause();
    const started = performance.now();
    for (let turn = 0; turn < 20; turn++) {
      expect((await gateway!.query(names)).data.customers).toHaveLength(30);
    }
    for (const _turn of [1, 2, 3]) {
      expect(kometOf(await refresh(fleet, gateway!))).toMatchObject({ source: 'upstream' });
    }
    expect(performance.now() - started).toBeLessThan(4_000);
    fleet.redis.resume();
    await untilBack(fleet, 1);
    await until('all is counted', async () => (await statusOf(gateway!)).quota.used === 4);
    expect(await sizeOf(fleet)).toBe(1);
  });
});

describeWithRedis('a Redis that stops answering while many are asking', () => {
  test('is given up once, and nobody is warned of a leak', async () => {
    const warnings: string[] = [];
    const onWarning = ({ name }: Error) => void warnings.push(name);
    process.on('warning', onWarning);
    await using fleet = await startFleet({ settings: { GATEWAY_RATE_LIMIT: '100000/1m' } });
    // Without the line in between, which would close where Redis does not.
    const gateway = await fleet.start({ STORE_URL: fleet.redis.url });
    await gateway.query(names);
    fleet.redis.pause();
    const replies = await times(30, () => gateway.query(names));
    for (const { data } of replies) expect(data.customers).toHaveLength(30);
    const started = performance.now();
    await gateway.query(names);
    expect(performance.now() - started).toBeLessThan(500);
    fleet.redis.resume();
    await untilBack(fleet, 1);
    process.off('warning', onWarning);
    expect(warnings).toEqual([]);
  });
});

describeWithRedis('messages that do not come any more', () => {
  test('are noticed, and what they would have told is caught up', async () => {
    await using fleet = await startFleet();
    const [one, other] = await warmUp(fleet, 2);
    // As where something in between has forgotten a connection on which nobody had spoken for long.
    fleet.line.lose = 'message';
    fleet.twin.company.update('23423', { name: 'Renamed' });
    await refresh(fleet, one!);
    const { snapshotVersion } = await statusOf(one!);
    const hasIt = async () => (await statusOf(other!)).snapshotVersion === snapshotVersion;
    expect(await hasIt()).toBe(false);
    await until('the other has the new version', hasIt, 20_000);
    expect(fleet.twin.calls).toHaveLength(2);
  });
});

const untilAllCount = (gateways: readonly TestGateway[], used: number) =>
  until(`all count ${used}`, async () =>
    (await Promise.all(gateways.map(statusOf))).every(({ quota }) => quota.used === used),
  );
