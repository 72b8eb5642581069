import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawBench } from './chart.ts';
import { type Costs, costTables, measureCosts } from './costs.ts';
import { measure, type Results } from './measure.ts';
import { canPin, pinLoad } from './processes.ts';
import { servers as allServers, buildGateway } from './servers.ts';
import { judgeWorkloads, standingTable, verdictTable, workloadTable } from './table.ts';
import { workloads as allWorkloads, type Workload } from './workloads.ts';

const usage = `npm run bench -- [options]

Measures the gateway beside others that do the same with the same upstream, and says what it promises.

  --quick           2 minutes instead of at most 15; less exact, as code is barely warm, and nothing is kept
  --only W1,W3      only these workloads: ${allWorkloads.map(({ name }) => name).join(', ')}
  --peers a,b       only these peers: ${allServers.flatMap(({ name, kind }) => (kind === 'peer' ? name : [])).join(', ')}
  --json FILE       where the raw numbers go
`;

const started = performance.now();
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    peers: { type: 'string' },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const workloads = choose(allWorkloads, values.only);
const servers = allServers.filter(
  ({ name, kind }) => kind !== 'peer' || values.peers === undefined || values.peers.split(',').includes(name),
);
if (workloads.length === 0) {
  process.stderr.write(usage);
  process.exit(2);
}

pinLoad();
const pace = values.quick
  ? { rounds: 1, sliceMs: 400, warmUpMs: 300 }
  : { rounds: 6, sliceMs: 1_000, warmUpMs: 1_500 };
const onProgress = (words: string) => {
  const seconds = Math.round((performance.now() - started) / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${words}\n`);
};
onProgress('building the program');
buildGateway();
let results: Results = { measurements: [], standings: [], absent: {} };
for (const phase of phasesOf(workloads)) {
  const cache = phase[0]?.cache;
  const { measurements, standings, absent } = await measure(
    servers.filter(({ kind, canCache }) => kind !== 'peer' || !cache || canCache),
    phase,
    { ...pace, onProgress },
  );
  results = {
    measurements: [...results.measurements, ...measurements],
    standings: [...results.standings, ...(cache ? [] : standings)],
    absent: { ...results.absent, ...absent },
  };
}
const costs: Costs | undefined =
  values.only === undefined ? await measureCosts({ quick: values.quick, onProgress }) : undefined;
const verdicts = judgeWorkloads(results, workloads, servers).concat(costs?.verdicts ?? []);
process.stdout.write(`
${canPin ? 'Servers on one core; the load and the twin share the other.' : 'Nothing is held to a core: the system offers no taskset.'}
Medians of ${pace.rounds} rounds; a ratio is the median of what it was in each.

${workloadTable(results, workloads, servers)}

${standingTable(results, servers)}

Tailcall is not among them: its npm binary wants glibc 2.39 and no other of its packages runs here.
${costs ? `\n${costTables(costs)}\n` : ''}
${verdictTable(verdicts)}
`);
const whole = !values.quick && values.only === undefined && values.peers === undefined;
const json = values.json ?? (whole ? join(import.meta.dirname, 'results.json') : undefined);
if (json) await writeFile(json, `${JSON.stringify({ ...results, ...costs, verdicts }, null, 1)}\n`);
if (whole) {
  const picture = join(import.meta.dirname, '../../.github/pictures/bench.svg');
  await writeFile(picture, drawBench(results.measurements, workloads, servers));
}

function choose(all: readonly Workload[], names: string | undefined): readonly Workload[] {
  return names === undefined ? all : all.filter(({ name }) => names.split(',').includes(name));
}

/** Workloads that the same processes can serve. */
function phasesOf(chosen: readonly Workload[]): (readonly Workload[])[] {
  return Object.values(Object.groupBy(chosen, ({ customers, cache }) => `${customers} ${cache}`)).filter(
    (phase) => phase !== undefined,
  );
}
