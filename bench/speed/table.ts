import { type Measurement, type Results, ratioOf, type Slice } from './measure.ts';
import type { Server } from './servers.ts';
import type { Workload } from './workloads.ts';

export type Verdict = {
  readonly what: string;
  readonly measured: number;
  readonly target: number;
  readonly unit: string;
  readonly met: boolean;
};

export function findMeasurement(all: readonly Measurement[], workload: string, server: string) {
  return all.find((each) => each.workload === workload && each.server === server);
}

/** The fastest of the peers under a workload. */
export function bestPeer(all: readonly Measurement[], workload: string, servers: readonly Server[]) {
  const peers = servers.filter(({ kind }) => kind === 'peer').map(({ name }) => name);
  return all
    .filter((each) => each.workload === workload && peers.includes(each.server))
    .toSorted((a, b) => b.rate - a.rate)[0];
}

/** What the workloads promise, beside what was measured. */
export function judgeWorkloads(
  { measurements }: Results,
  workloads: readonly Workload[],
  servers: readonly Server[],
): Verdict[] {
  return workloads.flatMap(({ name, target }) => {
    const own = findMeasurement(measurements, name, 'gateway');
    const other =
      target?.of === 'bare'
        ? findMeasurement(measurements, name, 'bare')
        : bestPeer(measurements, name, servers);
    if (!target || !own || !other) return [];
    return [
      atLeast(`${name} of ${target.of}`, ratioOf(own, other, rateOf), target.ratio, '×'),
      // Alone on its core, either would tell the same.
      atLeast(`${name} of ${target.of}, by CPU time`, ratioOf(other, own, cpuOf), target.ratio, '×'),
      ...(name === 'W1' ? [atMost('W1 p99 of bare', ratioOf(own, other, p99Of), 3, '×')] : []),
    ];
  });
}

export const atLeast = (what: string, measured: number, target: number, unit: string): Verdict => ({
  what: `${what}, at least`,
  measured,
  target,
  unit,
  met: measured >= target,
});

export const atMost = (what: string, measured: number, target: number, unit: string): Verdict => ({
  what: `${what}, at most`,
  measured,
  target,
  unit,
  met: measured <= target,
});

const rateOf = ({ rate }: Slice) => rate;
const cpuOf = ({ cpu }: Slice) => cpu;
const p99Of = ({ p99 }: Slice) => p99;

/** One block a workload: every server's rate, its ratios, and what its answers took. */
export function workloadTable(
  { measurements, absent }: Results,
  workloads: readonly Workload[],
  servers: readonly Server[],
): string {
  const columns = [
    '',
    'req/s',
    '÷ bare',
    '÷ best peer',
    'p50 ms',
    'p99 ms',
    'CPU µs',
    'calls',
    'busy',
    'load busy',
  ];
  return workloads
    .map((workload) => {
      const bare = findMeasurement(measurements, workload.name, 'bare');
      const best = bestPeer(measurements, workload.name, servers);
      const rows = servers.map(({ name, label }) => {
        const own = findMeasurement(measurements, workload.name, name);
        if (!own) return [label, name in absent ? `NOT MEASURED: ${absent[name]}` : '-'];
        return [
          label,
          digits(own.rate),
          bare ? digits(ratioOf(own, bare, rateOf)) : '-',
          best ? digits(ratioOf(own, best, rateOf)) : '-',
          digits(own.p50),
          digits(own.p99),
          digits(own.cpu),
          digits(own.calls),
          digits(own.serverBusy),
          digits(own.loadBusy),
        ];
      });
      return `${workload.name}  ${workload.title}\n${align([columns, ...rows])}`;
    })
    .join('\n\n');
}

export function standingTable({ standings }: Results, servers: readonly Server[]): string {
  const sizes = [...new Set(standings.map(({ customers }) => customers))];
  const rows = servers.map(({ name, label }) => {
    const own = standings.filter(({ server }) => server === name);
    return [
      label,
      digits(Math.min(...own.map(({ startMs }) => startMs))),
      ...sizes.map((size) => {
        const memory = own.filter(({ customers }) => customers === size).map(({ memory }) => memory);
        return memory.length > 0 ? digits(Math.max(...memory)) : '-';
      }),
    ];
  });
  const columns = [
    '',
    'first answer ms',
    ...sizes.map((size) => `RSS MiB, ${size.toLocaleString('en')} customers`),
  ];
  return align([columns, ...rows]);
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return align([
    ['target', '', 'measured', ''],
    ...verdicts.map(({ what, measured, target, unit, met }) => [
      what,
      `${digits(target)} ${unit}`,
      `${digits(measured)} ${unit}`,
      met ? 'met' : 'NOT MET',
    ]),
  ]);
}

/** Three digits that count. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (value === 0) return '0';
  return value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(value < 0.01 ? 1 : 3);
}

export function align(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      if (!cell.startsWith('NOT MEASURED')) widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
