import { parseArgs } from 'node:util';
import { runTenants, type TenantsReport } from './run-tenants.ts';

/**
 * Two companies behind one gateway, at random and side by side: whether either ever sees a row of the other.
 * Exits 1 when one does, 2 on wrong usage.
 */
const { values } = parseArgs({
  options: { operations: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const operations = Number(values.operations);
if (!Number.isInteger(operations) || operations < 1) {
  process.stderr.write('node bench/tenants/main.ts [--operations 1000000] [--seed 1]\n');
  process.exit(2);
}

const report = await runTenants({
  operations,
  seed: Number(values.seed),
  onProgress(done, { foreign, calls, perSecond }) {
    if (done % 50_000 !== 0) return;
    const facts = `${calls} calls to Komet, ${foreign.length} foreign answers, ${Math.round(perSecond)} a second`;
    process.stdout.write(`${String(done).padStart(9)} operations, ${facts}\n`);
  },
});
process.stdout.write(`\n${tableOf(report)}\n`);
for (const words of report.foreign.slice(0, 10)) process.stderr.write(`${words}\n`);
process.exitCode = report.foreign.length > 0 ? 1 : 0;

function tableOf({ foreign, perSecond, ...rest }: TenantsReport): string {
  const rows: [string, number][] = [
    ['operations', rest.operations],
    ['answers with rows of the company that asked', rest.own],
    ['answers without rows', rest.empty],
    ['answers with rows of the other company', foreign.length],
    ['answers with another status than 200', rest.failed],
    ['changes heard', rest.changesHeard],
    ['calls to Komet', rest.calls],
    ['times that Komet began to fail', rest.faults],
    ['operations a second', Math.round(perSecond)],
  ];
  return ['| | |', '|---|---:|', ...rows.map(([what, count]) => `| ${what} | ${count} |`)].join('\n');
}
