import type { Upstream } from './processes.ts';
import type { Server } from './servers.ts';

/** What is asked, again and again, and what has to come of it. */
export type Workload = {
  readonly name: string;
  readonly title: string;
  readonly customers: number;
  readonly connections: number;
  /** Whether peers keep answers. */
  readonly cache: boolean;
  /** How many different requests there are. */
  readonly variety: number;
  /** The variables of the n-th request. */
  readonly variables: (keys: Upstream['keys'], n: number) => Record<string, unknown>;
  readonly query: Readonly<Record<Server['graph'], string>>;
  /** So much is promised: of the bare server's rate, or times that of the best peer. */
  readonly target?: { readonly of: 'bare' | 'best peer'; readonly ratio: number };
};

const never = Number.POSITIVE_INFINITY;
const oneRow = 'id name code active salesPerson';
const byCode = {
  customers: `query ByCode($code: String!) { customerByCode(code: $code) { ${oneRow} } }`,
  customerList: `query ByCode($code: String!) { customerByCode: customerList(code: $code) { customers { ${oneRow} } } }`,
};
const codeAt = (keys: Upstream['keys'], n: number) => keys[n % keys.length]?.code;

const places = Array.from({ length: 20 }, (_, place) => place);
const twentyById = {
  customers: `query ByIds(${places.map((place) => `$i${place}: ID!`).join(', ')}) { ${places.map((place) => `c${place}: customer(id: $i${place}) { id name }`).join(' ')} }`,
  customerList: `query ByIds(${places.map((place) => `$i${place}: String`).join(', ')}) { ${places.map((place) => `c${place}: customerList(id: $i${place}) { customers { id name } }`).join(' ')} }`,
};
/** Steps and starts that do not meet again before all pairs of them were used. */
const twentyIds = (keys: Upstream['keys'], n: number) =>
  Object.fromEntries(
    places.map((place) => [
      `i${place}`,
      keys[(n + place * (1 + (Math.floor(n / keys.length) % 40))) % keys.length]?.id,
    ]),
  );

const list = (fields: string) => ({
  customers: `query List($limit: Int) { customers(limit: $limit) { ${fields} } }`,
  customerList: `query List { customers: customerList { customers { ${fields} } } }`,
});
/** Each limit is another request for the same rows: all there are. */
const anyLimit = (rows: number) => (_keys: Upstream['keys'], n: number) => ({ limit: rows + n });

const common = { customers: 1_000, connections: 32, cache: false, variety: never } as const;
const long = { ...common, connections: 8 } as const;

export const workloads: readonly Workload[] = [
  {
    ...common,
    name: 'W1',
    title: 'one by code',
    variety: 1,
    variables: (keys) => ({ code: codeAt(keys, 7) }),
    query: byCode,
    target: { of: 'bare', ratio: 0.85 },
  },
  {
    ...common,
    name: 'W1u',
    title: 'one by code, unseen',
    // A variable that the operation does not declare makes them new without making them shorter.
    variables: (keys, n) => ({ code: codeAt(keys, n), visit: n }),
    query: byCode,
    target: { of: 'bare', ratio: 0.6 },
  },
  {
    ...common,
    name: 'W2u',
    title: '20 by id in one, unseen',
    variables: twentyIds,
    query: twentyById,
    target: { of: 'best peer', ratio: 10 },
  },
  {
    ...long,
    name: 'W3',
    title: '1,000 customers, 2 fields',
    variety: 1,
    variables: () => ({ limit: 1_000 }),
    query: list('id name'),
    target: { of: 'bare', ratio: 0.8 },
  },
  {
    ...long,
    name: 'W3u',
    title: '1,000 customers, unseen',
    variables: anyLimit(1_001),
    query: list('id name'),
    target: { of: 'best peer', ratio: 5 },
  },
  {
    ...common,
    name: 'W6',
    title: '1,000 codes in turn',
    variety: 1_000,
    variables: (keys, n) => ({ code: codeAt(keys, n) }),
    query: byCode,
    target: { of: 'bare', ratio: 0.85 },
  },
  {
    ...common,
    name: 'W5',
    title: "one by code, peers' caches on",
    cache: true,
    variety: 1,
    variables: (keys) => ({ code: codeAt(keys, 7) }),
    query: byCode,
  },
  {
    ...long,
    name: 'W4',
    title: '10,000 customers, 6 fields',
    customers: 10_000,
    variety: 1,
    variables: () => ({ limit: 10_000 }),
    query: list('id name code active salesPerson customerType'),
    target: { of: 'bare', ratio: 0.8 },
  },
  {
    ...long,
    name: 'W4u',
    title: '10,000 customers, unseen',
    customers: 10_000,
    variables: anyLimit(10_001),
    query: list('id name code active salesPerson customerType'),
    target: { of: 'best peer', ratio: 3 },
  },
];

/** The body of the n-th request to a server. */
export function bodyOf(workload: Workload, server: Server, keys: Upstream['keys'], n: number): string {
  const { query, variables } = workload;
  const { limit, ...rest } = variables(keys, n);
  // A graph that is made from the upstream's schema has no pages.
  const given = server.graph === 'customers' && limit !== undefined ? { ...rest, limit } : rest;
  return JSON.stringify({ query: query[server.graph], variables: given });
}

/** The data of an answer, in one form for all: rows by id, values as the gateway has them. */
export function readData(text: string, graph: Server['graph']): string {
  const { data, errors } = JSON.parse(text) as { data: Record<string, unknown>; errors?: unknown };
  if (errors) throw new Error(JSON.stringify(errors).slice(0, 500));
  const named = Object.entries(data).map(([name, value]) => [
    name,
    graph === 'customers' ? value : unwrap(name, value),
  ]);
  return JSON.stringify(
    named.map(([name, value]) => [name, Array.isArray(value) ? value.toSorted(byId) : value]),
  );
}

type Row = Record<string, unknown>;

function unwrap(name: string, value: unknown): unknown {
  const rows = ((value as { customers?: Row[] })?.customers ?? []).map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, text]) => [key, key === 'active' ? text === '1' : text || null]),
    ),
  );
  return name === 'customers' ? rows : (rows[0] ?? null);
}

const byId = (a: Row, b: Row) => (String(a['id']) < String(b['id']) ? -1 : 1);
