import type { Redis } from 'ioredis';

/**
 * What must happen at once in Redis. All keys of a script are of one tenant and carry its hash tag, so that they
 * are on one node of a cluster. Times to live in seconds.
 */
const scripts = {
  /** Counter; by, known, time to live, channel, sender and name for its message. Its value and who heard of it. */
  kometCount: {
    numberOfKeys: 1,
    lua: `
      local value = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), tonumber(ARGV[2])) + tonumber(ARGV[1])
      redis.call('SET', KEYS[1], string.format('%.0f', value), 'EX', ARGV[3])
      local heard = redis.call('PUBLISH', ARGV[4], ARGV[5] .. ' counted ' .. ARGV[6] .. ' ' .. string.format('%.0f', value))
      return { value, heard }`,
  },
  /**
   * Lease, fence; holder, ms, time to live of the fence. A number that is greater than that of every earlier
   * holder, also after Redis has lost everything: it is the time, where that is later. 0: another has the lease.
   */
  kometLease: {
    numberOfKeys: 2,
    lua: `
      if not redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
      local time = redis.call('TIME')
      local fence = math.max(tonumber(redis.call('GET', KEYS[2]) or '0') + 1, time[1] * 1000 + math.floor(time[2] / 1000))
      redis.call('SET', KEYS[2], string.format('%.0f', fence), 'EX', ARGV[3])
      return fence`,
  },
  /** Lease; holder, ms. */
  kometRenew: {
    numberOfKeys: 1,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      return redis.call('PEXPIRE', KEYS[1], ARGV[2])`,
  },
  /** Lease; holder, channel, sender. */
  kometRelease: {
    numberOfKeys: 1,
    lua: `
      if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
      redis.call('DEL', KEYS[1])
      return redis.call('PUBLISH', ARGV[2], ARGV[3] .. ' released')`,
  },
  /** Blob, fence; the writer's fence or an empty text, blob, time to live, channel, sender, name. 0: it came too late. */
  kometWrite: {
    numberOfKeys: 2,
    lua: `
      if ARGV[1] ~= '' then
        if tonumber(redis.call('GET', KEYS[2]) or '0') > tonumber(ARGV[1]) then return 0 end
        redis.call('SET', KEYS[2], ARGV[1], 'EX', ARGV[3])
      end
      redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
      redis.call('PUBLISH', ARGV[4], ARGV[5] .. ' written ' .. ARGV[6])
      return 1`,
  },
} as const;

type Argument = string | number | Buffer;

/** A connection that knows the scripts. */
export type ScriptedRedis = Redis & {
  kometCount(...args: Argument[]): Promise<[value: number, heard: number]>;
  kometLease(...args: Argument[]): Promise<number>;
  kometRenew(...args: Argument[]): Promise<number>;
  kometRelease(...args: Argument[]): Promise<number>;
  kometWrite(...args: Argument[]): Promise<number>;
};

export function addScripts(redis: Redis): ScriptedRedis {
  for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
  return redis as ScriptedRedis;
}
