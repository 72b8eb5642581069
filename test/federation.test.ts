import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { composeServices as composeOpenly } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createOrdersGraph, inventOrders } from '../examples/federated/orders.ts';
import { createGateway } from '../src/gateway.ts';
import { startTwin } from '../src/twin/twin.ts';
import { subscribe, take } from './harness/events.ts';
import { post, startGateway } from './harness/gateway.ts';
import { listen } from './harness/listening.ts';
import { startProgram } from './harness/program.ts';

const root = join(import.meta.dirname, '..');

const entities = `query ($representations: [_Any]!) {
  _entities(representations: $representations) { __typename ... on Customer { id name code } }
}`;

describe('a federation router', () => {
  test('reads the SDL that schema/subgraph.graphql has, with its entity and no machinery', async () => {
    await using gateway = await startGateway();
    const { data } = await gateway.query('{ _service { sdl } }');
    expect(data._service.sdl.trim()).toBe(
      (await readFile(join(root, 'schema', 'subgraph.graphql'), 'utf8')).trim(),
    );
    expect(data._service.sdl).toContain('type Customer @key(fields: "id") @key(fields: "code")');
    expect(data._service.sdl).not.toMatch(/_Any|_Entity|_Service|_entities/);
    expect(gateway.twin.calls).toHaveLength(0);
  });

  test('gets the entities of any number of references for one call to Komet, in their order', async () => {
    await using gateway = await startGateway({ twin: { customers: 3000 } });
    const { customers } = gateway.twin.company;
    const sharing = Map.groupBy(customers, ({ code }) => code?.toLowerCase());
    const representations = customers.map(({ id, code }, index) => {
      const isUnique = code && sharing.get(code.toLowerCase())?.length === 1;
      return { __typename: 'Customer', ...(isUnique && index % 2 === 0 ? { code } : { id }) };
    });
    const cold = await gateway.query(entities, { representations });
    expect(cold.errors).toBeUndefined();
    expect(cold.data._entities.map(({ id }: { id: string }) => id)).toEqual(customers.map(({ id }) => id));
    expect(gateway.twin.calls).toHaveLength(1);
    expect((await gateway.query(entities, { representations })).data).toEqual(cold.data);
    expect(gateway.twin.calls).toHaveLength(1);
  });

  test('gets null and an error in the place of each reference that is wrong, and all others whole', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    gateway.twin.company.add({ name: 'Twin A', code: 'SAME' });
    gateway.twin.company.add({ name: 'Twin B', code: 'same' });
    const type = { __typename: 'Customer' };
    const right = { ...type, id: '23423' };
    const wrong = [
      null,
      'Customer',
      ['Customer'],
      {},
      { id: '23423' },
      type,
      { ...type, sku: '1' },
      { ...type, id: true },
      { ...type, id: '12a' },
      { ...type, id: 1.5 },
      { ...type, id: 2 ** 53 },
      { ...type, code: 7 },
      { ...type, code: 'same' },
      { ...type, id: null, code: null },
      { __typename: 'Order', id: '1' },
      { __typename: null, id: '1' },
      { __typename: 'Query' },
    ];
    const { data, errors } = await gateway.query(entities, { representations: [right, ...wrong, right] });
    expect(data._entities).toEqual([
      { __typename: 'Customer', id: '23423', name: 'ABC Wholesale', code: 'ABC' },
      ...wrong.map(() => null),
      { __typename: 'Customer', id: '23423', name: 'ABC Wholesale', code: 'ABC' },
    ]);
    const places = errors?.map(({ path }) => path?.[1]);
    expect(places?.sort((a, b) => Number(a) - Number(b))).toEqual(wrong.map((_, index) => index + 1));
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(wrong.map(() => 'BAD_USER_INPUT'));
    expect(gateway.twin.calls).toHaveLength(1);
  });

  test('gets null without an error for a customer that there is not, and one whose id came as a number', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const references = [
      { id: '404' },
      { code: 'NOBODY' },
      { id: 23423 },
      { code: 'def' },
      { id: '25555', code: 'ABC' },
    ];
    const { data, errors } = await gateway.query(entities, {
      representations: references.map((reference) => ({ __typename: 'Customer', ...reference })),
    });
    expect(errors).toBeUndefined();
    expect(data._entities.map((entity: { id: string } | null) => entity?.id ?? null)).toEqual([
      null,
      null,
      '23423',
      '25555',
      '25555',
    ]);
  });

  test('costs nothing when it refers to nobody', async () => {
    await using gateway = await startGateway();
    const { data } = await gateway.query(entities, { representations: [] });
    expect(data).toEqual({ _entities: [] });
    expect(gateway.twin.calls).toHaveLength(0);
  });
});

describe('the customers and a subgraph of orders', () => {
  test('compose with @apollo/composition, and it remarks on nothing', async () => {
    const { errors, hints = [], supergraphSdl } = composeServices(await readSubgraphs());
    expect(errors).toBeUndefined();
    expect(hints.filter(({ definition }) => definition.level.name !== 'DEBUG').map(String)).toEqual([]);
    expect(supergraphSdl).toContain('orders: [Order!]!');
  });

  test('compose with @theguild/federation-composition', async () => {
    const { errors, publicSdl } = composeOpenly(await readSubgraphs());
    expect(errors).toBeUndefined();
    expect(publicSdl).toContain('customerChanged');
    expect(publicSdl).not.toContain('_entities');
  });

  test('compose with @wundergraph/composition without a warning', async () => {
    const subgraphs = (await readSubgraphs()).map(({ typeDefs, ...rest }) => ({
      ...rest,
      definitions: typeDefs,
    }));
    const result = federateSubgraphs({ subgraphs, version: ROUTER_COMPATIBILITY_VERSION_ONE });
    expect(result).toMatchObject({ success: true });
    expect(result.warnings.map(({ message }) => message)).toEqual([]);
  });
});

const thousandOrders = '{ orders(first: 1000) { id customer { id name code } } }';

describe('1,000 orders of 300 customers, federated', () => {
  test.for([
    ['@apollo/gateway', startApollo],
    ['Hive Gateway', startHive],
  ] as const)('cost %s one request here, and Komet one call and then none', async ([, startRouter]) => {
    await using graph = await startSubgraphs();
    await using router = await startRouter(graph.supergraph);
    const cold = await router.query(thousandOrders);
    expect(cold.errors).toBeUndefined();
    expect(cold.data['orders']).toEqual(graph.expected);
    expect(graph.customers.requests).toBe(1);
    expect(graph.twin.calls).toHaveLength(1);
    expect((await router.query(thousandOrders)).data['orders']).toEqual(graph.expected);
    expect(graph.customers.requests).toBe(2);
    expect(graph.twin.calls).toHaveLength(1);
  });

  test.for([
    ['@apollo/gateway', startApollo],
    ['Hive Gateway', startHive],
  ] as const)('can be reached from the customers with %s', async ([, startRouter]) => {
    await using graph = await startSubgraphs();
    await using router = await startRouter(graph.supergraph);
    const { data, errors } = await router.query(
      '{ customerByCode(code: "abc") { name orders { id customer { code } } } }',
    );
    expect(errors).toBeUndefined();
    expect(data['customerByCode']).toEqual({
      name: 'ABC Wholesale',
      orders: ['1000', '1300', '1600', '1900'].map((id) => ({ id, customer: { code: 'ABC' } })),
    });
  });

  test('come with all but the customers when Komet is down', async () => {
    await using graph = await startSubgraphs();
    await using router = await startHive(graph.supergraph);
    graph.twin.faults.turnOn('html');
    const { data, errors } = await router.query('{ orders(first: 2) { id customer { name } } }');
    expect(data['orders']).toEqual([
      { id: '1000', customer: null },
      { id: '1001', customer: null },
    ]);
    expect(errors?.map(({ extensions }) => extensions?.['code'])).toContain('KOMET_BAD_RESPONSE');
  });

  test('tell of a change of a customer with its orders, through Hive Gateway', async () => {
    await using graph = await startSubgraphs({ maxStalenessMs: 100 });
    await using router = await startHive(graph.supergraph);
    await router.query('{ customers { id } }');
    const events = await subscribe(
      router.url,
      'subscription { customerChanged { kind customer { name orders { id } } } }',
    );
    graph.twin.company.update('23423', { name: 'ABC Retail' });
    const [event] = await take(events, 1);
    expect(event?.body).toEqual({
      data: {
        customerChanged: {
          kind: 'UPDATED',
          customer: { name: 'ABC Retail', orders: ['1000', '1300', '1600', '1900'].map((id) => ({ id })) },
        },
      },
    });
    events.close();
  });
});

describe('examples/federated', () => {
  test('starts with one command and answers the query that it prints', { timeout: 60_000 }, async () => {
    await using program = startProgram(['start', '-w', 'examples/federated'], {
      command: ['npm'],
      folder: root,
      env: { PORT: '0', HOME: process.env['HOME'] ?? root },
    });
    const url = await program.printed(/(http:\S+)/);
    const query = await program.printed(/^(query [\s\S]+?^\})/m);
    const { data, errors } = await post(url, { query });
    expect(errors).toBeUndefined();
    expect(data.orders[0]).toEqual({
      id: '1000',
      product: 'Freedom roses, 60 cm',
      customer: { name: 'ABC Wholesale', salesPerson: 'Jhon Doe' },
    });
    expect(data.customers[0].orders[0]).toEqual({ product: expect.any(String), boxes: expect.any(Number) });
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text();
    expect(page).toContain('OrdersWithTheirCustomers');
    expect(page).not.toContain('unpkg.com');
  });
});

/** The SDL of both subgraphs, as the running services tell it. */
async function readSubgraphs() {
  await using gateway = await startGateway();
  await using orders = await listen(createOrdersGraph([]));
  return await Promise.all([readSubgraph('customers', gateway.url), readSubgraph('orders', orders.url)]);
}

async function readSubgraph(name: string, url: string) {
  const { data } = await post(url, { query: '{ _service { sdl } }' });
  return { name, url, typeDefs: parse(data._service.sdl) };
}

/** A twin of 500 customers, the gateway, and 1,000 orders of the first 300. */
async function startSubgraphs({ maxStalenessMs = 60_000 } = {}) {
  await using stack = new AsyncDisposableStack();
  const twin = stack.use(await startTwin({ quota: 1_000_000 }));
  const ordering = twin.company.customers.slice(0, 300);
  const gateway = stack.use(
    createGateway({
      komet: { baseUrl: twin.url, token: 'test-token', dailyQuota: 1_000_000 },
      freshness: { maxStalenessMs },
    }),
  );
  const customers = stack.use(await listen(gateway.nodeListener));
  const orders = inventOrders(
    1000,
    ordering.map(({ id }) => id),
  );
  const ordersGraph = stack.use(await listen(createOrdersGraph(orders)));
  const { supergraphSdl, errors } = composeOpenly(
    await Promise.all([readSubgraph('customers', customers.url), readSubgraph('orders', ordersGraph.url)]),
  );
  if (errors) throw new AggregateError(errors);
  const before = customers.requests;
  const expected = orders.map(({ id, customerId }) => {
    const customer = ordering.find((each) => each.id === customerId);
    return { id, customer: { id: customerId, name: customer?.name, code: customer?.code || null } };
  });
  const rest = stack.move();
  return {
    twin,
    expected,
    supergraph: supergraphSdl,
    customers: {
      get requests() {
        return customers.requests - before;
      },
    },
    [Symbol.asyncDispose]: () => rest[Symbol.asyncDispose](),
  };
}

type Result = {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data: any;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
};

async function startApollo(supergraphSdl: string) {
  const gateway = new ApolloGateway({ supergraphSdl });
  const { executor } = await gateway.load();
  return {
    async query(query: string): Promise<Result> {
      const { data, errors } = await executor({
        document: parse(query),
        request: { query },
        queryHash: query,
        context: {},
        // biome-ignore lint/suspicious/noExplicitAny: the rest of an Apollo server's request context
      } as any);
      return { data: JSON.parse(JSON.stringify(data)), ...(errors && { errors }) } as Result;
    },
    [Symbol.asyncDispose]: () => gateway.stop(),
  };
}

async function startHive(supergraph: string) {
  const runtime = createGatewayRuntime({
    supergraph,
    logging: false,
    transports: {
      http: {
        getSubgraphExecutor: ({ transportEntry }) => buildHTTPExecutor({ endpoint: transportEntry.location }),
      },
    },
  });
  const server = await listen(runtime);
  return {
    url: server.url,
    query: async (query: string) => (await post(server.url, { query })) as Result,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await runtime[Symbol.asyncDispose]();
    },
  };
}
