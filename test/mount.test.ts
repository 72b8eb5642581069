import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stitchSchemas } from '@graphql-tools/stitch';
import express from 'express';
import fastify from 'fastify';
import { graphql } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import { createGateway, type Gateway, type GatewayOptions } from '../src/gateway.ts';
import { createKometSubschema } from '../src/stitching.ts';
import { createMemoryStore } from '../src/store/memory-store.ts';
import { startTwin, type Twin } from '../src/twin/twin.ts';
import { subscribe, take } from './harness/events.ts';
import { post } from './harness/gateway.ts';
import { ask } from './harness/in-process.ts';
import { listen } from './harness/listening.ts';
import { startProgram } from './harness/program.ts';

const query = '{ customerByCode(code: "abc") { name } }';
const answer = { customerByCode: { name: 'ABC Wholesale' } };

/** Serves a gateway within some server, at a path of it. */
type Mount = (
  gateway: Gateway,
) => Promise<{ readonly origin: string; [Symbol.asyncDispose](): Promise<void> }>;

const mountInExpress: Mount = async (gateway) => {
  const app = express();
  app.get('/', (_request, response) => void response.send('the site'));
  // A parser before it has read the body already.
  app.use(express.json());
  app.use(gateway.endpoint, gateway.nodeListener);
  const server = await listen(app);
  return { origin: new URL(server.url).origin, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
};

const mountInFastify: Mount = async (gateway) => {
  const app = fastify();
  app.get('/', async () => 'the site');
  app.register(async (scope) => {
    // The gateway reads the body itself.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.all(gateway.endpoint, (request, reply) => {
      reply.hijack();
      gateway.nodeListener(request.raw, reply.raw);
    });
  });
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    origin,
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections();
      await app.close();
    },
  };
};

const mountAsListener: Mount = async (gateway) => {
  const server = await listen((request, response) => {
    if (request.url === '/') response.end('the site');
    else gateway.nodeListener(request, response);
  });
  return { origin: new URL(server.url).origin, [Symbol.asyncDispose]: server[Symbol.asyncDispose] };
};

describe.for([
  ['Express 5', mountInExpress],
  ['Fastify 5', mountInFastify],
  ['node:http', mountAsListener],
] as const)('mounted in %s, a gateway', ([, mount]) => {
  test('answers beside the rest of the site, at the path that it was given', async () => {
    await using komet = await startKomet({ endpoint: '/api/customers' });
    await using site = await mount(komet.gateway);
    const url = `${site.origin}/api/customers`;
    expect((await post(url, { query })).data).toEqual(answer);
    const { errors } = await post(url, { query: '{ nothing }' });
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
    const byGet = await fetch(`${url}?query=${encodeURIComponent(query)}`);
    expect(await byGet.json()).toEqual({ data: answer });
    expect(await (await fetch(site.origin)).text()).toBe('the site');
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<title>komet-graphql</title>');
  });

  test('streams what a subscription hears', async () => {
    await using komet = await startKomet({ freshness: { maxStalenessMs: 100 } });
    await using site = await mount(komet.gateway);
    const url = `${site.origin}/graphql`;
    await post(url, { query });
    const events = await subscribe(url, 'subscription { customerChanged { customer { name } } }');
    komet.twin.company.update('23423', { name: 'ABC Retail' });
    const [event] = await take(events, 1);
    expect(event?.body).toEqual({ data: { customerChanged: { customer: { name: 'ABC Retail' } } } });
    events.close();
  });
});

describe('a gateway within a server that has lost patience', () => {
  test('leaves the answer alone that was given in its place, counts it, and goes on', async () => {
    await using komet = await startKomet();
    await using site = await listen((request, response) => {
      komet.gateway.nodeListener(request, response);
      if (!request.headers['x-hurry']) return;
      request.on('end', () => void response.writeHead(503).end('too late'));
    });
    const url = `${new URL(site.url).origin}/graphql`;
    await post(url, { query });
    const hurried = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hurry': '1' },
      body: JSON.stringify({ query }),
    });
    expect([hurried.status, await hurried.text()]).toEqual([503, 'too late']);
    expect(await komet.gateway.metrics()).toContain(
      'komet_graphql_request_duration_seconds_count{source="none",outcome="error"} 1\n',
    );
    expect((await post(url, { query })).data).toEqual(answer);
  });
});

describe('a gateway as a Fetch handler', () => {
  test('answers requests without a socket, as Next.js, Bun, Deno and workers have them', async () => {
    await using komet = await startKomet({ endpoint: '/api/graphql' });
    const response = await komet.gateway(
      new Request('https://shop.test/api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ data: answer });
    expect((await komet.gateway(new Request('https://shop.test/graphql'))).status).toBe(404);
  });

  test('is stitched from the path that it answers', async () => {
    await using komet = await startKomet({ endpoint: '/api/graphql' });
    const schema = stitchSchemas({ subschemas: [createKometSubschema({ gateway: komet.gateway })] });
    expect(await graphql({ schema, source: query })).toEqual({ data: answer });
  });
});

describe('two gateways in one process', () => {
  test('before two twins tell different customers', async () => {
    await using first = await startKomet();
    await using second = await startKomet();
    second.twin.company.update('23423', { name: 'Somebody else' });
    const [one, other] = await Promise.all([ask(first.gateway, query), ask(second.gateway, query)]);
    expect(one.data).toEqual(answer);
    expect(other.data).toEqual({ customerByCode: { name: 'Somebody else' } });
    await first.gateway.dispose();
    expect((await ask(second.gateway, query)).data).toEqual(other.data);
    expect(first.twin.calls).toHaveLength(1);
    expect(second.twin.calls).toHaveLength(1);
  });

  test('with two tokens stay apart in one store, quota included', async () => {
    await using twin = await startTwin({
      customers: 2,
      tokens: { 'token-a': { kind: 'company', company: 'a' }, 'token-b': { kind: 'company', company: 'b' } },
      companies: { a: { customers: 3 }, b: { customers: 5 } },
    });
    const store = createMemoryStore();
    const size =
      '{ customerConnection(filter: { includeInactive: true }) { totalCount } kometStatus { quota { used } } }';
    const start = (token: string) => createGateway({ komet: { baseUrl: twin.url, token }, store });
    await using a = start('token-a');
    await using b = start('token-b');
    for (const [gateway, totalCount] of [
      [a, 3],
      [b, 5],
    ] as const) {
      const { data } = await ask(gateway, size);
      expect(data).toEqual({ customerConnection: { totalCount }, kometStatus: { quota: { used: 1 } } });
    }
    // What one token saved, nobody else's gateway starts from.
    await a.dispose();
    await using again = start('token-a');
    await using third = start('token-b');
    expect((await ask(again, size)).data.customerConnection.totalCount).toBe(3);
    expect((await ask(third, size)).data.customerConnection.totalCount).toBe(5);
  });
});

describe('after dispose', () => {
  test('no connection to Komet is open, and a subscription has ended', async () => {
    await using komet = await startKomet({ freshness: { maxStalenessMs: 100 } });
    await using server = await listen(komet.gateway.nodeListener);
    await post(server.url, { query });
    const events = await subscribe(server.url, 'subscription { customerChanged { kind } }');
    expect(komet.twin.openSockets()).toBeGreaterThan(0);
    const next = events.next();
    await komet.gateway.dispose();
    expect((await next).value?.event).not.toBe('next');
    await vi.waitFor(() => expect(komet.twin.openSockets()).toBe(0));
    const calls = komet.twin.calls.length;
    await komet.gateway.dispose();
    expect(komet.twin.calls).toHaveLength(calls);
  });

  test('a program that does nothing else ends by itself, whatever was under way', async () => {
    await using twin = await startTwin({ customers: 2, quota: 1_000_000 });
    const source = pathToFileURL(join(import.meta.dirname, '..', 'src', 'gateway.ts'));
    const script = `
      import { createGateway } from '${source}';
      const [baseUrl] = process.argv.slice(1);
      const before = process.getActiveResourcesInfo();
      const gateway = createGateway({
        komet: { baseUrl, token: 'test-token', dailyQuota: 1_000_000 },
        freshness: { maxStalenessMs: 50 },
      });
      const ask = (query, accept = 'application/json') => gateway(new Request('http://gateway.test/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query }),
      }));
      console.log(await (await ask('{ customerByCode(code: "abc") { name } }')).text());
      const { body } = await ask('subscription { customerChanged { kind } }', 'text/event-stream');
      const reader = body.getReader();
      await reader.read();
      const last = ask('{ customers { id } }');
      await gateway.dispose();
      await last;
      while (!(await reader.read()).done);
      const { promise, resolve } = Promise.withResolvers();
      setImmediate(resolve);
      await promise;
      const kinds = process.getActiveResourcesInfo().filter((kind) => !before.includes(kind));
      console.log('left:', kinds.filter((kind) => kind !== 'Immediate').join() || 'nothing');
    `;
    await using program = startProgram(['--input-type=module', '--eval', script, twin.url], {
      command: [process.execPath],
    });
    expect(await program.ended).toBe(0);
    expect(program.errors).toBe('');
    expect(program.output).toContain('ABC Wholesale');
    expect(program.output).toContain('left: nothing');
  });
});

/** A twin of two customers and a gateway before it that is nowhere mounted yet. */
async function startKomet(options: Partial<GatewayOptions> = {}) {
  const twin: Twin = await startTwin({ customers: 2, quota: 1_000_000 });
  const gateway = createGateway({
    komet: { baseUrl: twin.url, token: 'test-token', dailyQuota: 1_000_000 },
    ...options,
  });
  return {
    twin,
    gateway,
    async [Symbol.asyncDispose]() {
      await gateway.dispose();
      await twin.close();
    },
  };
}
