import type { Redis } from 'ioredis';

/**
 * What must happen at once in Redis. All keys of a script are of one tenant and carry its hash tag, so that they
 * are on one node of a cluster. Times to live in seconds.
 */
const scripts = {
  /**
   * Counter; time to live, channel, sender, name for its message, by, then what is known of it: process and count,
   * in turns, the sender first. A counter is a count for each process, so that whoever knows them can tell a
   * Redis that has lost them. All of them, as known.
   */
  kometCount: {
    numberOfKeys: 1,
    lua: `
      for at = 6, #ARGV, 2 do
        local kept = tonumber(redis.call('HGET', KEYS[1], ARGV[at]) or '0')
        local count = math.max(kept, tonumber(ARGV[at + 1]))
        if at == 6 then count = count + tonumber(ARGV[5]) end
        if count > kept then redis.call('HSET', KEYS[1], ARGV[at], string.format('%.0f', count)) end
      end
      redis.call('EXPIRE', KEYS[1], ARGV[1])
      local own = redis.call('HGET', KEYS[1], ARGV[6])
      if own then redis.call('PUBLISH', ARGV[2], ARGV[3] .. ' counted ' .. ARGV[4] .. ' ' .. own) end
      return redis.call('HGETALL', KEYS[1])`,
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
  /** Counter of a caller; ms. Its value and how long (ms) it will live. */
  kometLimit: {
    numberOfKeys: 1,
    lua: `
      local count = redis.call('INCR', KEYS[1])
      local left = redis.call('PTTL', KEYS[1])
      if left < 0 then
        redis.call('PEXPIRE', KEYS[1], ARGV[1])
        left = tonumber(ARGV[1])
      end
      return { count, left }`,
  },
  /** Processes; sender, ms after which one counts as gone, channel. How many there are. */
  kometBeat: {
    numberOfKeys: 1,
    lua: `
      local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      redis.call('ZADD', KEYS[1], now, ARGV[1])
      redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
      redis.call('PEXPIRE', KEYS[1], ARGV[2])
      redis.call('PUBLISH', ARGV[3], ARGV[1] .. ' beat')
      return redis.call('ZCARD', KEYS[1])`,
  },
} as const;

type Argument = string | number | Buffer;

/** A connection that knows the scripts. */
export type ScriptedRedis = Redis & {
  kometCount(...args: Argument[]): Promise<string[]>;
  kometLease(...args: Argument[]): Promise<number>;
  kometRenew(...args: Argument[]): Promise<number>;
  kometRelease(...args: Argument[]): Promise<number>;
  kometWrite(...args: Argument[]): Promise<number>;
  kometLimit(...args: Argument[]): Promise<[count: number, leftMs: number]>;
  kometBeat(...args: Argument[]): Promise<number>;
};

export function addScripts(redis: Redis): ScriptedRedis {
  for (const [name, script] of Object.entries(scripts)) redis.defineCommand(name, script);
  return redis as ScriptedRedis;
}
