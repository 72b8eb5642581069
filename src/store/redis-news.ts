import type { Redis } from 'ioredis';
import type { News } from './store.ts';

/** Messages about tenants, over a connection that does nothing else. */
export type RedisNews = {
  watch(tenant: string, onNews: (news: News) => void): () => void;
};

/**
 * Passes on what other processes say about tenants. Redis keeps no message for who is not there: after every
 * connection all who watch are told that they may have missed something.
 *
 * @param me what this process's own messages begin with
 */
export function createRedisNews(redis: Redis, channelOf: (tenant: string) => string, me: string): RedisNews {
  const watchers = new Map<string, (news: News) => void>();

  redis.on('ready', () => {
    const channels = [...watchers.keys()];
    if (channels.length === 0) return;
    // Where it fails the connection does, and there will be another.
    redis.subscribe(...channels).then(
      () => {
        for (const onNews of watchers.values()) onNews({ kind: 'missed' });
      },
      () => {},
    );
  });
  redis.on('message', (channel: string, message: string) => {
    const [sender, kind, name = '', count] = message.split(' ');
    const onNews = watchers.get(channel);
    if (!onNews || sender === me) return;
    if (kind === 'written') onNews({ kind, name });
    else if (kind === 'counted') onNews({ kind, name, count: Number(count) });
    else if (kind === 'released') onNews({ kind });
  });

  return {
    watch(tenant, onNews) {
      const channel = channelOf(tenant);
      watchers.set(channel, onNews);
      if (redis.status === 'ready') redis.subscribe(channel).catch(() => {});
      return () => {
        watchers.delete(channel);
        if (redis.status === 'ready') redis.unsubscribe(channel).catch(() => {});
      };
    },
  };
}
