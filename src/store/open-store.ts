import { createFileStore } from './file-store.ts';
import { createMemoryStore } from './memory-store.ts';
import type { RedisPlace } from './redis-link.ts';
import type { Store } from './store.ts';

/** Where a setting says that things are kept. */
export type StorePlace =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly folder: string }
  | ({ readonly kind: 'redis' } & RedisPlace);

/**
 * @param log told when Redis cannot be reached, which is no reason not to start
 * @throws {Error} with a plain sentence, when a folder cannot be written to
 */
export async function openStore(
  place: StorePlace,
  log: (event: string, facts: Record<string, unknown>) => void,
): Promise<Store> {
  switch (place.kind) {
    case 'memory':
      return createMemoryStore();
    case 'file':
      return createFileStore(place.folder);
    case 'redis': {
      // Its client is of no use to who has no Redis.
      const { createRedisStore } = await import('./redis-store.ts');
      return createRedisStore(place, log);
    }
  }
}
