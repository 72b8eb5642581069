import { setImmediate } from 'node:timers/promises';

/** How long (ms) a loop over many rows may hold the event loop before it lets others run. */
const turnMs = 8;

/**
 * Gives a loop its pace: `await pace()` now and then, and it yields to the event loop whenever a turn is
 * used up. Cheap enough to ask every few hundred rows.
 */
export function createPace(): () => Promise<void> | undefined {
  let turnEnds = performance.now() + turnMs;
  return () => {
    if (performance.now() < turnEnds) return undefined;
    return setImmediate(undefined, { ref: true }).then(() => {
      turnEnds = performance.now() + turnMs;
    });
  };
}
