import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { stitchSchemas } from '@graphql-tools/stitch';
import { stitchingDirectives } from '@graphql-tools/stitching-directives';
import { buildSchema } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { describe, expect, test } from 'vitest';
import { createOrdersSubschema, inventOrders } from '../examples/stitched/orders.ts';
import { createGateway, type Gateway } from '../src/gateway.ts';
import { createKometSubschema } from '../src/stitching.ts';
import { startTwin } from '../src/twin/twin.ts';
import { subscribe, take } from './harness/events.ts';
import { post } from './harness/gateway.ts';
import { type Listening, listen } from './harness/listening.ts';
import { startProgram } from './harness/program.ts';

const root = join(import.meta.dirname, '..');

/** The ways to have the customers in a stitched graph. */
const ways = [
  ['in this process', ({ gateway }: Komet) => createKometSubschema({ gateway })],
  ['by its URL', ({ listening }: Komet) => createKometSubschema({ gateway: listening.url })],
  ['by the directives of its SDL', ({ listening }: Komet) => readDirectives(listening.url)],
] as const;

const thousandOrders = '{ orders(first: 1000) { id customer { id name code orders { id } } } }';

describe.for(ways)('customers stitched %s to 1,000 orders of 300 of them', ([, createSubschema]) => {
  test('cost Komet one call and then none', async () => {
    await using komet = await startKomet();
    const orders = ordersOf(komet);
    await using stitched = await serve([await createSubschema(komet), createOrdersSubschema(orders)]);
    const cold = await stitched.query(thousandOrders);
    expect(cold.errors).toBeUndefined();
    const byCustomer = Map.groupBy(orders, ({ customerId }) => customerId);
    expect(cold.data.orders).toEqual(
      orders.map(({ id, customerId }) => {
        const customer = komet.twin.company.get(customerId);
        const ids = byCustomer.get(customerId)?.map((order) => ({ id: order.id }));
        return {
          id,
          customer: { id: customerId, name: customer?.name, code: customer?.code || null, orders: ids },
        };
      }),
    );
    expect(komet.twin.calls).toHaveLength(1);
    const afterCold = komet.requests;
    expect(afterCold).toBe(1);
    expect((await stitched.query(thousandOrders)).data).toEqual(cold.data);
    expect(komet.requests).toBe(2);
    expect(komet.twin.calls).toHaveLength(1);
  });

  test('have their orders, from whichever field they come', async () => {
    await using komet = await startKomet();
    await using stitched = await serve([
      await createSubschema(komet),
      createOrdersSubschema(ordersOf(komet)),
    ]);
    const { data, errors } = await stitched.query(`{
      customerByCode(code: "abc") { orders { id customer { code } } }
      customers(filter: { name: "retailer best" }) { id orders { id } }
      customerConnection(first: 1, orderBy: { field: ID }) { totalCount nodes { orders { id } } }
    }`);
    expect(errors).toBeUndefined();
    const ofFirst = ['1000', '1300', '1600', '1900'];
    expect(data).toEqual({
      customerByCode: { orders: ofFirst.map((id) => ({ id, customer: { code: 'ABC' } })) },
      customers: [{ id: '25555', orders: ['1001', '1301', '1601', '1901'].map((id) => ({ id })) }],
      customerConnection: { totalCount: expect.any(Number), nodes: [{ orders: expect.any(Array) }] },
    });
    expect(komet.twin.calls).toHaveLength(1);
  });

  test('merge by code with a graph that knows their codes only', async () => {
    await using komet = await startKomet();
    const codes = uniqueCodes(komet).slice(0, 300);
    await using stitched = await serve([
      await createSubschema(komet),
      createShipments(Array.from({ length: 1000 }, (_, index) => codes[index % codes.length] ?? '')),
    ]);
    const { data, errors } = await stitched.query('{ shipments { customer { id code } } }');
    expect(errors).toBeUndefined();
    const byCode = new Map(komet.twin.company.customers.map(({ code, id }) => [code, id]));
    expect(data.shipments).toHaveLength(1000);
    for (const { customer } of data.shipments) expect(customer.id).toBe(byCode.get(customer.code));
    expect(komet.requests).toBe(1);
    expect(komet.twin.calls).toHaveLength(1);
  });

  test('that are unknown, wrong or ambiguous leave the others as they are', async () => {
    await using komet = await startKomet();
    komet.twin.company.add({ name: 'Twin A', code: 'SAME' });
    komet.twin.company.add({ name: 'Twin B', code: 'same' });
    const ids = ['23423', '404', 'not-an-id', '25555'];
    await using stitched = await serve([
      await createSubschema(komet),
      createOrdersSubschema(inventOrders(ids.length, ids)),
      createShipments(['ABC', 'NOBODY', 'same', 'def']),
    ]);
    const { data, errors } = await stitched.query(
      '{ orders { customer { name } } shipments { customer { name } } }',
    );
    const names = (rows: readonly { customer: { name: string } | null }[]) =>
      rows.map(({ customer }) => customer?.name ?? null);
    const expected = ['ABC Wholesale', null, null, 'DEF Retailer Best'];
    expect(names(data.orders)).toEqual(expected);
    expect(names(data.shipments)).toEqual(expected);
    expect(errors?.map(({ message }) => message).join()).toMatch(/2 customers share the code/);
    expect(errors?.map(({ message }) => message).join()).toMatch(/must be 1 to 20 digits/);
  });

  test('change before the eyes of a subscriber to the stitched graph', async () => {
    await using komet = await startKomet({ maxStalenessMs: 100 });
    await using stitched = await serve([
      await createSubschema(komet),
      createOrdersSubschema(ordersOf(komet)),
    ]);
    await stitched.query('{ customers { id } }');
    const events = await subscribe(
      stitched.url,
      'subscription { customerChanged { kind customer { name orders { id } } } }',
    );
    komet.twin.company.update('23423', { name: 'ABC Retail' });
    const [event] = await take(events, 1);
    const orders = ['1000', '1300', '1600', '1900'].map((id) => ({ id }));
    expect(event?.body).toEqual({
      data: { customerChanged: { kind: 'UPDATED', customer: { name: 'ABC Retail', orders } } },
    });
    events.close();
  });
});

test('a key that another graph leaves null leaves the others as they are', async () => {
  await using komet = await startKomet();
  await using stitched = await serve([
    createKometSubschema({ gateway: komet.gateway }),
    createShipments(['ABC', null]),
  ]);
  const { data } = await stitched.query('{ shipments { customer { name } } }');
  expect(data.shipments).toEqual([{ customer: { name: 'ABC Wholesale' } }, { customer: null }]);
});

describe('headers', () => {
  test.for([
    ['that are fixed', { 'cache-control': 'no-cache' }],
    ['made of what the caller sent', passOnCacheControl],
  ] as const)('%s reach the gateway', async ([, headers]) => {
    await using komet = await startKomet();
    await using stitched = await serve([createKometSubschema({ gateway: komet.gateway, headers })]);
    const fresh = { 'cache-control': 'no-cache' };
    await stitched.query('{ customers { id } }', fresh);
    await stitched.query('{ customers { id } }', fresh);
    expect(komet.twin.calls).toHaveLength(2);
  });
});

describe('examples/stitched', () => {
  test('starts with one command and answers the query that it prints', { timeout: 60_000 }, async () => {
    await using program = startProgram(['start', '-w', 'examples/stitched'], {
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

type Komet = Awaited<ReturnType<typeof startKomet>>;

/** A twin of 500 customers, and a gateway both mounted and listening that counts the requests to it. */
async function startKomet({ maxStalenessMs = 60_000 } = {}) {
  const twin = await startTwin({ quota: 1_000_000 });
  const inner = createGateway({
    komet: { baseUrl: twin.url, token: 'test-token', dailyQuota: 1_000_000 },
    freshness: { maxStalenessMs },
  });
  let requests = 0;
  const gateway: Gateway = Object.assign(
    (request: Request) => {
      requests += 1;
      return inner(request);
    },
    { ...inner },
  );
  const listening: Listening = await listen((request, response) => {
    requests += 1;
    inner.nodeListener(request, response);
  });
  return {
    twin,
    gateway,
    listening,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      await inner.dispose();
      await twin.close();
    },
  };
}

/** 1,000 orders of the first 300 customers. */
function ordersOf({ twin }: Komet) {
  return inventOrders(
    1000,
    twin.company.customers.slice(0, 300).map(({ id }) => id),
  );
}

function uniqueCodes({ twin }: Komet): string[] {
  const byCode = Map.groupBy(twin.company.customers, ({ code }) => (code ?? '').toLowerCase());
  return [...byCode.values()].flatMap(([first, ...others]) =>
    first?.code && others.length === 0 ? [first.code] : [],
  );
}

/** A graph that knows of a customer the code only. */
function createShipments(codes: readonly (string | null)[]) {
  return {
    schema: createSchema({
      typeDefs: `
        type Query { shipments: [Shipment!]! }
        type Shipment { customer: Customer }
        type Customer { code: String }
      `,
      resolvers: {
        Query: { shipments: () => codes.map((code) => ({ customer: { code } })) },
      },
    }),
    merge: { Customer: {} },
  };
}

/** The customers as whoever keeps to schema/stitching.graphql has them. */
async function readDirectives(url: string) {
  const sdl = await readFile(join(root, 'schema', 'stitching.graphql'), 'utf8');
  const { stitchingDirectivesTransformer } = stitchingDirectives();
  return stitchingDirectivesTransformer({
    schema: buildSchema(sdl),
    executor: buildHTTPExecutor({ endpoint: url }),
    batch: true,
  });
}

function passOnCacheControl(context: unknown) {
  const { request } = context as { readonly request: Request };
  return { 'cache-control': request.headers.get('cache-control') ?? '' };
}

/** Serves a stitched graph with yoga. */
async function serve(subschemas: Parameters<typeof stitchSchemas>[0]['subschemas']) {
  const schema = stitchSchemas({ subschemas });
  const server = await listen(createYoga({ schema, logging: false, maskedErrors: false }));
  return {
    url: server.url,
    query: (query: string, headers?: Record<string, string>) => post(server.url, { query }, headers),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
