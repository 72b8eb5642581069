import { createContext, useContext, useEffect, useEffectEvent, useRef, useState } from 'react';
import type { WatchCustomersSubscription } from './generated/operations.ts';
import { useConnection } from './sse.ts';

export type Change = WatchCustomersSubscription['customerChanged'];

export type Changes = {
  /** By customer, those of the last seconds. */
  readonly recent: ReadonlyMap<string, Change>;
  /** The latest few, newest first, with the time they arrived at. */
  readonly latest: readonly { readonly change: Change; readonly at: number }[];
  /** Rises when lists and counts may be different. */
  readonly version: number;
};

const highlightMs = 4_000;
/** Changes come in bursts; a list is read again once for all of a burst. */
const burstMs = 250;

export const ChangesContext = createContext<Changes>({ recent: new Map(), latest: [], version: 0 });
export const useChanges = () => useContext(ChangesContext);

/** Keeps what the subscription brings for as long as the page has a use for it. */
export function useChangeLog(): { readonly changes: Changes; note(change: Change): void } {
  const [recent, setRecent] = useState<Changes['recent']>(new Map());
  const [latest, setLatest] = useState<Changes['latest']>([]);
  const [bursts, setBursts] = useState(0);
  const { times } = useConnection();
  const burst = useRef<ReturnType<typeof setTimeout>>(undefined);

  function note(change: Change) {
    const { id } = change.customer;
    setRecent((earlier) => new Map(earlier).set(id, change));
    setLatest((earlier) => [{ change, at: Date.now() }, ...earlier].slice(0, 5));
    setTimeout(() => {
      setRecent((earlier) => new Map([...earlier].filter(([, each]) => each !== change)));
    }, highlightMs);
    burst.current ??= setTimeout(() => {
      burst.current = undefined;
      setBursts((count) => count + 1);
    }, burstMs);
  }

  // What happened while the connection was away is not told; read anew once it is back.
  return { changes: { recent, latest, version: bursts + Math.max(0, times - 1) }, note };
}

/** Calls whenever lists and counts may be different. */
export function useOnChange(handler: () => void): void {
  const { version } = useChanges();
  const seen = useRef(version);
  const call = useEffectEvent(handler);
  useEffect(() => {
    if (seen.current === version) return;
    seen.current = version;
    call();
  }, [version]);
}
