export type Slots = {
  /** Runs `work` once fewer than `count` others run; rejects with the signal's reason while it waits. */
  hold<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
};

/** Lets `count` pieces of work run at a time, the others wait in the order they came. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  function release(): void {
    const [next] = waiting;
    if (next === undefined) free++;
    else {
      waiting.delete(next);
      next();
    }
  }

  async function take(signal: AbortSignal): Promise<void> {
    if (free > 0) {
      free--;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    try {
      await untilAborted(promise, signal);
    } catch (error) {
      // No longer among the waiting: the slot was handed over just before the abort.
      if (!waiting.delete(resolve)) release();
      throw error;
    }
  }

  async function hold<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    await take(signal);
    try {
      return await work();
    } finally {
      release();
    }
  }

  return { hold };
}

/** Settles as `promise` does, or rejects with the signal's reason, whichever is first. */
export async function untilAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
