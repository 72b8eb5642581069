import type { RedisLink } from './redis-link.ts';

/** Messages of other processes, over a connection that does nothing else. */
export type RedisNews = {
  /** Resolves once messages of a channel are heard, or cannot be for now; gives the way to stop. */
  listen(channel: string, listener: Listener): Promise<() => void>;
  /** Subscribes anew, and connects anew where that was tried before: messages that must have come did not. */
  mend(): void;
};

export type Listener = {
  /** @param sender what its own messages begin with */
  onMessage(sender: string, words: readonly string[]): void;
  /** Messages may have been missed: there was no connection for them, or none to ask what they were about. */
  onMissed(): void;
};

/** Redis keeps no message for who is not there: after every connection all who listen are told. */
export function createRedisNews({ listening, isUp, onUp }: RedisLink): RedisNews {
  const listeners = new Map<string, Set<Listener>>();
  let isHearing = false;
  let wasMended = false;

  function tellMissed() {
    if (!isHearing || !isUp()) return;
    for (const each of listeners.values()) for (const listener of each) listener.onMissed();
  }

  async function subscribeAll() {
    const channels = [...listeners.keys()];
    if (channels.length > 0) await listening.subscribe(...channels);
    isHearing = true;
    wasMended = false;
    tellMissed();
  }

  onUp(tellMissed);
  // Where it fails there will be another connection, or it is mended.
  listening.on('ready', () => void subscribeAll().catch(() => {}));
  listening.on('close', () => {
    isHearing = false;
  });
  listening.on('message', (channel: string, message: string) => {
    const [sender = '', ...words] = message.split(' ');
    for (const listener of listeners.get(channel) ?? []) listener.onMessage(sender, words);
  });
  // It may be there already.
  if (listening.status === 'ready') isHearing = true;

  return {
    async listen(channel, listener) {
      const others = listeners.get(channel);
      if (others) others.add(listener);
      else listeners.set(channel, new Set([listener]));
      if (listening.status === 'ready') await listening.subscribe(channel).catch(() => {});
      return () => {
        const left = listeners.get(channel);
        left?.delete(listener);
        if (left?.size !== 0) return;
        listeners.delete(channel);
        if (listening.status === 'ready') listening.unsubscribe(channel).catch(() => {});
      };
    },
    mend() {
      if (listening.status !== 'ready') return;
      if (wasMended) listening.disconnect(true);
      else {
        wasMended = true;
        listening.subscribe(...listeners.keys()).then(tellMissed, () => {});
      }
    },
  };
}
