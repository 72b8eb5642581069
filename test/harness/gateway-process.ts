import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readConfig } from '../../src/config.ts';
import { startServer } from '../../src/server.ts';

/** What a gateway in a process of its own tells its parent; any message from the parent closes it. */
export type Message =
  | { readonly kind: 'listening'; readonly url: string }
  /** Twice a second: what is in memory. */
  | { readonly kind: 'pulse'; readonly megabytes: number }
  | {
      readonly kind: 'closed';
      /** The most that was in memory. */
      readonly peakMegabytes: number;
      readonly delayMs: { readonly p50: number; readonly p99: number; readonly longest: number };
    };

const tell = (message: Message) => process.send?.(message);

const server = await startServer(readConfig(process.env));
const resolutionMs = 10;
const delay = monitorEventLoopDelay({ resolution: resolutionMs });
delay.enable();
const pulse = setInterval(() => tell({ kind: 'pulse', megabytes: process.memoryUsage().rss / 1e6 }), 500);
tell({ kind: 'listening', url: `${server.url}/graphql` });
process.once('message', async () => {
  clearInterval(pulse);
  delay.disable();
  await server.close();
  // What it tells is the time between two looks, which is as long as that where nothing holds the loop.
  const inMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs);
  tell({
    kind: 'closed',
    // In kilobytes.
    peakMegabytes: process.resourceUsage().maxRSS / 1e3,
    delayMs: { p50: inMs(delay.percentile(50)), p99: inMs(delay.percentile(99)), longest: inMs(delay.max) },
  });
  process.disconnect();
});
