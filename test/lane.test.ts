import fc from 'fast-check';
import { request as send } from 'undici';
import { describe, expect, test } from 'vitest';
import { createGateway } from '../src/gateway.ts';
import { startTwin } from '../src/twin/twin.ts';
import { createClock, startGateway } from './harness/gateway.ts';
import { listen } from './harness/listening.ts';
import { type RawRequest, randomRequests } from './harness/random-requests.ts';

/** How many random requests are compared; a person may want more. */
const requests = Number(process.env['LANE_REQUESTS'] ?? 4_000);

/** What of an answer a client can tell apart. */
type Seen = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

const compared = [
  'content-type',
  'age',
  'cache-control',
  'vary',
  'allow',
  'www-authenticate',
  'access-control-allow-origin',
  'x-request-id',
];

/** Else each way would give an id of its own. */
const identified = { 'x-request-id': 'the-same-request' };

/** One gateway behind a socket, whose plain requests take the lane, and the engine alone beside it. */
async function startBoth() {
  const { now } = createClock();
  const twin = await startTwin({ customers: 300, now, quota: 1_000_000 });
  const gateway = createGateway({
    komet: { baseUrl: twin.url, token: 'test-token', dailyQuota: 1_000_000 },
    access: { corsOrigins: ['https://shop.example'] },
    graphiql: false,
    now,
  });
  const listening = await listen(gateway.nodeListener);
  const { url } = listening;

  async function throughSocket({ method, search, headers, body }: RawRequest): Promise<Seen> {
    const reply = await send(`${url}${search}`, {
      method,
      headers: { ...headers, ...identified },
      body: body ?? null,
    });
    const own = Object.fromEntries(compared.map((name) => [name, reply.headers[name]?.toString()]));
    return { status: reply.statusCode, headers: own, body: await reply.body.text() };
  }

  async function throughEngine({ method, search, headers, body }: RawRequest): Promise<Seen> {
    const request = new Request(`${url}${search}`, {
      method,
      headers: { ...headers, ...identified },
      body: body ?? null,
    });
    const reply = await gateway(request);
    const own = Object.fromEntries(compared.map((name) => [name, reply.headers.get(name) ?? undefined]));
    return { status: reply.status, headers: own, body: await reply.text() };
  }

  return {
    throughSocket,
    throughEngine,
    async [Symbol.asyncDispose]() {
      await listening[Symbol.asyncDispose]();
      await gateway.dispose();
      await twin.close();
    },
  };
}

/** References to log lines are new each time, and calls are counted. */
const withoutReferences = ({ body, ...rest }: Seen) => ({
  ...rest,
  body: body
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,27}/g, 'REFERENCE')
    .replaceAll(/"used":\d+/g, '"used":0'),
});

describe('the short lane', () => {
  test(
    `gives ${requests} random requests the status, headers and bytes that the engine gives them, again and again`,
    async () => {
      await using both = await startBoth();
      await both.throughEngine({
        method: 'POST',
        search: '',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ customers { id } }"}',
      });
      await fc.assert(
        fc.asyncProperty(randomRequests, async (request) => {
          const first = withoutReferences(await both.throughSocket(request));
          const engine = withoutReferences(await both.throughEngine(request));
          expect(first).toEqual(engine);
          // The second time its answer is kept, the third time it is what was kept.
          for (let times = 0; times < 2; times++) {
            expect(withoutReferences(await both.throughSocket(request))).toEqual(engine);
          }
        }),
        { numRuns: requests },
      );
    },
    60_000 + requests * 20,
  );

  test('forgets what it knows when a customer changes, and says how old an answer is', async () => {
    const clock = createClock();
    await using gateway = await startGateway({ twin: { customers: 2 }, now: clock.now });
    const ask = () => gateway.query('{ customer(id: "23423") { name } }');
    await ask();
    clock.advance(120_000);
    const known = await ask();
    expect(known.data.customer.name).toBe('ABC Wholesale');
    expect(known.headers.get('age')).toBe('120');
    gateway.twin.company.update('23423', { name: 'Renamed' });
    clock.advance(200_000);
    const renamed = await ask();
    expect(renamed.data.customer.name).toBe('Renamed');
    expect(renamed.headers.get('age')).toBe('0');
  });

  test.each([
    ['toString', {}],
    ['__proto__', JSON.parse('{ "__proto__": 1 }')],
  ])('takes a variable that is named %s for no more than the engine does', async (name, variables) => {
    await using gateway = await startGateway({ twin: { customers: 9 } });
    const query = `query ($${name}: Int) { customers(limit: $${name}) { id } }`;
    const engine = await gateway.query(query, variables, { 'x-komet-explain': '1' });
    expect((await gateway.query(query, variables)).data).toEqual(engine.data);
  });

  test('outlives two fields that fail, each in its own way', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    await gateway.query('{ customer(id: "23423") { name } }');
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    const { errors } = await gateway.query(
      'query ($id: ID = "1") { a: customer(id: "no id") { id } b: customer(id: $id) { id } }',
      { id: null },
    );
    await new Promise(setImmediate);
    process.off('unhandledRejection', hear);
    expect(errors).toHaveLength(2);
    expect(unheard).toEqual([]);
  });

  test('does not answer from memory where a request asks for something fresher', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const ask = (headers?: Record<string, string>) =>
      gateway.query('{ customer(id: "23423") { name } }', {}, headers);
    await ask();
    await ask();
    gateway.twin.company.update('23423', { name: 'Renamed' });
    expect((await ask()).data.customer.name).toBe('ABC Wholesale');
    expect((await ask({ 'cache-control': 'no-cache' })).data.customer.name).toBe('Renamed');
    expect((await ask()).data.customer.name).toBe('Renamed');
  });
});
