import { slopePerMinute } from '../soak/slope.ts';
import { load } from '../speed/generator.ts';
import { startProcess, startUpstream } from '../speed/processes.ts';
import { environmentOf } from '../speed/servers.ts';

export type MemoryReport = {
  readonly customers: number;
  readonly queries: number;
  /** At the end and at most (MiB). */
  readonly final: number;
  readonly peak: number;
  /** After the first quarter, by least squares (MiB a minute). */
  readonly slope: number;
};

export type MemoryOptions = {
  readonly gateway: readonly string[];
  readonly customers: number;
  readonly durationMs: number;
  readonly onProgress?: (memory: number, queries: number) => void;
};

/** Sends queries of which none is like another, documents and variables alike, and looks at what is kept. */
export async function measureMemory(options: MemoryOptions): Promise<MemoryReport> {
  const { gateway, customers, durationMs, onProgress } = options;
  const upstream = await startUpstream(customers);
  try {
    const env = environmentOf(upstream.url, false);
    const running = await startProcess(gateway, { env, body: queryOf(0, upstream.keys) });
    const started = performance.now();
    const points: [number, number][] = [];
    let queries = 0;
    const observer = setInterval(() => {
      points.push([performance.now() - started, running.memory().now]);
      onProgress?.(points.at(-1)?.[1] ?? 0, queries);
    }, 500);
    const next = () => queryOf(queries++, upstream.keys);
    await load({ port: running.port, connections: 16, durationMs, next });
    clearInterval(observer);
    const { now: final, peak } = running.memory();
    await running.stop();
    const settled = points.filter(([at]) => at > durationMs / 4);
    return { customers, queries, final, peak, slope: slopePerMinute(settled) };
  } finally {
    await upstream.stop();
  }
}

/** Mostly look-ups, now and then a list; the alias makes each document a new one. */
function queryOf(n: number, keys: readonly { readonly id: string; readonly code: string }[]): string {
  const key = keys[n % keys.length];
  const field =
    n % 50 === 0
      ? `customers(filter: { name: "${key?.code.slice(0, 2)}" }, limit: ${1 + (n % 1_000)})`
      : n % 2 === 0
        ? `customer(id: "${key?.id}")`
        : `customerByCode(code: "${key?.code}")`;
  return JSON.stringify({ query: `{ a${n}: ${field} { id name code active } }` });
}
