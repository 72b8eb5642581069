import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawDays, minutes } from './picture.ts';
import { clockOf, type DayReport, runDay } from './run-day.ts';
import { type Scenario, scenarios } from './scenarios.ts';
import { hourMs } from './traffic.ts';

/**
 * Lives simulated days and says what they cost: a table on standard output, a picture and the raw numbers beside
 * this file. Exits 1 when a promise is broken, 2 on wrong usage.
 */

const usage = `node bench/day/main.ts [--operations 1000000] [--scenario all|${scenarios.map(({ name }) => name).join('|')}] [--seed 1]\n`;

const { values } = parseArgs({
  options: {
    operations: { type: 'string', default: '1000000' },
    scenario: { type: 'string', default: 'all' },
    seed: { type: 'string', default: '1' },
  },
});
const operations = Number(values.operations);
const chosen = scenarios.filter(({ name }) => values.scenario === 'all' || values.scenario === name);
if (chosen.length === 0 || !Number.isInteger(operations) || operations < 1) {
  process.stderr.write(usage);
  process.exit(2);
}

const days: DayReport[] = [];
for (const scenario of chosen) days.push(await live(scenario));
process.stdout.write(`\n${tableOf(days)}\n`);
await keep(days);
const broken = days.flatMap(({ name, broken }) => broken.map((words) => `${name}: ${words}\n`));
process.stderr.write(broken.join(''));
process.exitCode = broken.length > 0 ? 1 : 0;

async function live(scenario: Scenario): Promise<DayReport> {
  let shown = -1;
  return runDay(scenario, {
    operations,
    seed: Number(values.seed),
    onProgress(time, calls, largestAge) {
      const hour = Math.floor(time / hourMs);
      if (hour === shown) return;
      shown = hour;
      const facts = `${clockOf(time)}  ${String(calls).padStart(3)} calls  oldest answer ${minutes(largestAge)}`;
      process.stdout.write(`${scenario.name.padEnd(15)} ${facts}\n`);
    },
  });
}

function tableOf(reports: readonly DayReport[]): string {
  const columns = [
    'scenario',
    'operations',
    'calls',
    'full',
    'delta',
    'failed',
    'oldest answer',
    'stale',
    'show deleted',
    'differences',
    'ops/s',
  ];
  const rows = reports.map((day) => [
    day.name,
    day.operations.toLocaleString('en'),
    `${day.calls} of ${day.quota}`,
    `${day.callsByKind.full}`,
    `${day.callsByKind.delta}`,
    `${day.callsByKind.failed}`,
    minutes(day.largestAge),
    day.stale.toLocaleString('en'),
    day.showDeleted.toLocaleString('en'),
    `${day.differences}`,
    day.perSecond.toLocaleString('en'),
  ]);
  const widths = columns.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [columns, ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** Days that were not lived this time stay as they were last. */
async function keep(reports: readonly DayReport[]): Promise<void> {
  const path = join(import.meta.dirname, 'day.json');
  const earlier: DayReport[] = await readFile(path, 'utf8').then(JSON.parse, () => []);
  const all = scenarios.flatMap(
    ({ name }) => [...reports, ...earlier].find((day) => day.name === name) ?? [],
  );
  await writeFile(path, `${JSON.stringify(all, null, 1)}\n`);
  await writeFile(join(import.meta.dirname, 'day.svg'), drawDays(all));
}
