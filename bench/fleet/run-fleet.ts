import { setTimeout as wait } from 'node:timers/promises';
import { startTwin, type Twin } from '../../src/twin/twin.ts';
import { type RedisServer, startRedis } from '../../test/harness/redis.ts';
import { startTcpProxy, type TcpProxy } from '../../test/harness/tcp-proxy.ts';
import { until } from '../../test/harness/until.ts';
import { companyOf, createOracle, type Oracle, type Row, tokenOf } from './oracle.ts';
import { type Replica, startReplica } from './replicas.ts';

export type FleetOptions = {
  readonly processes: number;
  readonly tokens: number;
  readonly seconds: number;
  /** Calls a day and token. */
  readonly quota: number;
  /** How old (ms) rows may be; a second where not given, 0: every request is a call, until the quota is spent. */
  readonly promiseMs?: number;
  /** What happens while there is load, after which it ends; nothing where not given. */
  readonly happen?: (stage: Stage) => Promise<void>;
  readonly onProgress?: (words: string) => void;
};

/** What can be done to a fleet. */
export type Stage = {
  readonly twin: Twin;
  readonly redis: RedisServer;
  readonly line: TcpProxy;
  readonly replicas: readonly Replica[];
  /** Has a replica begin to read one of the lists that nobody else asks for, and not finish it yet. */
  beginReading(spare: number, replica: Replica): Promise<void>;
  /** Has a replica answer from that list; what is wrong with the answer is reported with the others. */
  ask(spare: number, replica: Replica): Promise<void>;
  say(words: string): void;
};

export type FleetReport = {
  readonly answers: number;
  /** That came from rows older than promised, and said so. */
  readonly stale: number;
  /** The oldest row (ms) when its answer was asked for. */
  readonly oldestMs: number;
  /** Requests that ended with the process that had them. */
  readonly lost: number;
  readonly refused: number;
  /** Calls that the twin saw. */
  readonly calls: number;
  readonly mostCallsOfOne: number;
  /** The shortest time (ms) between two calls for the same token. */
  readonly closestMs: number;
  readonly wrong: readonly string[];
};

/** How often (ms) each token is asked for: with a promise of a second, every fourth request has the list read. */
const askEveryMs = 300;
const customers = 20;
/** Lists besides those that are asked for all the time. */
const spares = 20;
const query = '{ customers(filter: { includeInactive: true }) { id name salesPerson } }';

/** Puts load on gateways that share a Redis, and compares each answer with what was true. */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const { tokens, onProgress, promiseMs = 1_000 } = options;
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await startRedis());
  const line = stack.use(await startTcpProxy(redis.port));
  const indexes = Array.from({ length: tokens + spares }, (_, index) => index);
  const twin = stack.use(
    await startTwin({
      quota: 1e9,
      latencyMs: 5,
      companies: Object.fromEntries(indexes.map((index) => [companyOf(index), { customers }])),
      tokens: Object.fromEntries(
        indexes.map((index) => [tokenOf(index), { kind: 'company', company: companyOf(index) }]),
      ),
    }),
  );
  const oracle = stack.use(createOracle(twin, indexes.length, customers));
  const settings = {
    KOMET_BASE_URL: twin.url,
    KOMET_TOKEN_FROM: 'client',
    KOMET_MAX_STALENESS: `${promiseMs}ms`,
    KOMET_DAILY_QUOTA: `${options.quota}`,
    GATEWAY_NEW_TOKENS: 'off',
    STORE_URL: `redis://127.0.0.1:${line.port}`,
  };
  const replicas = await Promise.all(Array.from({ length: options.processes }, () => startReplica(settings)));
  stack.defer(async () => void (await Promise.all(replicas.map(({ kill }) => kill()))));

  const tally = createTally(oracle, promiseMs);
  const askOne = (index: number, replica: Replica, insist = false) =>
    tally.count(index, insist ? { insist } : {}, (headers) => replica.ask(tokenOf(index), query, headers));
  const stage: Stage = {
    twin,
    redis,
    line,
    replicas,
    async beginReading(spare, replica) {
      const index = tokens + (spare % spares);
      const before = callsOf(twin, index).length;
      twin.latencyMs = 1_000;
      void askOne(index, replica, true);
      await until('a list is being read', () => callsOf(twin, index).length > before, 60_000);
      twin.latencyMs = 5;
    },
    ask: (spare, replica) => askOne(tokens + (spare % spares), replica),
    say: (words) => onProgress?.(words),
  };
  // Everybody knows every list before what is counted begins.
  for (const replica of replicas) for (const index of indexes) await askOne(index, replica, false);
  const started = Date.now();
  const load = startLoad(replicas, tokens, askOne);
  const progress = setInterval(() => onProgress?.(tally.inWords(twin.calls.length)), 5_000);
  await Promise.all([wait(options.seconds * 1_000), options.happen?.(stage)]);
  await load.end();
  clearInterval(progress);
  const counted = indexes.map((index) => callsOf(twin, index).filter(({ at }) => at >= started));
  const gaps = counted
    .slice(0, tokens)
    .flatMap((calls) => calls.slice(1).map(({ at }, before) => at - (calls[before]?.at ?? 0)));
  return {
    ...tally.report(),
    calls: counted.slice(0, tokens).flat().length,
    // Of the whole day.
    mostCallsOfOne: Math.max(...indexes.slice(0, tokens).map((index) => callsOf(twin, index).length)),
    closestMs: Math.min(...gaps),
  };
}

const callsOf = (twin: Twin, index: number) =>
  twin.calls.filter(({ company }) => company === companyOf(index));

type Body = {
  readonly data?: { readonly customers: readonly Row[] | null };
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  readonly extensions?: { readonly komet?: { readonly source?: string } };
};

function createTally(oracle: Oracle, promiseMs: number) {
  const tally = { answers: 0, stale: 0, oldestMs: 0, lost: 0, refused: 0 };
  const wrong: string[] = [];

  /** @param ask does so with headers; fails where the process ends meanwhile */
  async function count(
    index: number,
    { insist = false }: { readonly insist?: boolean },
    ask: (headers: Record<string, string>) => Promise<unknown>,
  ): Promise<void> {
    const askedAt = Date.now();
    const answer = (await ask(insist ? { 'cache-control': 'no-cache' } : {}).catch(
      () => null,
    )) as Body | null;
    if (!answer) {
      tally.lost += 1;
      return;
    }
    const { data, errors, extensions } = answer;
    const code = errors?.[0]?.extensions?.code;
    if (code === 'KOMET_QUOTA_EXHAUSTED') {
      tally.refused += 1;
      return;
    }
    tally.answers += 1;
    if (!data?.customers) return void wrong.push(`${companyOf(index)} was answered with ${code}`);
    const isStale = extensions?.komet?.source === 'stale';
    if (isStale) tally.stale += 1;
    tally.oldestMs = Math.max(tally.oldestMs, oracle.ageOf(data.customers, askedAt));
    const problem = oracle.judge(index, data.customers, askedAt, isStale ? Infinity : promiseMs);
    if (problem) wrong.push(problem);
  }

  return {
    count,
    inWords: (calls: number) =>
      `${tally.answers} answers, ${tally.stale} of them stale, ${calls} calls, ${wrong.length} wrong`,
    report: () => ({ ...tally, wrong }),
  };
}

/** Asks for each token at its own moments, the replicas that are there in turns. */
function startLoad(
  replicas: readonly Replica[],
  tokens: number,
  ask: (index: number, replica: Replica) => Promise<void>,
) {
  const timers = new Set<NodeJS.Timeout>();
  const underWay = new Set<Promise<void>>();
  let turn = 0;
  const askNext = (index: number) => {
    const there = replicas.filter(({ isUp }) => isUp);
    const replica = there[turn++ % there.length];
    if (!replica) return;
    const asked = ask(index, replica).finally(() => underWay.delete(asked));
    underWay.add(asked);
  };
  for (let index = 0; index < tokens; index++) {
    const first = setTimeout(() => timers.add(setInterval(() => askNext(index), askEveryMs)), index * 6);
    timers.add(first);
  }
  return {
    async end() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(underWay);
    },
  };
}
