import { measureMemory } from '../memory/run-memory.ts';
import { type GrowthPoint, measureGrowth } from './growth.ts';
import { type LargeList, measureLargeList } from './large-list.ts';
import { builtGateway, gatewayFromSource, servers } from './servers.ts';
import { measureStarts } from './start-time.ts';
import { align, atMost, digits, type Verdict } from './table.ts';

/** What is not a rate: starting, a large list, memory, growth. */
export type Costs = {
  readonly starts: Readonly<Record<string, number>>;
  readonly largeList: LargeList;
  readonly memory: { readonly final: number; readonly slope: number; readonly queries: number };
  readonly growth: readonly GrowthPoint[];
  readonly verdicts: readonly Verdict[];
};

export type CostOptions = {
  readonly quick: boolean;
  readonly onProgress: (words: string) => void;
};

/** Of the program as built: what Node does to TypeScript takes time and memory of its own. */
export async function measureCosts({ quick, onProgress }: CostOptions): Promise<Costs> {
  const bare = servers.find(({ kind }) => kind === 'bare')?.args ?? [];
  onProgress('starting again and again');
  const starts = await measureStarts(
    { bare, 'from source': gatewayFromSource, 'as built': builtGateway },
    quick ? 2 : 7,
  );
  onProgress('100,000 customers, first answer');
  const largeList = await measureLargeList(builtGateway, 100_000, quick ? 1 : 5);
  const durationMs = quick ? 8_000 : 60_000;
  onProgress(`distinct queries for ${durationMs / 1000} s`);
  const memory = await measureMemory({ gateway: builtGateway, customers: 10_000, durationMs });
  const growth = await measureGrowth({
    gateway: builtGateway,
    sliceMs: quick ? 500 : 2_000,
    most: quick ? 10_000 : 100_000,
    onProgress,
  });
  const start = (name: string) => (starts[name] ?? Number.NaN) / (starts['bare'] ?? Number.NaN);
  const verdicts = [
    atMost(
      '100,000 customers, first answer of fetching and parsing',
      largeList.firstAnswerMs / largeList.readAloneMs,
      1.3,
      '×',
    ),
    atMost('100,000 customers, peak memory', largeList.peak, 300, 'MiB'),
    atMost('start as built of bare', start('as built'), 1.6, '×'),
    atMost('memory after distinct queries, 10,000 customers', memory.final, 200, 'MiB'),
    atMost(
      `its slope over ${durationMs / 1000} s`,
      memory.slope,
      quick ? Number.POSITIVE_INFINITY : 10,
      'MiB/min',
    ),
  ];
  return { starts, largeList, memory, growth, verdicts };
}

export function costTables({ starts, largeList, memory, growth }: Costs): string {
  const facts: [string, string][] = [
    ...Object.entries(starts).map(([name, ms]): [string, string] => [
      `start to first answer, ${name}`,
      `${digits(ms)} ms`,
    ]),
    ['100,000 customers, first answer', `${digits(largeList.firstAnswerMs)} ms`],
    ['  fetching and parsing them alone', `${digits(largeList.readAloneMs)} ms`],
    ['  peak memory', `${digits(largeList.peak)} MiB`],
    [`memory after ${memory.queries.toLocaleString('en')} distinct queries`, `${digits(memory.final)} MiB`],
    ['  its slope', `${digits(memory.slope)} MiB/min`],
  ];
  const points = growth.map(({ of, size, rate, cpu, memory: held }) => [
    `${size.toLocaleString('en')} ${of}`,
    digits(rate),
    digits(cpu),
    digits(held),
  ]);
  return `${align(facts)}\n\n${align([['growth', 'req/s', 'CPU µs', 'RSS MiB'], ...points])}`;
}
