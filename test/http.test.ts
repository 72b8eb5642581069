import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildSchema, lexicographicSortSchema, parse, printSchema, validate } from 'graphql';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema } from '../schema/schema.ts';
import { startGateway, type TestGateway } from './harness/gateway.ts';

const root = join(import.meta.dirname, '..');
const one = '{ customer(id: "23423") { name } }';

describe('GraphQL over HTTP', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ twin: { customers: 2 } });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  const audits = serverAudits({ url: () => gateway.url });

  test('is audited in 61 points', () => {
    expect(audits).toHaveLength(61);
  });

  for (const audit of audits) {
    test(`${audit.id} ${audit.name}`, async () => {
      const result = await audit.fn();
      expect(result.status === 'ok' ? undefined : result.reason).toBeUndefined();
    });
  }
});

describe('GET /graphql', () => {
  test('answers a query in the address, with variables and an operation name', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const url = new URL(gateway.url);
    url.searchParams.set('query', 'query A { __typename } query B($id: ID!) { customer(id: $id) { code } }');
    url.searchParams.set('operationName', 'B');
    url.searchParams.set('variables', '{"id":"25555"}');
    const response = await fetch(url, { headers: { accept: 'application/json' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual({ data: { customer: { code: 'DEF' } } });
  });

  test('answers in application/graphql-response+json where that is accepted', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const response = await fetch(`${gateway.url}?query=${encodeURIComponent(one)}`, {
      headers: { accept: 'application/graphql-response+json' },
    });
    expect(response.headers.get('content-type')).toBe('application/graphql-response+json; charset=utf-8');
    expect(await response.json()).toEqual({ data: { customer: { name: 'ABC Wholesale' } } });
  });

  test('shows GraphiQL to a browser: compressed, kept, and asked for again only when it has changed', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const page = await fetch(gateway.url, { headers });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-encoding')).toBe('gzip');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('vary')).toBe('accept, accept-encoding');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('<title>komet-graphql</title>');

    const etag = `${page.headers.get('etag')}`;
    const again = await fetch(gateway.url, { headers: { ...headers, 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);

    const plain = await fetch(gateway.url, { headers: { ...headers, 'accept-encoding': 'identity' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect((await plain.text()).length).toBe(html.length);
    expect(gateway.twin.calls).toHaveLength(0);
  });

  test('tells a program that brings no query what is missing, in JSON', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const response = await fetch(gateway.url, { headers: { accept: 'application/graphql-response+json' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      errors: [{ message: 'Must provide query string.', extensions: { code: 'BAD_REQUEST' } }],
    });
  });
});

describe('answers', () => {
  test('are for nobody to keep, errors included', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    for (const query of [one, '{ nonsense }', '{']) {
      expect((await gateway.query(query)).headers.get('cache-control')).toBe('no-store');
    }
  });

  test('cannot be read by pages of another origin', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const origin = { origin: 'https://elsewhere.example' };
    const preflight = await fetch(gateway.url, {
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    const answer = await gateway.query(one, {}, origin);
    for (const { headers } of [preflight, answer]) {
      expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  });
});

describe('other paths', () => {
  test('/ leads to /graphql', async () => {
    await using gateway = await startGateway();
    const response = await fetch(new URL('/', gateway.url), { redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/graphql');
  });

  test.for([
    ['/health/live', { status: 'ok' }],
    ['/health/ready', { status: 'ready' }],
  ] as const)('%s says that all is well, without asking Komet', async ([path, body]) => {
    await using gateway = await startGateway();
    const response = await fetch(new URL(path, gateway.url));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual(body);
    expect(gateway.twin.calls).toHaveLength(0);
  });

  test.for(['/graphqlx', '/graphql/more', '/.env', '/customer.list', '//graphql', '/health'])(
    '%s is not there, and the answer says where GraphQL is',
    async (path) => {
      await using gateway = await startGateway();
      const response = await fetch(`${new URL(gateway.url).origin}${path}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: 'There is nothing here; GraphQL is at /graphql.' });
    },
  );
});

describe('what is printed from the schema', () => {
  test('schema/schema.graphql means what the code says', async () => {
    const printed = buildSchema(await readFile(join(root, 'schema', 'schema.graphql'), 'utf8'));
    expect(printSchema(lexicographicSortSchema(printed))).toBe(printSchema(lexicographicSortSchema(schema)));
  });

  test('the running gateway serves all of it', async () => {
    await using gateway = await startGateway();
    const { data } = await gateway.query('{ __schema { types { name } } }');
    const names = (data.__schema.types as { name: string }[]).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(schema.getTypeMap())));
  });

  test('every operation in schema/operations is valid', async () => {
    const folder = join(root, 'schema', 'operations');
    const files = (await readdir(folder)).filter((name) => name.endsWith('.graphql'));
    const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
    // As one document, since files share their fragments.
    expect(validate(schema, parse(texts.join('\n')))).toEqual([]);
  });

  test('the printed schema and the generated types are current', async () => {
    const command = join(root, 'node_modules', '@graphql-codegen', 'cli', 'cjs', 'bin.js');
    await promisify(execFile)(process.execPath, [command, '--config', 'codegen.ts', '--check'], {
      cwd: root,
    });
  });
});
