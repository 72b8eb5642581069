import { createClient, type RequestParams, type Sink } from 'graphql-sse';
import { useSyncExternalStore } from 'react';

/** Subscriptions over server-sent events that come back by themselves, whoever ended the connection. */

const client = createClient({ url: '/graphql', retryAttempts: 0 });
const longestPauseMs = 5_000;

type Connection = { readonly isLive: boolean; readonly times: number };
let connection: Connection = { isLive: false, times: 0 };
const listeners = new Set<() => void>();

function setLive(isLive: boolean) {
  if (connection.isLive === isLive) return;
  connection = { isLive, times: connection.times + (isLive ? 1 : 0) };
  for (const listener of listeners) listener();
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Whether changes arrive at the moment, and how many times it has begun: more than once means some were missed. */
export function useConnection(): Connection {
  return useSyncExternalStore(listen, () => connection);
}

/** Passes on what arrives until the function that it returns is called; never completes. */
export function subscribe(request: RequestParams, next: Sink['next']): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let stop = () => {};
  const connect = () => {
    const again = () => {
      setLive(false);
      timer = setTimeout(connect, Math.min(longestPauseMs, 500 * 2 ** failures++));
    };
    const connected = () => {
      failures = 0;
      setLive(true);
    };
    stop = client.subscribe(
      request,
      { next, error: again, complete: () => isWanted && again() },
      { connected },
    );
  };
  let isWanted = true;
  connect();
  return () => {
    isWanted = false;
    clearTimeout(timer);
    stop();
  };
}
