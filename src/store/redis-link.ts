import { once } from 'node:events';
import { Cluster, Redis } from 'ioredis';
import { addScripts, type ScriptedRedis } from './redis-scripts.ts';
import { StoreAway } from './store.ts';

/** How long (ms) a command may take: whoever waits for it is a caller's request. */
const commandMs = 1_000;

export type RedisPlace = {
  /** `redis://` or `rediss://`, with user and password where Redis wants them. */
  readonly url: string;
  /** What all keys begin with; `komet-graphql:` where not given. */
  readonly prefix?: string | undefined;
  /** Whether the URL leads to a node of a Redis Cluster; it does not where not given. */
  readonly isCluster?: boolean | undefined;
};

/** A connection for commands and one for messages. */
export type RedisLink = {
  /**
   * Has a command executed. What only reads says nothing about whether Redis takes anything.
   * @throws {StoreAway} at once where there is no connection, else within a second
   */
  run<Result>(kind: 'read' | 'write', command: (redis: ScriptedRedis) => Promise<Result>): Promise<Result>;
  readonly listening: Redis;
  /** Whether Redis takes what is written. */
  isUp(): boolean;
  /** Calls back with each new connection for commands. */
  onConnected(tell: () => void): void;
  /** Calls back when Redis takes what is written, on a new connection or again. */
  onUp(tell: () => void): void;
  /** Resolves with the connections, or when they take too long. */
  opened(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Connects to Redis, again and again where it goes away. The first failure of an outage is logged, and its end.
 * A Redis that does not answer is one that is away: its connection is given up, so that one command waits for
 * it and not all that follow.
 */
export function createRedisLink(
  { url, isCluster = false }: Pick<RedisPlace, 'url' | 'isCluster'>,
  log: (event: string, facts: Record<string, unknown>) => void,
): RedisLink {
  const commands = addScripts(connect(url, isCluster));
  const listening = connect(url, isCluster);
  const tellUp: (() => void)[] = [];
  let isAway = false;
  let isUp = false;

  function noteSuccess() {
    if (isAway) log('Redis can be used again', {});
    isAway = false;
    if (isUp) return;
    isUp = true;
    for (const tell of tellUp) tell();
  }

  function noteFailure({ code, name, message }: Error & { code?: string }) {
    // Of what Redis says the first word, which is a code; the rest may quote a key.
    const reason = code ?? (name === 'ReplyError' ? message.split(' ', 1)[0] : name);
    if (!isAway) log('Redis cannot be used; going on from memory', { reason });
    isAway = true;
    isUp = false;
  }

  for (const redis of [commands, listening]) redis.on('error', noteFailure);
  commands.on('close', () => {
    isUp = false;
  });

  /** Once: its end may take seconds where nobody answers, and each further order to end it leaves a listener behind. */
  function giveUp() {
    if (commands.stream.writable) commands.disconnect(true);
  }

  return {
    listening,
    async run(kind, command) {
      if (commands.status !== 'ready') throw new StoreAway();
      try {
        const result = await command(commands);
        if (kind === 'write') noteSuccess();
        return result;
      } catch (error) {
        const failure = error as Error;
        noteFailure(failure);
        // Of a cluster one node may be slow, and the others are not.
        if (failure.message === 'Command timed out' && !isCluster) giveUp();
        throw new StoreAway({ cause: failure });
      }
    },
    isUp: () => isUp,
    onConnected: (tell) => void commands.on('ready', tell),
    onUp: (tell) => void tellUp.push(tell),
    async opened() {
      const signal = AbortSignal.timeout(commandMs);
      const connections = [commands, listening].filter(({ status }) => status !== 'ready');
      await Promise.all(connections.map((redis) => once(redis, 'ready', { signal }))).catch(() => {});
    },
    async close() {
      await Promise.all([commands, listening].map((redis) => redis.quit().catch(() => redis.disconnect())));
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
    redisOptions: {
      ...options,
      ...tls,
      ...(username !== '' || password !== '' ? credentials : {}),
    },
  }) as unknown as Redis;
}
