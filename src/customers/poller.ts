/** Asks for freshness again and again while anybody listens. */
export type Poller = {
  /** Without effect while it runs. */
  start(): void;
  stop(): void;
};

/**
 * @param poll one look whether Komet must be asked; never rejects
 * @param nextDelayMs how long to wait before the next
 */
export function createPoller(poll: () => Promise<void>, nextDelayMs: () => Promise<number>): Poller {
  let run: symbol | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function turn(own: symbol) {
    await poll();
    const delayMs = await nextDelayMs();
    if (run === own) timer = setTimeout(() => void turn(own), delayMs);
  }

  return {
    start() {
      if (run) return;
      run = Symbol('run');
      void turn(run);
    },
    stop() {
      run = undefined;
      clearTimeout(timer);
    },
  };
}
