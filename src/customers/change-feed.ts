import type { CustomerChange } from './changes.ts';
import { InvalidInput } from './invalid-input.ts';

/** A change with its place in the feed; ids are opaque and good for resuming. */
export type FeedItem = { readonly id: string; readonly change: CustomerChange };

/** The subscriber took changes slower than they came and was cut off. */
export class SubscriberBehind extends Error {
  override readonly name = 'SubscriberBehind';
}

export type ChangeFeed = {
  publish(changes: readonly CustomerChange[]): void;
  /**
   * All changes that pass `isWanted` from now on, or from after `lastId` on: no gap, no double. Ends when its
   * `return` is called or the feed closes; throws {@link SubscriberBehind} when more than 1,000 changes wait.
   * @throws {InvalidInput} where `lastId` is too long ago, or of another process
   */
  subscribe(isWanted: (change: CustomerChange) => boolean, lastId?: string): AsyncIterableIterator<FeedItem>;
  close(): void;
};

/** Changes that may wait for one subscriber, and that are kept for those who come back. */
const mostWaiting = 1_000;

/**
 * Hands changes to any number of subscribers, each at its own pace and never unboundedly far behind.
 *
 * @param epoch tells this feed's ids from those of another process
 * @param onSubscribers called with their number whenever it changes
 */
export function createChangeFeed(epoch: string, onSubscribers: (count: number) => void): ChangeFeed {
  const subscribers = new Set<Subscriber>();
  let kept: FeedItem[] = [];
  let published = 0;

  function after(lastId: string): readonly FeedItem[] {
    const [, of = '', number = ''] = /^(.+)-(\d+)$/.exec(lastId) ?? [];
    const missed = published - Number(number);
    if (of !== epoch || missed < 0 || missed > kept.length) {
      throw new InvalidInput(
        'The last event id is no longer known. Load the list anew and subscribe without it.',
      );
    }
    return missed === 0 ? [] : kept.slice(-missed);
  }

  return {
    publish(changes) {
      const items = changes.map((change) => ({ id: `${epoch}-${++published}`, change }));
      kept = [...kept, ...items].slice(-mostWaiting);
      for (const subscriber of subscribers) subscriber.give(items);
    },
    subscribe(isWanted, lastId) {
      const missed = lastId === undefined ? [] : after(lastId);
      const subscriber = createSubscriber(isWanted, () => {
        subscribers.delete(subscriber);
        onSubscribers(subscribers.size);
      });
      subscribers.add(subscriber);
      onSubscribers(subscribers.size);
      subscriber.give(missed);
      return subscriber.items;
    },
    close() {
      for (const subscriber of subscribers) subscriber.end();
    },
  };
}

type Subscriber = ReturnType<typeof createSubscriber>;

/** A queue of bounded length between the feed and one reader. */
function createSubscriber(isWanted: (change: CustomerChange) => boolean, onEnd: () => void) {
  const waiting: FeedItem[] = [];
  let failure: SubscriberBehind | undefined;
  let ended = false;
  let reader: PromiseWithResolvers<IteratorResult<FeedItem>> | undefined;

  /** Gives the reader that waits what there is. */
  function serve() {
    if (!reader) return;
    const item = waiting.shift();
    if (item) reader.resolve({ value: item, done: false });
    else if (failure) reader.reject(failure);
    else if (ended) reader.resolve({ value: undefined, done: true });
    else return;
    reader = undefined;
    if (!item) failure = undefined;
  }

  function end() {
    if (ended) return;
    ended = true;
    onEnd();
    serve();
  }

  const items: AsyncIterableIterator<FeedItem> = {
    [Symbol.asyncIterator]: () => items,
    next() {
      reader = Promise.withResolvers();
      const { promise } = reader;
      serve();
      return promise;
    },
    async return() {
      waiting.length = 0;
      end();
      return { value: undefined, done: true };
    },
  };

  return {
    items,
    end,
    give(offered: readonly FeedItem[]) {
      waiting.push(...offered.filter(({ change }) => isWanted(change)));
      if (waiting.length > mostWaiting) {
        waiting.length = 0;
        failure = new SubscriberBehind(`more than ${mostWaiting} changes were waiting`);
        end();
      }
      serve();
    },
  };
}
