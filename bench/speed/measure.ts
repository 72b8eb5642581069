import { askOnce, load } from './generator.ts';
import { type RunningProcess, startProcess, startUpstream, type Upstream } from './processes.ts';
import { environmentOf, type Server } from './servers.ts';
import { bodyOf, readData, type Workload } from './workloads.ts';

/** A server under one workload: medians of the rounds. */
export type Measurement = Slice & {
  readonly workload: string;
  readonly server: string;
  /** One for each round. */
  readonly slices: readonly Slice[];
};

export type Slice = {
  /** Requests a second. */
  readonly rate: number;
  /** Of an answer (ms). */
  readonly p50: number;
  readonly p99: number;
  /** Of the server's CPU, for a request (µs); steadier than the rate where others use the machine too. */
  readonly cpu: number;
  /** Calls to customer.list for an operation. */
  readonly calls: number;
  /** How much of their cores server and load used, 1 for all of it. */
  readonly serverBusy: number;
  readonly loadBusy: number;
};

/** What is known of a server beside its speed. Memory (MiB) is that after all of a phase. */
export type Standing = {
  readonly server: string;
  readonly customers: number;
  readonly startMs: number;
  readonly memory: number;
  readonly peak: number;
};

export type MeasureOptions = {
  readonly rounds: number;
  /** Of each server under each workload in each round. */
  readonly sliceMs: number;
  /** Before the first slice of each, which is when code gets compiled; three times that before the very first. */
  readonly warmUpMs: number;
  readonly onProgress: (words: string) => void;
};

export type Results = {
  readonly measurements: readonly Measurement[];
  readonly standings: readonly Standing[];
  /** Servers that could not be measured, and why. */
  readonly absent: Readonly<Record<string, string>>;
};

type Contestant = { readonly server: Server; readonly running: RunningProcess };

/** Measures servers under workloads that have their number of customers and their caches in common. */
export async function measure(
  servers: readonly Server[],
  workloads: readonly Workload[],
  options: MeasureOptions,
): Promise<Results> {
  const [{ customers, cache } = { customers: 1_000, cache: false }] = workloads;
  const upstream = await startUpstream(customers);
  const contestants: Contestant[] = [];
  const absent: Record<string, string> = {};
  const slices = new Map<string, Slice[]>();
  const counts = new Map<string, number>();
  const warmUpOf = (workload: Workload, round: number) => {
    if (round > 0) return options.sliceMs / 2.5;
    return workload === workloads[0] ? 3 * options.warmUpMs : options.warmUpMs;
  };
  try {
    for (const server of servers) {
      options.onProgress(`starting ${server.label}`);
      try {
        const [first] = workloads;
        const body = first && bodyOf(first, server, upstream.keys, 0);
        const running = await startProcess(server.args, { env: environmentOf(upstream.url, cache), body });
        contestants.push({ server, running });
      } catch (error) {
        absent[server.name] = error instanceof Error ? error.message.slice(0, 300) : String(error);
      }
    }
    for (const workload of workloads) await compare(contestants, workload, upstream, absent);
    const gateway = contestants.find(({ server }) => server.kind === 'gateway')?.running;
    for (let round = 0; round < options.rounds; round++) {
      for (const workload of workloads) {
        for (const contestant of inTurn(contestants, round)) {
          if (contestant.server.name in absent) continue;
          const name = `${workload.name} ${contestant.server.name}`;
          options.onProgress(`round ${round + 1} of ${options.rounds}, ${name}`);
          const slice = await measureSlice(contestant, workload, {
            ...options,
            upstream,
            counts,
            warmUpMs: warmUpOf(workload, round),
            gateway,
          });
          slices.set(name, [...(slices.get(name) ?? []), slice]);
        }
      }
    }
    return {
      absent,
      measurements: [...slices].map(([name, all]) => {
        const [workload = '', server = ''] = name.split(' ');
        return { workload, server, slices: all, ...medians(all) };
      }),
      standings: contestants.map(({ server, running }) => {
        const { now, peak } = running.memory();
        return { server: server.name, customers, startMs: running.startMs, memory: now, peak };
      }),
    };
  } finally {
    for (const { running } of contestants) await running.stop();
    await upstream.stop();
  }
}

/** Whoever answers otherwise than the gateway does is not measured; the bare server learns the answer. */
async function compare(
  contestants: readonly Contestant[],
  workload: Workload,
  { keys }: Upstream,
  absent: Record<string, string>,
) {
  const judge = contestants.find(({ server }) => server.kind === 'gateway');
  if (!judge) return;
  for (const n of [0, 1, 7, 500].slice(0, workload.variety)) {
    const expected = await answerOf(judge, workload, keys, n);
    for (const contestant of contestants) {
      if (contestant.server.kind !== 'peer' || contestant.server.name in absent) continue;
      const answer = await answerOf(contestant, workload, keys, n).catch((error: unknown) => String(error));
      if (answer === expected) continue;
      absent[contestant.server.name] = `${workload.name} is answered otherwise: ${answer.slice(0, 200)}`;
    }
  }
}

async function answerOf(
  { server, running }: Contestant,
  workload: Workload,
  keys: Upstream['keys'],
  n: number,
) {
  const answer = await askOnce(running.port, bodyOf(workload, server, keys, n));
  if (!answer) throw new Error('no answer');
  return readData(answer.text, server.graph);
}

/** Gives the bare server the gateway's answer, bytes and headers. */
export async function teach(
  bare: RunningProcess,
  gateway: RunningProcess | undefined,
  body: string,
): Promise<void> {
  const answer = gateway && (await askOnce(gateway.port, body));
  if (!answer) throw new Error('the gateway does not answer');
  const { connection: _, date: __, 'keep-alive': ___, ...headers } = answer.headers;
  await fetch(`http://127.0.0.1:${bare.port}/`, {
    method: 'PUT',
    headers: { 'x-headers': JSON.stringify(headers), connection: 'close' },
    body: answer.text,
  });
}

async function measureSlice(
  { server, running }: Contestant,
  workload: Workload,
  options: MeasureOptions & {
    readonly upstream: Upstream;
    readonly counts: Map<string, number>;
    readonly gateway: RunningProcess | undefined;
  },
): Promise<Slice> {
  const { upstream, counts, sliceMs, warmUpMs } = options;
  const { keys } = upstream;
  const { connections, variety } = workload;
  const name = `${workload.name} ${server.name}`;
  const known =
    variety <= 1_000
      ? Array.from({ length: variety }, (_, n) => bodyOf(workload, server, keys, n))
      : undefined;
  let n = counts.get(name) ?? 0;
  const next = () => (known ? (known[n++ % known.length] as string) : bodyOf(workload, server, keys, n++));
  const { port } = running;
  if (server.kind === 'bare') await teach(running, options.gateway, bodyOf(workload, server, keys, 0));
  await load({ port, connections, durationMs: warmUpMs, next });
  const callsBefore = await upstream.calls();
  const cpuBefore = running.cpu();
  const own = process.cpuUsage();
  const started = performance.now();
  const { answers, rate, p50, p99 } = await load({ port, connections, durationMs: sliceMs, next });
  const tookUs = (performance.now() - started) * 1_000;
  const cpu = running.cpu() - cpuBefore;
  const { user, system } = process.cpuUsage(own);
  counts.set(name, n);
  return {
    rate,
    p50,
    p99,
    cpu: cpu / answers,
    calls: ((await upstream.calls()) - callsBefore) / answers,
    serverBusy: cpu / tookUs,
    loadBusy: (user + system) / tookUs,
  };
}

/** Gateway and bare server stay neighbours, as they are compared most closely; the peers take turns in going first. */
function inTurn(contestants: readonly Contestant[], round: number): readonly Contestant[] {
  const peers = contestants.filter(({ server }) => server.kind === 'peer');
  const pair = contestants.filter(({ server }) => server.kind !== 'peer');
  const first = round % Math.max(1, peers.length);
  return [...(round % 2 === 0 ? pair : pair.toReversed()), ...peers.slice(first), ...peers.slice(0, first)];
}

function medians(slices: readonly Slice[]): Slice {
  const of = (read: (slice: Slice) => number) => medianOf(slices.map(read));
  return {
    rate: of(({ rate }) => rate),
    p50: of(({ p50 }) => p50),
    p99: of(({ p99 }) => p99),
    cpu: of(({ cpu }) => cpu),
    calls: of(({ calls }) => calls),
    serverBusy: of(({ serverBusy }) => serverBusy),
    loadBusy: of(({ loadBusy }) => loadBusy),
  };
}

/** `own` divided by `other`: the median of what that is in each round, as a machine that is shared changes between them. */
export function ratioOf(own: Measurement, other: Measurement, read: (slice: Slice) => number): number {
  return medianOf(
    own.slices.flatMap((slice, round) => {
      const beside = other.slices[round];
      return beside ? read(slice) / read(beside) : [];
    }),
  );
}

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] as number;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
