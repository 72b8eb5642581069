import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type FaultName, faultDescriptions, startTwin } from '../../src/twin/twin.ts';
import { forkGateway } from '../../test/harness/fork-gateway.ts';
import type { Message } from '../../test/harness/gateway-process.ts';
import { slopePerMinute } from './slope.ts';

/** Codes that a caller may see while the twin goes through all its faults. */
const expectedCodes = new Set([
  'KOMET_UNAVAILABLE',
  'KOMET_TIMEOUT',
  'KOMET_BAD_RESPONSE',
  'KOMET_QUOTA_EXHAUSTED',
  'KOMET_UNAUTHORIZED',
  'KOMET_REJECTED',
  'BAD_USER_INPUT',
]);

const promises = {
  /** How old an answer may be while Komet is down (ms). */
  staleIfErrorMs: 120_000,
  /** Growth of the process's memory after warm-up, in MB a minute. */
  slope: 1,
};

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, concurrency: { type: 'string', default: '8' } },
});
const durationMs = Number(values.minutes) * 60_000;
const concurrency = Number(values.concurrency);

const twin = await startTwin({ customers: 2_000, quota: 1_000_000_000 });
const { gateway, url } = await forkGateway({
  KOMET_TOKEN: 'soak',
  KOMET_BASE_URL: twin.url,
  KOMET_MAX_STALENESS: '2s',
  KOMET_FULL_SYNC_EVERY: '10s',
  KOMET_STALE_IF_ERROR: `${promises.staleIfErrorMs}ms`,
  KOMET_TIMEOUT: '1s',
  KOMET_DAILY_QUOTA: '1000000',
});

const seen = { answers: 0, complete: 0, stale: 0, oldestSeconds: 0, codes: new Map<string, number>() };
const memory: { readonly atMs: number; readonly megabytes: number }[] = [];

/** Rows that change all the time, so that snapshots do. */
function mutate() {
  const { customers } = twin.company;
  const customer = customers[Math.floor(Math.random() * customers.length)];
  if (customer)
    twin.company.update(customer.id, { name: `${customer.name.replace(/ \d+$/, '')} ${Date.now() % 1000}` });
}

const operations: (() => { query: string; variables?: object })[] = [
  () => ({
    query: 'query ($id: ID!) { customer(id: $id) { name } }',
    variables: { id: String(30_000 + (Date.now() % 2_000)) },
  }),
  () => ({ query: '{ customerByCode(code: "ABC") { id name } }' }),
  () => ({
    query: 'query ($name: String) { customers(filter: { name: $name }, limit: 20) { id name } }',
    variables: { name: `%${'abcdefgh'[Date.now() % 8]}%` },
  }),
  () => ({
    query:
      '{ customerConnection(first: 50, orderBy: { field: CODE }) { totalCount nodes { id } facets { active { value count } } } }',
  }),
  () => ({ query: '{ kometStatus { rows quota { used } } customers(limit: 1) { id } }' }),
  () => ({ query: '{ customersById(ids: ["23423", "25555", "0"]) { name } }' }),
  () => ({ query: '{ customer(id: "not an id") { name } }' }),
];

async function askOnce(turn: number) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(turn % 17 === 0 && { 'cache-control': 'no-cache' }) },
    body: JSON.stringify(operations[turn % operations.length]?.()),
  });
  const body = (await response.json()) as {
    errors?: { extensions?: { code?: string } }[];
    extensions?: { komet?: { source?: string } };
  };
  seen.answers += 1;
  if (!body.errors) seen.complete += 1;
  if (body.extensions?.komet?.source === 'stale') seen.stale += 1;
  seen.oldestSeconds = Math.max(seen.oldestSeconds, Number(response.headers.get('age') ?? 0));
  for (const { extensions } of body.errors ?? []) {
    const code = extensions?.code ?? 'none';
    seen.codes.set(code, (seen.codes.get(code) ?? 0) + 1);
  }
}

async function askOnAndOn(offset: number, until: number) {
  for (let turn = offset; Date.now() < until; turn++) await askOnce(turn);
}

/** Each fault for a while, good weather between. */
async function changeWeather(until: number) {
  // A spent quota is believed until the day ends: after it nothing else would be seen.
  const faults = (Object.keys(faultDescriptions) as FaultName[]).filter((name) => name !== 'quota-spent');
  for (let turn = 0; Date.now() < until; turn++) {
    const fault = faults[turn % faults.length] as FaultName;
    twin.faults.turnOn(fault, { retryAfter: 1, delayMs: 100 });
    await wait(Math.min(3_000, Math.max(0, until - Date.now())));
    twin.faults.turnOff();
    await wait(Math.min(2_000, Math.max(0, until - Date.now())));
  }
}

const started = Date.now();
const until = started + durationMs;
const socketsBefore = twin.openSockets();
gateway.on('message', (message: Message) => {
  if (message.kind === 'pulse') memory.push({ atMs: Date.now() - started, megabytes: message.megabytes });
});
const observer = setInterval(() => {
  mutate();
  if (memory.length % 4 === 0) {
    const left = Math.max(0, Math.round((until - Date.now()) / 1000));
    process.stderr.write(
      `\r${seen.answers} answers, ${seen.stale} stale, ${memory.at(-1)?.megabytes.toFixed(0)} MB, ${left} s left   `,
    );
  }
}, 500);
await Promise.all([
  changeWeather(until),
  ...Array.from({ length: concurrency }, (_, index) => askOnAndOn(index, until)),
]);
clearInterval(observer);
gateway.send('close');
const { delayMs } = await new Promise<Message & { kind: 'closed' }>((resolve) => {
  gateway.on('message', (message: Message) => message.kind === 'closed' && resolve(message));
});
// The twin hears of a closed socket a moment later.
for (let turn = 0; turn < 40 && twin.openSockets() > 0; turn++) await wait(50);
const socketsAfter = twin.openSockets();
await twin.close();

const afterWarmUp = memory.filter(({ atMs }) => atMs > durationMs / 4);
const slope = slopePerMinute(afterWarmUp.map(({ atMs, megabytes }) => [atMs, megabytes]));
const unexpected = [...seen.codes.keys()].filter((code) => !expectedCodes.has(code));
const isLong = durationMs >= 5 * 60_000;
const broken = [
  unexpected.length > 0 && `unexpected error codes: ${unexpected.join(', ')}`,
  seen.complete < seen.answers / 2 && `only ${seen.complete} of ${seen.answers} answers were complete`,
  seen.oldestSeconds * 1000 > promises.staleIfErrorMs && `an answer was ${seen.oldestSeconds} s old`,
  // Before that the heap is still finding its size.
  isLong && slope > promises.slope && `memory grows by ${slope.toFixed(2)} MB a minute`,
  socketsAfter > socketsBefore && `${socketsAfter - socketsBefore} sockets to the twin were left open`,
].filter((problem) => typeof problem === 'string');

const codes = [...seen.codes]
  .sort((a, b) => b[1] - a[1])
  .map(([code, count]) => `  ${code.padEnd(24)} ${count}`);
process.stdout.write(`
answers             ${seen.answers}, of them ${seen.stale} stale
oldest answer       ${seen.oldestSeconds} s (at most ${promises.staleIfErrorMs / 1000} s)
calls to the twin   ${twin.calls.length}
errors by code
${codes.join('\n')}
memory              ${memory.at(-1)?.megabytes.toFixed(0)} MB at the end, ${slope.toFixed(2)} MB a minute after warm-up
event-loop delay    p50 ${delayMs.p50.toFixed(1)} ms, p99 ${delayMs.p99.toFixed(1)} ms, longest ${delayMs.longest.toFixed(0)} ms
open sockets        ${socketsBefore} before, ${socketsAfter} after
${broken.length === 0 ? 'every promise was kept' : `BROKEN: ${broken.join('; ')}`}
`);
process.exit(broken.length === 0 ? 0 : 1);
