import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parser } from '@prometheus-io/lezer-promql';
import { Agent, request as send } from 'undici';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { startTwin } from '../src/twin/twin.ts';
import { subscribe } from './harness/events.ts';
import { createClock, startGateway, type TestGateway } from './harness/gateway.ts';
import { startProgram } from './harness/program.ts';
import { hasTools } from './harness/tools.ts';

const names = '{ customers { name } }';
const prefix = 'komet_graphql_';

const pageOf = ({ url }: { url: string }) => new URL('/metrics', url);

/** Every series with its value, by what stands before it in the text. */
async function scrape(gateway: { url: string }, headers: Record<string, string> = {}) {
  const response = await fetch(pageOf(gateway), { headers });
  expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

const requests = (source: string, outcome: string) =>
  `${prefix}request_duration_seconds_count{source="${source}",outcome="${outcome}"}`;

describe('/metrics', () => {
  test('counts answers by where they came from, errors by code, calls and readings', async () => {
    const { now, advance } = createClock();
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    await gateway.query(names);
    await gateway.query(names);
    await gateway.query(names);
    await gateway.query('{ nonsense }');
    await gateway.query('{');
    await gateway.query(names, {}, { 'content-type': 'text/plain' });
    advance(60_000);
    await expect.poll(async () => (await scrape(gateway)).get(requests('none', 'error'))).toBe(3);
    const seen = await scrape(gateway);
    expect(Object.fromEntries(seen)).toMatchObject({
      [requests('upstream', 'ok')]: 1,
      [requests('snapshot', 'ok')]: 2,
      [requests('stale', 'ok')]: 0,
      [`${prefix}request_duration_seconds_bucket{le="30",source="snapshot",outcome="ok"}`]: 2,
      [`${prefix}errors_total{code="GRAPHQL_VALIDATION_FAILED"}`]: 1,
      [`${prefix}errors_total{code="GRAPHQL_PARSE_FAILED"}`]: 1,
      [`${prefix}errors_total{code="BAD_USER_INPUT"}`]: 1,
      [`${prefix}errors_total{code="INTERNAL_SERVER_ERROR"}`]: 0,
      [`${prefix}upstream_call_duration_seconds_count{outcome="ok"}`]: 1,
      [`${prefix}refreshes_total{outcome="full"}`]: 1,
      [`${prefix}snapshot_rows`]: 5,
      [`${prefix}snapshot_age_seconds`]: 60,
      [`${prefix}staleness_limit_seconds`]: 300,
      [`${prefix}quota_limit_calls`]: 1000,
      [`${prefix}quota_used_calls`]: 1,
      [`${prefix}quota_left_calls`]: 999,
      [`${prefix}quota_reserved_calls`]: 100,
      [`${prefix}tenants`]: 1,
    });
    expect(seen.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(seen.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
    expect(gateway.twin.calls).toHaveLength(1);
  });

  test('tells how many answers were known already, which are forgotten with the list that they are from', async () => {
    const { now, advance } = createClock();
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    const known = async () => (await scrape(gateway)).get(`${prefix}known_answers_total`);
    await gateway.query(names);
    expect(await known()).toBe(0);
    // Kept is what is asked for twice.
    for (const _time of [1, 2, 3, 4, 5]) await gateway.query(names);
    await expect.poll(known).toBe(3);
    gateway.twin.company.update('23423', { name: 'Renamed' });
    advance(600_000);
    expect(JSON.stringify((await gateway.query(names)).data)).toContain('Renamed');
    for (const _time of [1, 2]) await gateway.query(names);
    await expect.poll(known).toBe(4);
  });

  test('tells stale answers and failed calls from the others', async () => {
    const { now, advance } = createClock();
    await using gateway = await startGateway({ twin: { customers: 5 }, now });
    await gateway.query(names);
    gateway.twin.faults.turnOn('error-500');
    advance(600_000);
    await gateway.query(names);
    await expect.poll(async () => (await scrape(gateway)).get(requests('stale', 'ok'))).toBe(1);
    expect(Object.fromEntries(await scrape(gateway))).toMatchObject({
      [`${prefix}upstream_call_duration_seconds_count{outcome="KOMET_UNAVAILABLE"}`]: 1,
      [`${prefix}refreshes_total{outcome="failed"}`]: 1,
    });
  });

  test('has no age before the first snapshot, and asks Komet for nothing', async () => {
    await using gateway = await startGateway();
    const seen = await scrape(gateway);
    expect(seen.has(`${prefix}snapshot_age_seconds`)).toBe(false);
    expect(seen.get(`${prefix}snapshot_rows`)).toBe(0);
    expect(gateway.twin.calls).toHaveLength(0);
  });

  test('counts subscriptions while they are open', async () => {
    await using gateway = await startGateway({ twin: { customers: 5 } });
    const open = async () => (await scrape(gateway)).get(`${prefix}subscriptions`);
    const events = await subscribe(gateway.url, 'subscription { customerChanged { kind } }');
    expect(await open()).toBe(1);
    events.close();
    await expect.poll(open).toBe(0);
  });

  test('tells callers who left from errors', async () => {
    await using gateway = await startGateway({ twin: { customers: 5, latencyMs: 5_000 } });
    const abort = new AbortController();
    const asked = fetch(`${gateway.url}?query=${encodeURIComponent(names)}`, { signal: abort.signal });
    await expect.poll(() => gateway.twin.calls.length).toBe(1);
    abort.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(async () => (await scrape(gateway)).get(requests('none', 'aborted'))).toBe(1);
  });

  test('has as many series after a thousand different requests as before the first', async () => {
    await using gateway = await startGateway({
      twin: { customers: 5 },
      settings: { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client', GATEWAY_NEW_TOKENS: 'off' },
    });
    const before = [...(await scrape(gateway)).keys()];
    for (let round = 0; round < 20; round++) {
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          gateway.query(
            `query Q${round}x${index} { c${index}: ${index % 5 ? 'customers' : 'nothing'} { name } }`,
            {},
            { 'x-komet-token': `token-${round}`, 'x-request-id': `r${round}-${index}` },
          ),
        ),
      );
    }
    const after = await scrape(gateway);
    // There is no age and no quota before there is a token.
    const isNew = (name: string) => !before.includes(name) && !name.includes('_age_');
    expect([...after.keys()].filter(isNew)).toEqual([]);
    expect(after.get(`${prefix}tenants`)).toBe(20);
    expect(after.get(`${prefix}snapshot_rows`)).toBe(20 * 5);
    expect(after.get(`${prefix}quota_used_calls`)).toBe(1);
    expect(JSON.stringify([...after])).not.toContain('token-');
  });

  describe('asks for the same credentials as GraphQL', () => {
    const key = { GATEWAY_API_KEYS: 'prometheus:0123456789abcdef' };
    const statusOf = async (gateway: TestGateway, init?: RequestInit) =>
      (await fetch(pageOf(gateway), init)).status;

    test('a key where there are keys', async () => {
      await using gateway = await startGateway({ settings: { ...key, HOST: '0.0.0.0' } });
      expect(await statusOf(gateway)).toBe(401);
      expect(await statusOf(gateway, { headers: { authorization: 'Bearer 0123456789abcdeX' } })).toBe(401);
      expect(await statusOf(gateway, { headers: { authorization: 'Bearer 0123456789abcdef' } })).toBe(200);
    });

    test('no Komet token where callers bring theirs', async () => {
      await using gateway = await startGateway({
        settings: { ...key, KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client' },
      });
      expect(await statusOf(gateway)).toBe(401);
      expect(await statusOf(gateway, { headers: { authorization: 'Bearer 0123456789abcdef' } })).toBe(200);
    });

    test('and is not there for strangers, unless that is meant', async () => {
      const open = { HOST: '0.0.0.0', GATEWAY_ALLOW_ANONYMOUS: 'on' };
      await using closed = await startGateway({ settings: open });
      expect(await statusOf(closed)).toBe(404);
      await using meant = await startGateway({ settings: { ...open, GATEWAY_METRICS: 'on' } });
      expect(await statusOf(meant)).toBe(200);
      await using off = await startGateway({ settings: { GATEWAY_METRICS: 'off' } });
      expect(await statusOf(off)).toBe(404);
    });

    test('and shows nothing to pages of another site, nor to another method', async () => {
      await using gateway = await startGateway();
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
      expect(await statusOf(gateway, { headers })).toBe(403);
      expect(await statusOf(gateway, { method: 'POST' })).toBe(405);
      expect(await statusOf(gateway, { method: 'HEAD' })).toBe(200);
    });
  });

  test('comes soon while the gateway has all that it can do', async () => {
    await using twin = await startTwin({ customers: 500 });
    await using program = startProgram(['start', '--port', '0', '--host', '127.0.0.1'], {
      env: { KOMET_TOKEN: 'any', KOMET_BASE_URL: twin.url, STORE_URL: 'memory:' },
    });
    const url = await program.printed(/(http:\/\/\S+\/graphql)/);
    const time = async () => {
      const started = performance.now();
      const reply = await send(new URL('/metrics', url));
      await reply.body.text();
      return performance.now() - started;
    };
    const measure = async () => {
      const times: number[] = [];
      while (times.length < 40) times.push(await time());
      return times.toSorted((one, other) => one - other);
    };
    await measure();
    const idle = await measure();

    const callers = new Agent({ connections: 8 });
    let isLoaded = true;
    let answers = 0;
    const ask = async () => {
      while (isLoaded) {
        const reply = await send(`${url}?query=${encodeURIComponent(names)}`, { dispatcher: callers });
        await reply.body.dump();
        answers += 1;
      }
    };
    const load = Array.from({ length: 8 }, ask);
    const busy = await measure();
    isLoaded = false;
    await Promise.all(load);
    await callers.close();

    const show = (times: number[]) => `${times[20]?.toFixed(1)} ms, at most ${times.at(-1)?.toFixed(1)} ms`;
    process.stdout.write(`a scrape: ${show(idle)} idle; ${show(busy)} beside ${answers} answers\n`);
    expect(answers).toBeGreaterThan(100);
    // 20 ms where the machine has nothing else to do, which no test can know.
    expect(busy[20]).toBeLessThan(100);
  });
});

describe('dashboard and alerts', () => {
  const folder = join(import.meta.dirname, '..', 'examples', 'deploy');

  type Selector = { readonly metric: string; readonly labels: readonly string[] };

  /** The series that an expression asks for; throws where it cannot be read. */
  function selectorsOf(expression: string): Selector[] {
    // What Grafana puts in its own words.
    const text = expression.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*');
    const tree = parser.parse(text);
    const found: { metric: string; labels: string[] }[] = [];
    const grouped: string[] = [];
    tree.iterate({
      enter({ name, from, to, node }) {
        if (name === '⚠') throw new Error(`cannot be read at ${from}: ${expression}`);
        if (name === 'VectorSelector') found.push({ metric: '', labels: [] });
        const selector = found.at(-1);
        if (name === 'Identifier' && selector && !selector.metric) selector.metric = text.slice(from, to);
        if (name !== 'LabelName') return;
        const isGrouping = node.parent?.name === 'GroupingLabels';
        (isGrouping ? grouped : selector?.labels)?.push(text.slice(from, to));
      },
    });
    return found.map(({ metric, labels }) => ({ metric, labels: [...labels, ...grouped] }));
  }

  async function readExpressions(): Promise<string[]> {
    type Panel = { targets?: { expr: string }[] };
    const dashboard = JSON.parse(await readFile(join(folder, 'grafana', 'dashboard.json'), 'utf8'));
    const alerts = parseYaml(await readFile(join(folder, 'prometheus', 'alerts.yaml'), 'utf8'));
    return [
      ...(dashboard.panels as Panel[]).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...(alerts.groups as { rules: { expr: string }[] }[]).flatMap(({ rules }) =>
        rules.map(({ expr }) => expr),
      ),
    ];
  }

  test('name only what a gateway exposes, and labels that it has', async () => {
    await using gateway = await startGateway({ twin: { customers: 5 } });
    await gateway.query(names);
    const exposed = new Map<string, Set<string>>();
    for (const series of (await scrape(gateway)).keys()) {
      const [name = '', labels = ''] = series.split('{');
      const known = exposed.get(name) ?? new Set(['instance', 'job']);
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
      exposed.set(name, known);
    }
    // Prometheus' own.
    exposed.set('up', new Set(['instance', 'job']));
    const expressions = await readExpressions();
    expect(expressions.length).toBeGreaterThan(40);
    for (const expression of expressions) {
      const selectors = selectorsOf(expression);
      expect({ expression, found: selectors.length > 0 }).toEqual({ expression, found: true });
      for (const { metric, labels } of selectors) {
        expect({ metric, isExposed: exposed.has(metric) }).toEqual({ metric, isExposed: true });
        for (const label of labels) {
          expect({ metric, label, isExposed: exposed.get(metric)?.has(label) }).toMatchObject({
            isExposed: true,
          });
        }
      }
    }
  });

  test.skipIf(!hasTools(['promtool'], 'what the alert rules make of an hour of numbers'))(
    'wake somebody when they should, and nobody else',
    async () => {
      const { stdout } = await promisify(execFile)('promtool', ['test', 'rules', 'alerts.test.yaml'], {
        cwd: join(folder, 'prometheus'),
      });
      expect(stdout).toContain('SUCCESS');
    },
  );

  test('would be found out if they named what is not there', () => {
    expect(selectorsOf('sum by (c) (rate(no_such_total{a="b"}[5m]) / up)')).toEqual([
      { metric: 'no_such_total', labels: ['a', 'c'] },
      { metric: 'up', labels: ['c'] },
    ]);
    expect(() => selectorsOf('sum(rate(up[5m])')).toThrow('cannot be read');
  });

  test('show all that a gateway exposes of itself', async () => {
    await using gateway = await startGateway();
    await gateway.query(names);
    const used = new Set((await readExpressions()).flatMap(selectorsOf).map(({ metric }) => metric));
    const own = [...(await scrape(gateway)).keys()].map((series) =>
      (series.split('{')[0] ?? '').replace(/_(bucket|sum|count)$/, ''),
    );
    const seen = [...used].map((name) => name.replace(/_(bucket|sum|count)$/, ''));
    expect([...new Set(own)].filter((name) => !seen.includes(name))).toEqual([]);
  });
});
