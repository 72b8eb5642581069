import { load } from './generator.ts';
import { type RunningProcess, startProcess, startUpstream, type Upstream } from './processes.ts';
import { environmentOf } from './servers.ts';

/** What a request costs as something grows. */
export type GrowthPoint = {
  readonly of: 'customers' | 'ids in an operation' | 'tenants';
  readonly size: number;
  /** Requests a second. */
  readonly rate: number;
  /** For a request (µs). */
  readonly cpu: number;
  /** At the end (MiB). */
  readonly memory: number;
};

export type GrowthOptions = {
  readonly gateway: readonly string[];
  readonly sliceMs: number;
  readonly most: number;
  readonly onProgress: (words: string) => void;
};

/** One by code never seen before, among more and more customers; ever more ids in one operation; more tenants. */
export async function measureGrowth(options: GrowthOptions): Promise<GrowthPoint[]> {
  const sizes = (all: readonly number[]) => all.filter((size) => size <= options.most);
  const points: GrowthPoint[] = [];
  for (const size of sizes([1_000, 10_000, 100_000])) {
    options.onProgress(`growth: ${size} customers`);
    const visit = visitor();
    points.push(
      ...(await among(size, {}, options, async (running, { keys }) => [
        await point(running, options, 'customers', size, () => visit(keys[visit.count % keys.length]?.code)),
      ])),
    );
  }
  const ids = [1, 10, 100, 1_000];
  points.push(
    ...(await among(1_000, {}, options, async (running, { keys }) => {
      const found: GrowthPoint[] = [];
      for (const size of ids) {
        options.onProgress(`growth: ${size} ids in an operation`);
        let n = 0;
        const next = () => {
          const chosen = Array.from({ length: size }, (_, place) => keys[(n + place) % keys.length]?.id);
          const variables = { ids: chosen, visit: n++ };
          const query = 'query ($ids: [ID!]!) { customersById(ids: $ids) { id name } }';
          return JSON.stringify({ query, variables });
        };
        found.push(await point(running, options, 'ids in an operation', size, next));
      }
      return found;
    })),
  );
  const client = { KOMET_TOKEN_FROM: 'client', GATEWAY_NEW_TOKENS: 'off' };
  for (const size of sizes([1, 10, 100, 1_000])) {
    options.onProgress(`growth: ${size} tenants`);
    points.push(
      ...(await among(100, client, options, async (running, { keys }) => {
        const visit = visitor();
        let turn = 0;
        const headers = () => `x-komet-token: tenant-${turn++ % size}\r\n`;
        const next = () => visit(keys[visit.count % keys.length]?.code);
        // Each has its own list, which is read with its first query.
        await load({ ...common, port: running.port, durationMs: 50 * size ** 0.75, next, headers });
        return [await point(running, options, 'tenants', size, next, headers)];
      })),
    );
  }
  return points;
}

const common = { connections: 32 } as const;

/** Requests for one by code, none like another. */
function visitor() {
  const visit = (code: string | undefined) =>
    JSON.stringify({
      query: 'query ($code: String!) { customerByCode(code: $code) { id name code active } }',
      variables: { code, visit: visit.count++ },
    });
  visit.count = 0;
  return visit;
}

async function among(
  customers: number,
  extra: Record<string, string>,
  { gateway }: GrowthOptions,
  measure: (running: RunningProcess, upstream: Upstream) => Promise<GrowthPoint[]>,
): Promise<GrowthPoint[]> {
  const upstream = await startUpstream(customers);
  try {
    const { KOMET_TOKEN, ...rest } = environmentOf(upstream.url, false);
    const env = { ...rest, ...('KOMET_TOKEN_FROM' in extra ? extra : { KOMET_TOKEN: `${KOMET_TOKEN}` }) };
    const running = await startProcess(gateway, {
      env,
      body: JSON.stringify({ query: '{ __typename }' }),
      headers: 'x-komet-token: tenant-0\r\n',
    });
    try {
      return await measure(running, upstream);
    } finally {
      await running.stop();
    }
  } finally {
    await upstream.stop();
  }
}

async function point(
  running: RunningProcess,
  { sliceMs }: GrowthOptions,
  of: GrowthPoint['of'],
  size: number,
  next: () => string,
  headers?: () => string,
): Promise<GrowthPoint> {
  const options = { ...common, port: running.port, next, headers };
  await load({ ...options, durationMs: sliceMs / 2 });
  const before = running.cpu();
  const { answers, rate } = await load({ ...options, durationMs: sliceMs });
  return { of, size, rate, cpu: (running.cpu() - before) / answers, memory: running.memory().now };
}
