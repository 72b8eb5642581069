import { parseArgs } from 'node:util';
import { buildGateway, builtGateway } from '../speed/servers.ts';
import { measureMemory } from './run-memory.ts';

/**
 * Sends distinct queries to the gateway, as built, and says what it holds in memory. Exits 1 when that grows by
 * more than 1 MiB a minute in a run of five minutes or more, or passes 200 MiB; 2 on wrong usage.
 */
const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '5' }, customers: { type: 'string', default: '10000' } },
});
const [minutes, customers] = [Number(values.minutes), Number(values.customers)];
if (!(minutes > 0) || !Number.isInteger(customers)) {
  process.stderr.write('node bench/memory/main.ts [--minutes 5] [--customers 10000]\n');
  process.exit(2);
}

buildGateway();
const report = await measureMemory({
  gateway: builtGateway,
  customers,
  durationMs: minutes * 60_000,
  onProgress: (memory, queries) => process.stderr.write(`\r${queries} queries, ${memory.toFixed(0)} MiB   `),
});
process.stdout.write(`
customers         ${report.customers}
distinct queries  ${report.queries}
memory            ${report.final.toFixed(0)} MiB at the end, ${report.peak.toFixed(0)} MiB at most
slope             ${report.slope.toFixed(2)} MiB a minute after the first quarter
`);
const isLong = minutes >= 5;
process.exitCode = report.final > 200 || (isLong && report.slope > 1) ? 1 : 0;
