import { hash, randomBytes } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { createKnownCounters, type Tally } from './redis-counters.ts';
import { createRedisLink, type RedisLink, type RedisPlace } from './redis-link.ts';
import { createRedisNews } from './redis-news.ts';
import {
  type Fleet,
  type Lease,
  LeaseLost,
  type Limiter,
  type News,
  type Rate,
  type Store,
} from './store.ts';

/**
 * How long (ms) a lease holds without being renewed, and how often it is: where a holder is killed, another takes
 * over before those who wait for fresh rows are answered with what there is.
 */
const leaseMs = 4_000;
const renewMs = 1_000;
/** How often (ms) a process says that it is there, and from when on it counts as gone. */
const beatMs = 2_000;
const goneMs = 5 * beatMs;
/** How long (s) blobs are kept that nobody writes anew, and counters of a day. */
const blobSeconds = 30 * 86_400;
const counterSeconds = 2 * 86_400;

/**
 * Keeps blobs and counters in Redis or Valkey, shared with every process that uses the same URL and prefix. A
 * tenant's keys are `PREFIX{TENANT}:NAME`. While Redis cannot be used every operation fails, at once where that
 * is known, and is tried anew with the next connection. Resolves when it is connected, or later where it cannot be.
 *
 * @param log told once of each outage, and of its end
 */
export async function createRedisStore(
  { prefix = 'komet-graphql:', ...place }: RedisPlace,
  log: (event: string, facts: Record<string, unknown>) => void = () => {},
): Promise<Store> {
  const me = randomBytes(9).toString('base64url');
  const link = createRedisLink(place, log);
  const { run } = link;
  const news = createRedisNews(link);
  const counters = createKnownCounters();
  const beating = startBeating({ link, prefix, me, listen: news.listen, onDeaf: news.mend });

  const tenantOf = (name: string) => name.split('.', 1)[0] as string;
  const keyOf = (name: string) => `${prefix}{${tenantOf(name)}}:${name.slice(tenantOf(name).length + 1)}`;
  const channelOf = (tenant: string) => `${prefix}{${tenant}}:news`;

  async function write(name: string, blob: Uint8Array, fence: number | '' = '') {
    const tenant = tenantOf(name);
    const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
    const keys = [keyOf(name), keyOf(`${tenant}.fence`)];
    const written = await run('write', (redis) =>
      redis.kometWrite(...keys, fence, bytes, blobSeconds, channelOf(tenant), me, name),
    );
    if (written === 0) throw new LeaseLost();
  }

  /** Counts, and tells what others have counted where Redis has lost that. */
  async function count(name: string, by: number, others: Tally = new Map()): Promise<number> {
    const own = counters.of(name).get(me) ?? 0;
    const known = [me, own, ...[...others].filter(([process]) => process !== me).flat()];
    const told = await run('write', (redis) =>
      redis.kometCount(keyOf(name), counterSeconds, channelOf(tenantOf(name)), me, name, by, ...known),
    );
    const found = readTally(told);
    const value = counters.learn(name, found);
    if (counters.lacks(name, found)) await count(name, 0, counters.of(name)).catch(() => {});
    return value;
  }

  async function restate(tenant: string) {
    for (const name of counters.names(`${tenant}.`)) await count(name, 0, counters.of(name));
  }

  const fleet: Fleet = {
    async lease(tenant) {
      const holder = `${me} ${randomBytes(6).toString('base64url')}`;
      const key = keyOf(`${tenant}.lease`);
      const keys = [key, keyOf(`${tenant}.fence`)];
      const fence = await run('write', (redis) => redis.kometLease(...keys, holder, leaseMs, blobSeconds));
      if (fence === 0) return null;
      return holdLease(
        link,
        { key, holder },
        {
          write: (name, blob) => write(name, blob, fence),
          release: async () =>
            void (await run('read', (redis) => redis.kometRelease(key, holder, channelOf(tenant), me))),
        },
      );
    },
    async watch(tenant, onNews) {
      const unwatch = await news.listen(channelOf(tenant), {
        onMessage(sender, [kind, name = '', count]) {
          if (sender === me) return;
          if (kind === 'counted') {
            onNews({ kind, name, count: counters.learn(name, [[sender, Number(count)]]) });
          } else if (kind === 'written') onNews({ kind, name });
          else if (kind === 'released') onNews({ kind });
        },
        onMissed() {
          restate(tenant).catch(() => {});
          onNews({ kind: 'missed' } satisfies News);
        },
      });
      return () => {
        unwatch();
        for (const name of counters.names(`${tenant}.`)) counters.forget(name);
      };
    },
    size: beating.size,
    createLimiter: (name, rate) => createRedisLimiter(link, `${prefix}limit:${name}:`, rate),
  };

  await link.opened();
  return {
    outlivesProcess: true,
    fleet,
    read: async (name) => (await run('read', (redis) => redis.getBuffer(keyOf(name)))) ?? undefined,
    write,
    async setAside(name) {
      // Fails where it is gone already, which is as well.
      await run('read', (redis) => redis.rename(keyOf(name), `${keyOf(name)}.set-aside`).catch(() => {}));
    },
    increment: (name, by = 1) => count(name, by),
    count: async (name) =>
      counters.learn(name, readTally(await run('read', (redis) => redis.hgetall(keyOf(name))))),
    // In Redis they leave by themselves.
    async forgetCounters(start, keep) {
      for (const name of counters.names(start)) if (!name.startsWith(keep)) counters.forget(name);
    },
    async close() {
      await beating.end();
      await link.close();
    },
  };
}

/** As a script gives a hash, names and values in turns, or as the client does. */
function readTally(told: readonly string[] | Readonly<Record<string, string>>): Map<string, number> {
  const entries = Array.isArray(told)
    ? told.flatMap((name, index) => (index % 2 === 0 ? [[name, told[index + 1]] as const] : []))
    : Object.entries(told);
  return new Map(entries.map(([process, count]) => [process as string, Number(count)]));
}

/**
 * Says again and again that this process is there, to all of them and to itself: who does not hear its own words
 * misses those of the others as well.
 */
function startBeating(options: {
  readonly link: RedisLink;
  readonly prefix: string;
  readonly me: string;
  readonly listen: ReturnType<typeof createRedisNews>['listen'];
  readonly onDeaf: () => void;
}) {
  const { link, prefix, me } = options;
  const [key, channel] = [`${prefix}processes`, `${prefix}beats`];
  let size = 0;
  let unheard = 0;
  const known = new Set([me]);
  const listening = options.listen(channel, {
    onMessage(sender) {
      if (sender === me) unheard = 0;
      if (known.has(sender)) return;
      // Whoever has just come has a share from now on.
      known.add(sender);
      void beat();
    },
    onMissed() {
      unheard = 0;
    },
  });

  async function beat() {
    if (unheard > 1) options.onDeaf();
    try {
      size = await link.run('write', (redis) => redis.kometBeat(key, me, goneMs, channel));
      unheard += 1;
    } catch {
      // How many there were is the best that is known.
    }
  }

  link.onConnected(() => void beat());
  const timer = setInterval(() => void beat(), beatMs);
  timer.unref();
  return {
    size: () => size,
    async end() {
      clearInterval(timer);
      (await listening)();
      await link.run('read', (redis) => redis.zrem(key, me)).catch(() => {});
    },
  };
}

/** Counts in Redis, and in this process alone while that cannot be used. Callers are kept as hashes. */
function createRedisLimiter(link: RedisLink, start: string, { operations, perMs }: Rate): Limiter {
  const alone = new RateLimiterMemory({ points: operations, duration: perMs / 1000 });
  return {
    async consume(key) {
      const place = start + hash('sha256', key, 'base64url').slice(0, 22);
      const counted = await link.run('write', (redis) => redis.kometLimit(place, perMs)).catch(() => null);
      if (!counted) return alone.consume(key);
      const [count, leftMs] = counted;
      const standing = new RateLimiterRes(Math.max(0, operations - count), leftMs, count, count === 1);
      if (count > operations) throw standing;
      return standing;
    },
  };
}

/** A lease that is renewed while it is held. */
function holdLease(
  link: RedisLink,
  { key, holder }: { readonly key: string; readonly holder: string },
  lease: Lease,
): Lease {
  const renewal = setInterval(() => {
    // A lease that is lost is noticed by those who write under it.
    link.run('read', (redis) => redis.kometRenew(key, holder, leaseMs)).catch(() => {});
  }, renewMs);
  renewal.unref();
  return {
    write: lease.write,
    async release() {
      clearInterval(renewal);
      // Where Redis is gone the lease ends by itself.
      await lease.release().catch(() => {});
    },
  };
}
