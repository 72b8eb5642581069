import { useEffect, useEffectEvent, useRef } from 'react';
import { useConnection } from './sse.ts';

const pollMs = 5_000;

/** Calls now and then while somebody looks; at once when they look again, or the connection comes or goes. */
export function usePoll(handler: () => void): void {
  const call = useEffectEvent(() => {
    if (!document.hidden) handler();
  });
  useEffect(() => {
    const timer = setInterval(() => call(), pollMs);
    const look = () => call();
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', look);
    };
  }, []);

  const { isLive } = useConnection();
  const was = useRef(isLive);
  useEffect(() => {
    if (was.current !== isLive) call();
    was.current = isLive;
  }, [isLive]);
}
