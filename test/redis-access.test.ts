import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { subscribe, take } from './harness/events.ts';
import { codeOf, type Fleet, kometOf, startFleet, statusOf, times } from './harness/fleet.ts';
import { forkGateway } from './harness/fork-gateway.ts';
import { post } from './harness/gateway.ts';
import { describeWithRedis } from './harness/redis.ts';
import { until } from './harness/until.ts';

const minute = 60_000;
const names = '{ customers(filter: { includeInactive: true }) { id name } }';
const explain = { 'x-komet-explain': '1' };

/** Two gateways do together all that gateways do in Redis. */
async function shareEverything(fleet: Fleet, settings: Record<string, string>) {
  const [one, other] = [await fleet.start(settings), await fleet.start(settings)];
  expect((await one.query(names)).data.customers).toHaveLength(30);
  expect(kometOf(await other.query(names, {}, explain))).toMatchObject({ upstreamCalls: 0 });
  const events = await subscribe(other.url, 'subscription { customerChanged { kind } }');
  fleet.twin.company.update('23423', { name: 'Renamed' });
  fleet.clock.advance(10 * minute);
  await one.query(names);
  expect((await take(events, 1))[0]?.body).toMatchObject({ data: { customerChanged: { kind: 'UPDATED' } } });
  events.close();
  fleet.twin.faults.turnOn('rate-limited', { retryAfter: 3_600 });
  fleet.clock.advance(10 * minute);
  for (const gateway of [one, other]) {
    expect(kometOf(await gateway.query(names, {}, explain))).toMatchObject({ source: 'stale' });
  }
  expect(fleet.twin.calls).toHaveLength(3);
  await until('both count alike', async () =>
    (await Promise.all([one, other].map(statusOf))).every(({ quota }) => quota.used === 3),
  );
  // Each of them alone would let all of these pass.
  const replies = await times(50, (turn) => (turn % 2 === 0 ? one : other).query(names));
  expect(replies.some((reply) => codeOf(reply) === 'RATE_LIMITED')).toBe(true);
  expect(fleet.log.lines().filter(({ msg }) => `${msg}`.includes('Redis'))).toEqual([]);
}

const settings = { GATEWAY_RATE_LIMIT: '50/1h' };

describeWithRedis('gateways share a Redis', () => {
  test('as a user that may do no more than docs/running.md says', async () => {
    const page = await readFile(new URL('../docs/running.md', import.meta.url), 'utf8');
    const [, line = ''] = /^(user gateway .*)$/m.exec(page) ?? [];
    expect(line).toContain('-@all');
    await using fleet = await startFleet({
      redis: { users: ['user default on nopass ~* &* +@all', line.replace('PASSWORD', 'a-password')] },
    });
    const url = fleet.storeUrl.replace('redis://', 'redis://gateway:a-password@');
    await shareEverything(fleet, { ...settings, STORE_URL: url });
    await fleet.redis.admin.call('AUTH', 'gateway', 'a-password');
    for (const command of ['FLUSHALL', 'KEYS *', 'CONFIG GET *', 'GET another:key', 'ACL LIST']) {
      const [name = '', ...words] = command.split(' ');
      await expect(fleet.redis.admin.call(name, ...words)).rejects.toThrow('NOPERM');
    }
  });

  test('under a prefix of their own, beside others that they see nothing of', async () => {
    await using fleet = await startFleet();
    const stranger = await fleet.start();
    await stranger.query(names);
    await fleet.redis.admin.rename('komet-graphql:processes', 'kept');
    const before = fleet.twin.calls.length;
    const own = await fleet.start({ STORE_URL: `${fleet.storeUrl}?prefix=own:` });
    expect(kometOf(await own.query(names, {}, explain))).toMatchObject({ upstreamCalls: 1 });
    expect(fleet.twin.calls).toHaveLength(before + 1);
    const keys = await fleet.redis.admin.keys('*');
    expect(keys.filter((key) => key.startsWith('own:')).length).toBeGreaterThan(3);
    const others = keys.filter((key) => !key.startsWith('own:') && key !== 'kept');
    expect(others.every((key) => key.startsWith('komet-graphql:'))).toBe(true);
  });

  test('that is a cluster, whose nodes are never asked for keys of another', async () => {
    await using fleet = await startFleet({ redis: { cluster: true } });
    await shareEverything(fleet, {
      ...settings,
      STORE_URL: `redis://127.0.0.1:${fleet.redis.port}?cluster=on`,
    });
    const errors = await fleet.redis.admin.info('errorstats');
    expect(errors).not.toMatch(/CROSSSLOT|MOVED|ASK/);
  });
});

describeWithRedis('gateways share a Redis behind TLS', () => {
  test('whose certificate they trust, and no other', async () => {
    await using fleet = await startFleet({
      redis: { tls: true, settings: { requirepass: 'a-password' } },
      live: true,
    });
    const settings = {
      KOMET_TOKEN: 'test-token',
      KOMET_BASE_URL: fleet.twin.url,
      STORE_URL: fleet.redis.url.replace('rediss://', 'rediss://:a-password@'),
    };
    const ask = async (trusted: Record<string, string>) => {
      const { gateway, url } = await forkGateway({ ...settings, ...trusted });
      const reply = await post(url, { query: names }, explain);
      gateway.kill('SIGKILL');
      return kometOf(reply).upstreamCalls;
    };
    const trusted = { NODE_EXTRA_CA_CERTS: fleet.redis.certificate };
    expect(await ask(trusted)).toBe(1);
    expect(await ask(trusted)).toBe(0);
    expect(await ask({})).toBe(1);
  });
}, ['redis-server', 'openssl']);

describeWithRedis('what is kept in Redis', () => {
  test('tells neither the token, nor who the customers are, nor who has asked', async () => {
    await using fleet = await startFleet({
      settings: { GATEWAY_RATE_LIMIT: '100/1h', KOMET_TOKEN: 'a-token-of-some-length' },
    });
    fleet.twin.company.add({ name: 'Unmistakable Orchids', code: 'UNMISTAKE' });
    const gateway = await fleet.start();
    await gateway.query(names);
    fleet.twin.faults.turnOn('echo-token');
    fleet.clock.advance(10 * minute);
    await gateway.query(names);
    const kept = await until('a block is kept too', async () => {
      const keys = await fleet.redis.admin.keys('*');
      return keys.some((key) => key.endsWith(':block')) && keys;
    });
    const kinds = kept.map((key) =>
      key
        .split(':')
        .slice(1, 3)
        .join(':')
        .replace(/\{.*\}/, 'TENANT'),
    );
    expect(kinds.some((kind) => kind === 'TENANT:snapshot')).toBe(true);
    for (const key of kept) {
      const text = `${key} ${(await fleet.redis.admin.dumpBuffer(key))?.toString('latin1')}`;
      for (const secret of [
        'a-token-of-some',
        'Unmistakable',
        'UNMISTAKE',
        'Petals',
        'customers',
        '127.0.0.1',
      ]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, -2));
      }
      // All of it leaves by itself.
      expect(await fleet.redis.admin.ttl(key)).toBeGreaterThan(0);
    }
  });
});
