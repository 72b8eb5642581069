import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../src/config.ts';
import { startGateway } from './harness/gateway.ts';

const question = '{ customer(id: "23423") { name } }';
const answer = { customer: { name: 'ABC Wholesale' } };
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const codeOf = ({ errors }: { errors?: readonly { extensions: Record<string, unknown> }[] | undefined }) =>
  errors?.[0]?.extensions['code'];

describe('GATEWAY_API_KEYS', () => {
  const settings = { GATEWAY_API_KEYS: 'shop:first-key-0123456789, second-key-0123456789' };

  test('lets in whoever has one of the keys, and nobody else', async () => {
    await using gateway = await startGateway({ settings, twin: { customers: 2 } });
    for (const key of ['first-key-0123456789', 'second-key-0123456789']) {
      expect((await gateway.query(question, {}, bearer(key))).data).toEqual(answer);
    }
    for (const headers of [
      {},
      bearer('wrong-key-0123456789'),
      bearer('shop'),
      { authorization: 'first-key-0123456789' },
    ]) {
      const reply = await gateway.query(question, {}, headers);
      expect([reply.status, codeOf(reply)]).toEqual([401, 'UNAUTHENTICATED']);
      expect(reply.data).toBeUndefined();
    }
  });

  test('are not asked for health', async () => {
    await using gateway = await startGateway({ settings, twin: { customers: 2 } });
    const health = await fetch(gateway.url.replace('/graphql', '/health/ready'));
    expect(health.status).toBe(200);
    expect(await health.json()).toEqual({ status: 'ready' });
  });
});

describe('KOMET_TOKEN_FROM=client', () => {
  const tokens = {
    'token-of-a': { kind: 'company', company: 'a' },
    'token-of-b': { kind: 'company', company: 'b' },
  } as const;

  test('answers each caller from the customers of its own token', async () => {
    await using gateway = await startGateway({
      settings: { KOMET_TOKEN_FROM: 'client', KOMET_TOKEN: '' },
      twin: { tokens, companies: { a: { customers: 2 }, b: { customers: 2 } } },
    });
    gateway.twin.companyOf('a').update('23423', { name: 'Of A' });
    gateway.twin.companyOf('b').update('23423', { name: 'Of B' });
    for (let turn = 0; turn < 3; turn++) {
      for (const name of ['a', 'b']) {
        const { data } = await gateway.query(question, {}, { 'x-komet-token': `token-of-${name}` });
        expect(data.customer.name).toBe(`Of ${name.toUpperCase()}`);
      }
    }
    expect(gateway.twin.calls).toHaveLength(2);
    expect(codeOf(await gateway.query(question))).toBe('UNAUTHENTICATED');
    const wrong = await gateway.query(question, {}, { 'x-komet-token': 'token-of-nobody' });
    expect(codeOf(wrong)).toBe('KOMET_UNAUTHORIZED');
    expect(JSON.stringify(wrong)).not.toContain('token-of-nobody');
  });
});

describe('a page of another site', () => {
  const foreign = { origin: 'https://foreign.example', 'sec-fetch-site': 'cross-site' };

  test('is refused before anything is executed, unless its origin is listed', async () => {
    await using gateway = await startGateway({
      settings: { GATEWAY_CORS_ORIGINS: 'https://shop.example' },
      twin: { customers: 2 },
    });
    const refused = await gateway.query(question, {}, foreign);
    expect([refused.status, codeOf(refused)]).toEqual([403, 'FORBIDDEN']);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect(gateway.twin.calls).toHaveLength(0);
    const listed = await gateway.query(question, {}, { ...foreign, origin: 'https://shop.example' });
    expect(listed.data).toEqual(answer);
    expect(listed.headers.get('access-control-allow-origin')).toBe('https://shop.example');
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
  ])('cannot make a body of type %s execute', async (type) => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify({ query: question }),
    });
    expect(response.status).toBe(415);
    expect(gateway.twin.calls).toHaveLength(0);
  });
});

describe('what is too much', () => {
  const spread = Array.from(
    { length: 25 },
    (_, n) => `fragment f${n} on Customer { ...f${n + 1} ...f${n + 1} }`,
  );
  test.each([
    ['5,000 times the same field', `{ customer(id: "1") { ${'name '.repeat(5_000)} } }`],
    [
      '2,000 aliases',
      `{ ${Array.from({ length: 2_000 }, (_, n) => `a${n}: customer(id: "1") { id }`).join(' ')} }`,
    ],
    [
      'fragments that expand 2^25 times',
      `{ customer(id: "1") { ...f0 } } ${spread.join(' ')} fragment f25 on Customer { id }`,
    ],
    [
      'fragments in a circle',
      '{ customer(id: "1") { ...a } } fragment a on Customer { ...b } fragment b on Customer { ...a }',
    ],
    ['20,000 levels', `${'{ a '.repeat(20_000)}${'}'.repeat(20_000)}`],
    [
      'a fragment named __schema that hides a bomb',
      `{ customer(id: "1") { ...__schema } } fragment __schema on Customer { ${'id '.repeat(4_000)} }`,
    ],
    ['500 directives', `{ customer(id: "1") { id ${'@include(if: true) '.repeat(500)} } }`],
    [
      '20,000 ids',
      `{ customersById(ids: ${JSON.stringify(Array.from({ length: 20_000 }, (_, n) => `${n}`))}) { id } }`,
    ],
  ])('%s is refused at once and costs no call', async (_what, query) => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const started = performance.now();
    const reply = await gateway.query(query);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(['QUERY_TOO_COMPLEX', 'GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_PARSE_FAILED']).toContain(
      codeOf(reply),
    );
    expect(reply.data ?? null).toBeNull();
    expect(gateway.twin.calls).toHaveLength(0);
  });

  test('more operations than GATEWAY_RATE_LIMIT allows are told when to come back', async () => {
    await using gateway = await startGateway({
      settings: { GATEWAY_RATE_LIMIT: '3/1m' },
      twin: { customers: 2 },
    });
    for (let turn = 0; turn < 3; turn++) expect((await gateway.query(question)).data).toEqual(answer);
    const refused = await gateway.query(question, {}, { 'x-forwarded-for': '203.0.113.7' });
    expect([refused.status, codeOf(refused)]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('settings', () => {
  const open = { HOST: '0.0.0.0', KOMET_TOKEN: 'secret-token-of-the-company' };

  test('that would show customers to strangers are refused, without naming the token', () => {
    expect(() => readConfig(open)).toThrow(ConfigError);
    expect(() => readConfig(open)).toThrow(/GATEWAY_API_KEYS/);
    expect(() => readConfig(open)).not.toThrow(/secret-token/);
    expect(readConfig({ ...open, GATEWAY_ALLOW_ANONYMOUS: '1' }).listen.host).toBe('0.0.0.0');
    expect(readConfig({ ...open, GATEWAY_API_KEYS: 'a-key-of-20-characters' }).listen.host).toBe('0.0.0.0');
  });

  test('for production leave GraphiQL and introspection off unless asked for', async () => {
    const production = readConfig({ NODE_ENV: 'production' });
    expect([production.graphiql, production.introspection]).toEqual([false, false]);
    expect(readConfig({ NODE_ENV: 'production', GATEWAY_GRAPHIQL: 'on' }).graphiql).toBe(true);
    await using gateway = await startGateway({
      settings: { GATEWAY_INTROSPECTION: 'off' },
      twin: { customers: 2 },
    });
    expect(codeOf(await gateway.query('{ __schema { queryType { name } } }'))).toBe('FORBIDDEN');
    expect((await gateway.query(question)).data).toEqual(answer);
  });
});
