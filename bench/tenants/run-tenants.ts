import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import { createGateway, type GatewayOptions } from '../../src/gateway.ts';
import { createRandom, type Random } from '../../src/twin/random.ts';
import { type FaultName, florists, startTwin, type TwinCompany } from '../../src/twin/twin.ts';

/** What came of it. */
export type TenantsReport = {
  readonly operations: number;
  /** Answers that showed rows of the company that asked. */
  readonly own: number;
  /** Answers without rows: errors while Komet failed, and searches for what the other company has. */
  readonly empty: number;
  /** Answers with anything of the other company, or for a token that is not good. */
  readonly foreign: readonly string[];
  readonly failed: number;
  readonly changesHeard: number;
  readonly calls: number;
  readonly faults: number;
  readonly perSecond: number;
};

export type TenantsOptions = {
  readonly operations: number;
  readonly seed?: number;
  readonly onProgress?: (done: number, report: TenantsReport) => void;
};

/** Two companies that share everything but their words: ids, codes and the number of customers overlap. */
const companies = { rosa: 'Rosa', iris: 'Iris' } as const;
type Name = keyof typeof companies;
const names = Object.keys(companies) as Name[];
const tokens = { rosa: 'token-of-rosa', iris: 'token-of-iris' } as const;
const markOf = (name: Name) => `${companies[name]}Only`;
const other: Record<Name, Name> = { rosa: 'iris', iris: 'rosa' };

const faults: readonly FaultName[] = [
  'error-500',
  'error-503',
  'reset',
  'reset-mid-body',
  'truncated',
  'html',
  'null-body',
  'wrong-shape',
  'empty-list',
  'short-list',
  'bad-rows',
  'prototype-keys',
  'duplicate-keys',
  'set-cookie',
  'unauthorized',
  'echo-token',
];

const row = '{ id name code salesPerson customerType accountingCode }';

/** The same bytes for both, so that whatever is kept by request is asked for by both. */
const operations = [
  `{ customers(limit: 5) ${row} }`,
  `{ customers(filter: { includeInactive: true }, orderBy: { field: CODE, direction: DESC }, limit: 3) ${row} }`,
  `{ customer(id: "23423") ${row} }`,
  `{ a: customer(id: "23423") ${row} b: customerByCode(code: "abc") ${row} }`,
  `{ customersById(ids: ["23423", "25555", "1"]) ${row} }`,
  `{ customersByCode(codes: ["abc", "DEF"]) ${row} }`,
  `{ customerConnection(first: 3) { nodes ${row} totalCount facets { salesPerson { value count } customerType { value } } } }`,
  `{ customers(filter: { name: "only" }, limit: 4) ${row} kometStatus { rows lastError { message } } }`,
  `{ _entities(representations: [{ __typename: "Customer", id: "25555" }]) { ... on Customer ${row} } }`,
] as const;

/** Lets two companies ask at random, side by side, while lists change, refreshes run and Komet fails. */
export async function runTenants({
  operations,
  seed = 1,
  onProgress,
}: TenantsOptions): Promise<TenantsReport> {
  const random = createRandom(seed);
  let time = Date.parse('2026-03-10T08:00:00Z');
  const now = () => time;
  await using twin = await startTwin({
    now,
    quota: 1e9,
    companies: { rosa: {}, iris: {} },
    tokens: Object.fromEntries(names.map((company) => [tokens[company], { kind: 'company', company }])),
  });
  for (const name of names) fill(twin.companyOf(name), name);
  await using gateway = await serve({
    komet: { baseUrl: twin.url, dailyQuota: 1e9 },
    freshness: { maxStalenessMs: 5_000, fullSyncEveryMs: 60_000 },
    now,
  });

  const tally = { operations: 0, own: 0, empty: 0, failed: 0, changesHeard: 0, faults: 0 };
  const foreign: string[] = [];
  const started = performance.now();
  const report = (): TenantsReport => ({
    ...tally,
    foreign,
    calls: twin.calls.length,
    perSecond: tally.operations / ((performance.now() - started) / 1000),
  });

  function judge(who: Name | 'stranger', what: string, status: number, text: string) {
    const isForeign =
      who === 'stranger'
        ? names.some((name) => text.includes(markOf(name)))
        : text.includes(markOf(other[who]));
    if (isForeign) foreign.push(`${who} asked ${what} and got ${text.slice(0, 300)}`);
    else if (status !== 200) tally.failed += 1;
    else if (who !== 'stranger' && text.includes(markOf(who))) tally.own += 1;
    else tally.empty += 1;
  }

  async function operate() {
    const { who, what, send } = makeOperation(random);
    const { statusCode, body } = await gateway.pool.request(send);
    judge(who, what, statusCode, await body.text());
    tally.operations += 1;
    if (tally.operations % 10_000 === 0) onProgress?.(tally.operations, report());
  }

  function happen() {
    // So that an answer is stale after some hundred operations, and a pause after a failure is over.
    time += random.below(60);
    const chance = random.fraction();
    if (chance < 0.01) change(twin.companyOf(random.pick(names)), random);
    else if (chance < 0.02) {
      twin.faults.next(random.pick(faults), {}, 1 + random.below(3));
      tally.faults += 1;
    } else if (chance < 0.025) {
      time += 120_000;
    }
  }

  const listening = names.map((name) =>
    listen(gateway.pool, tokens[name], (text) => {
      tally.changesHeard += 1;
      judge(name, 'for changes', 200, text);
    }),
  );
  let left = operations;
  const lane = async () => {
    while (left-- > 0) {
      happen();
      await operate();
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  for (const each of listening) each.end();
  await Promise.all(listening.map(({ ended }) => ended));
  return report();
}

function makeOperation(random: Random) {
  const who = random.fraction() < 0.02 ? 'stranger' : random.pick(names);
  const token = who === 'stranger' ? `token-of-nobody-${random.below(50)}` : tokens[who];
  const isSearch = who !== 'stranger' && random.fraction() < 0.05;
  const query = isSearch
    ? `query ($name: String) { customers(filter: { name: $name, includeInactive: true }) ${row} }`
    : random.pick(operations);
  const variables = isSearch ? { name: companies[other[who]] } : undefined;
  const chance = random.fraction();
  const headers = {
    accept: 'application/json',
    'x-komet-token': token,
    ...(chance < 0.01 && { 'cache-control': 'no-cache' }),
    ...(chance > 0.9 && { 'x-komet-explain': '1' }),
    ...(chance > 0.8 && chance < 0.85 && { 'cache-control': 'max-age=1' }),
  };
  const send =
    random.fraction() < 0.3 && !isSearch
      ? ({ method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}`, headers } as const)
      : ({
          method: 'POST',
          path: '/graphql',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify({ query, variables }),
        } as const);
  return { who, what: query, send } as const;
}

/** Each value that could tell whose it is tells it. */
function fill(company: TwinCompany, name: Name) {
  const mark = markOf(name);
  company.replaceAll(
    florists(name === 'rosa' ? 60 : 80, 7).map((florist) => ({
      ...florist,
      name: `${florist.name} ${mark}`,
      salesPerson: `${florist.salesPerson ?? 'Nobody'} ${mark}`,
      customerType: `${florist.customerType ?? 'None'} ${mark}`,
      accountingCode: mark,
    })),
  );
}

function change(company: TwinCompany, random: Random) {
  const { id, active } = random.pick(company.customers);
  if (random.fraction() < 0.2) company.update(id, { active: !active });
  else company.update(id, { name: `Renamed ${random.below(1000)} ${markOf(company.name as Name)}` });
}

/** Hears of changes over server-sent events until it is ended. */
function listen(pool: Pool, token: string, onText: (text: string) => void) {
  const controller = new AbortController();
  const ended = (async () => {
    const { body } = await pool.request({
      method: 'POST',
      path: '/graphql',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', 'x-komet-token': token },
      body: JSON.stringify({
        query: `subscription { customerChanged { kind customer ${row} previous ${row} } }`,
      }),
      signal: controller.signal,
    });
    for await (const chunk of body) if (`${chunk}`.includes('customerChanged')) onText(`${chunk}`);
  })().catch((error: unknown) => {
    if (!controller.signal.aborted) throw error;
  });
  return { ended, end: () => controller.abort() };
}

async function serve(options: GatewayOptions) {
  const gateway = createGateway(options);
  const server = createServer(gateway.nodeListener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 20 });
  return {
    pool,
    async [Symbol.asyncDispose]() {
      gateway.endSubscriptions();
      await pool.destroy();
      server.close();
      server.closeAllConnections();
      await gateway.dispose();
    },
  };
}
