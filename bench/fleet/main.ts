import { parseArgs } from 'node:util';
import { judgeFleet, liveThrough } from './scenes.ts';

/**
 * Several gateways that share a Redis, against one that has it to itself, and through whatever can happen to them.
 * Exits 1 when a promise is broken, 2 on wrong usage. Wants redis-server.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    tokens: { type: 'string', default: '50' },
    processes: { type: 'string', default: '3' },
  },
});
const [seconds, tokens, processes] = [values.seconds, values.tokens, values.processes].map(Number) as [
  number,
  number,
  number,
];
if (!(seconds >= 1 && tokens >= 1 && processes >= 2)) {
  process.stderr.write('node bench/fleet/main.ts [--seconds 60] [--tokens 50] [--processes 3]\n');
  process.exit(2);
}

const scenes = await liveThrough({
  ...{ seconds, tokens, processes, kills: 20, cutSeconds: seconds / 2 },
  onProgress: (words) => process.stderr.write(`${words}\n`),
});
const columns = Object.keys(scenes) as (keyof typeof scenes)[];
const rows = [
  ['answers', 'answers'],
  ['stale, and said so', 'stale'],
  ['oldest rows (ms)', 'oldestMs'],
  ['lost with a killed process', 'lost'],
  ['refused, the quota being spent', 'refused'],
  ['calls to Komet', 'calls'],
  ['most calls of one token', 'mostCallsOfOne'],
  ['shortest time between two calls of a token (ms)', 'closestMs'],
] as const;
const table = rows.map(
  ([what, key]) => `| ${what} | ${columns.map((name) => scenes[name][key]).join(' | ')} |`,
);
const head = [`| | ${columns.join(' | ')} |`, `|---|${columns.map(() => '---:').join('|')}|`];
const broken = judgeFleet(scenes, { tokens });
process.stdout.write(`\n${[...head, ...table].join('\n')}\n\n`);
process.stdout.write(broken.length === 0 ? 'every promise was kept\n' : `BROKEN: ${broken.join('; ')}\n`);
process.exit(broken.length === 0 ? 0 : 1);
