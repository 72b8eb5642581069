/** Takes what writes an answer. */
export type Outbox = (write: () => void) => void;

/**
 * Puts off writing until the event loop has read what has arrived, and then writes all answers one after the
 * other. Whoever reads them on this machine, such as a proxy, sleeps until the first and is awake for the rest: to
 * wake it for each was a quarter of what an answer cost. None waits longer than one turn of the loop.
 */
export function createOutbox(): Outbox {
  let waiting: (() => void)[] = [];

  function flush() {
    const due = waiting;
    waiting = [];
    for (const write of due) write();
  }

  return (write) => {
    if (waiting.push(write) === 1) setImmediate(flush);
  };
}
