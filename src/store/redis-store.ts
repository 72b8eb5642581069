import { randomBytes } from 'node:crypto';
import { Cluster, Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { createRedisNews } from './redis-news.ts';
import { addScripts, type ScriptedRedis } from './redis-scripts.ts';
import type { Fleet, Lease, Store } from './store.ts';

/** How long (ms) a command may take: whoever waits for it is a caller's request. */
const commandMs = 1_000;
/** How long (ms) a lease holds without being renewed, and how often it is. */
const leaseMs = 8_000;
const renewMs = 2_000;
/** How long (s) blobs are kept that nobody writes anew, and counters of a day. */
const blobSeconds = 30 * 86_400;
const counterSeconds = 2 * 86_400;

export type RedisPlace = {
  /** `redis://` or `rediss://`, with user and password where Redis wants them. */
  readonly url: string;
  /** What all keys begin with. */
  readonly prefix: string;
  /** Whether the URL leads to a node of a Redis Cluster. */
  readonly isCluster: boolean;
};

/**
 * Keeps blobs and counters in Redis or Valkey, shared with every process that uses the same URL and prefix. A
 * tenant's keys are `PREFIX{TENANT}:NAME`. While Redis cannot be reached every operation fails at once, and is
 * tried anew with the next connection; the first failure of an outage is logged.
 */
export function createRedisStore(
  { url, prefix, isCluster }: RedisPlace,
  log: (event: string, facts: Record<string, unknown>) => void,
): Store {
  const me = randomBytes(9).toString('base64url');
  const commands = addScripts(connect(url, isCluster));
  const listening = connect(url, isCluster);
  const watching = new Map<string, number>();
  let isDown = false;
  for (const redis of [commands, listening]) {
    redis.on('error', (error: Error & { code?: string }) => {
      if (!isDown) log('Redis cannot be reached; going on from memory', { reason: error.code ?? error.name });
      isDown = true;
    });
  }
  commands.on('ready', () => {
    if (isDown) log('Redis can be reached again', {});
    isDown = false;
  });

  const tenantOf = (name: string) => name.split('.', 1)[0] as string;
  const keyOf = (name: string) => `${prefix}{${tenantOf(name)}}:${name.slice(tenantOf(name).length + 1)}`;
  const channelOf = (tenant: string) => `${prefix}{${tenant}}:news`;
  const news = createRedisNews(listening, channelOf, me);

  async function write(name: string, blob: Uint8Array, fence: number | '' = '') {
    const tenant = tenantOf(name);
    const written = await commands.kometWrite(
      keyOf(name),
      keyOf(`${tenant}.fence`),
      fence,
      Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength),
      blobSeconds,
      channelOf(tenant),
      me,
      name,
    );
    if (written === 0) throw new Error('another process has had the lease since');
  }

  const fleet: Fleet = {
    async lease(tenant) {
      const holder = `${me} ${randomBytes(6).toString('base64url')}`;
      const key = keyOf(`${tenant}.lease`);
      const fence = await commands.kometLease(key, keyOf(`${tenant}.fence`), holder, leaseMs, blobSeconds);
      if (fence === 0) return null;
      return holdLease(
        commands,
        { key, holder },
        {
          write: (name, blob) => write(name, blob, fence),
          release: async () => void (await commands.kometRelease(key, holder, channelOf(tenant), me)),
        },
      );
    },
    watch(tenant, onNews) {
      const unwatch = news.watch(tenant, onNews);
      return () => {
        watching.delete(tenant);
        unwatch();
      };
    },
    watchers: (tenant) => watching.get(tenant) ?? 0,
    createLimiter: (name, { operations, perMs }) => {
      const each = { points: operations, duration: perMs / 1000 };
      return new RateLimiterRedis({
        ...each,
        storeClient: commands,
        keyPrefix: `${prefix}limit:${name}`,
        rejectIfRedisNotReady: true,
        insuranceLimiter: new RateLimiterMemory(each),
      });
    },
  };

  return {
    outlivesProcess: true,
    fleet,
    read: async (name) => (await commands.getBuffer(keyOf(name))) ?? undefined,
    write,
    async setAside(name) {
      // Fails where it is gone already, which is as well.
      await commands.rename(keyOf(name), `${keyOf(name)}.set-aside`).catch(() => {});
    },
    async increment(name, by = 1, known = 0) {
      const tenant = tenantOf(name);
      const [value, heard] = await commands.kometCount(
        keyOf(name),
        by,
        known,
        counterSeconds,
        channelOf(tenant),
        me,
        name,
      );
      watching.set(tenant, heard);
      return value;
    },
    count: async (name) => Number((await commands.get(keyOf(name))) ?? 0),
    // They leave by themselves.
    forgetCounters: async () => {},
    async close() {
      await Promise.all([commands, listening].map((redis) => redis.quit().catch(() => redis.disconnect())));
    },
  };
}

/** A lease that is renewed while it is held. */
function holdLease(
  commands: ScriptedRedis,
  { key, holder }: { readonly key: string; readonly holder: string },
  lease: Lease,
): Lease {
  const renewal = setInterval(() => {
    // A lease that is lost is noticed by those who write under it.
    commands.kometRenew(key, holder, leaseMs).catch(() => {});
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

function connect(url: string, isCluster: boolean): Redis {
  const options = {
    commandTimeout: commandMs,
    connectTimeout: 5_000,
    // Whoever asks while there is no connection is better off with what is in memory.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResubscribe: false,
    retryStrategy: (attempts: number) => Math.min(2_000, 50 * 2 ** attempts) * (0.5 + Math.random() / 2),
  };
  if (!isCluster) return new Redis(url, options);
  const { protocol, hostname, port, username, password } = new URL(url);
  const tls = protocol === 'rediss:' ? { tls: { servername: hostname } } : {};
  const credentials = { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  // The part of a cluster's interface that is used here is that of one node.
  return new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    enableOfflineQueue: false,
    clusterRetryStrategy: options.retryStrategy,
    redisOptions: { ...options, ...tls, ...(username !== '' || password !== '' ? credentials : {}) },
  }) as unknown as Redis;
}
