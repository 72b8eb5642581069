import { setTimeout as wait } from 'node:timers/promises';
import type { Fleet, Lease, News } from '../store/store.ts';

/** How long (ms) a process waits for news of another's work before it looks for itself. */
const lookMs = 500;

export type Turns = {
  /** To be told of all news, so that who waits hears them. */
  hear(news: News): void;
  /**
   * Does `work` when no other process does the same, unless `isDone` says that another has done it meanwhile;
   * without a lease where the store cannot be reached: then every process is on its own.
   */
  take(isDone: () => Promise<boolean>, work: (lease: Lease | undefined) => Promise<void>): Promise<void>;
};

/** Takes turns with the other processes that have a tenant. */
export function createTurns(fleet: Fleet, tenant: string): Turns {
  let news = Promise.withResolvers<void>();

  return {
    hear({ kind }) {
      if (kind === 'counted') return;
      news.resolve();
      news = Promise.withResolvers();
    },
    async take(isDone, work) {
      for (;;) {
        const heard = news.promise;
        if (await isDone()) return;
        const lease = await fleet.lease(tenant).catch(() => undefined);
        if (lease === undefined) return work(undefined);
        if (lease === null) {
          await heardOrEnough(heard);
          continue;
        }
        try {
          // Between looking and having the lease another may have finished.
          if (!(await isDone())) await work(lease);
        } finally {
          await lease.release();
        }
        return;
      }
    },
  };
}

/** Messages can be missed: nobody waits for them for long. */
async function heardOrEnough(heard: Promise<void>): Promise<void> {
  const timer = new AbortController();
  await Promise.race([heard, wait(lookMs, undefined, { signal: timer.signal }).catch(() => {})]);
  timer.abort();
}
