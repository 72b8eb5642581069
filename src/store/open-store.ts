import { createFileStore } from './file-store.ts';
import { createMemoryStore } from './memory-store.ts';
import type { Store } from './store.ts';

/** Where a setting says that things are kept. */
export type StorePlace = { readonly kind: 'memory' } | { readonly kind: 'file'; readonly folder: string };

/** @throws {Error} with a plain sentence, when it cannot be written to */
export async function openStore(place: StorePlace): Promise<Store> {
  return place.kind === 'memory' ? createMemoryStore() : createFileStore(place.folder);
}
