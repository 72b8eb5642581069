import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { hashKey } from '../../src/http/api-key.ts';
import { createKeyIdentification } from '../../src/http/callers.ts';
import { post, startGateway, type TestGateway } from '../harness/gateway.ts';
import { type Listening, listen } from '../harness/listening.ts';
import { createFolder, runProgram } from '../harness/program.ts';
import { sendRaw } from './raw.ts';

const names = '{ customers { name } }';
const keys = { GATEWAY_API_KEYS: 'web:0123456789abcdef-web, old:0123456789abcdef-old' };
const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });

const codeOf = ({ status, errors }: Awaited<ReturnType<typeof post>>) => [
  status,
  errors?.[0]?.extensions['code'],
];

describe('a gateway with API keys', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startGateway({ settings: keys, twin: { customers: 2 } });
  });
  afterAll(() => gateway[Symbol.asyncDispose]());

  test.for(['0123456789abcdef-web', '0123456789abcdef-old'])(
    'answers whoever sends the key %s',
    async (key) => {
      const { status, data } = await gateway.query(names, {}, bearer(key));
      expect([status, data.customers.length]).toEqual([200, 2]);
    },
  );

  test.for<[string, Record<string, string>]>([
    ['no key', {}],
    ['a key that is not known', bearer('0123456789abcdef-wen')],
    ['a part of a key', bearer('0123456789abcdef')],
    ['more than a key', bearer('0123456789abcdef-web0123')],
    ['the name of a key', bearer('web:0123456789abcdef-web')],
    ['the hash of a key', bearer(hashKey('0123456789abcdef-web').toString('hex'))],
    ['another scheme', { authorization: 'Basic 0123456789abcdef-web' }],
    ['nothing after the scheme', { authorization: 'Bearer' }],
    ['the key in another header', { 'x-api-key': '0123456789abcdef-web' }],
    ['a Komet token instead', { 'x-komet-token': 'test-token' }],
    ['an override of the method', { 'x-http-method-override': 'OPTIONS' }],
  ])('tells a caller with %s nothing but that', async ([, headers]) => {
    const calls = gateway.twin.calls.length;
    for (const query of [names, '{ __typename }', '{ __schema { queryType { name } } }', '{']) {
      const reply = await gateway.query(query, {}, headers);
      expect(codeOf(reply)).toEqual([401, 'UNAUTHENTICATED']);
      expect(reply.data).toBeUndefined();
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(gateway.twin.calls).toHaveLength(calls);
  });

  test.for([
    '/graphql?query=%7Bcustomers%7Bname%7D%7D',
    '/graphql/?query=%7Bcustomers%7Bname%7D%7D',
    '/graphql?query=%7Bcustomers%7Bname%7D%7D#',
  ])('gives no way around by %s and whatever is accepted', async (path) => {
    for (const accept of ['application/json', 'text/html, application/json', 'text/event-stream;text/html']) {
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
        const response = await fetch(new URL(path, gateway.url), { method, headers: { accept } });
        const text = await response.text();
        const isPage = response.headers.get('content-type')?.startsWith('text/html');
        expect([401, 429, 'a page of GET']).toContain(isPage ? `a page of ${method}` : response.status);
        expect(text).not.toContain('ABC Wholesale');
      }
    }
  });

  test('says nothing to a request that names another host in its target', async () => {
    const head = (target: string) =>
      `GET ${target} HTTP/1.1\r\nhost: localhost\r\naccept: text/html,application/json\r\nconnection: close\r\n\r\n`;
    for (const target of [
      'http://localhost/graphql?query={customers{name}}',
      '/graphql;x?query={customers{name}}',
      '/./graphql?query={customers{name}}',
      '/%67raphql?query={customers{name}}',
      '//graphql?query={customers{name}}',
      '*',
    ]) {
      const { text, statuses } = await sendRaw(gateway.url, head(target));
      expect([400, 401, 404]).toContain(statuses[0]);
      expect(text).not.toContain('ABC Wholesale');
    }
  });
});

test('compares all keys, wherever the right one stands and whether there is one', async () => {
  let reads = 0;
  const entries = Array.from({ length: 5 }, (_, index) => ({
    name: `key ${index}`,
    get hash() {
      reads += 1;
      return hashKey(`0123456789abcdef-${index}`);
    },
  }));
  const identify = createKeyIdentification(entries);
  for (const [key, name] of [
    ['0123456789abcdef-0', 'key 0'],
    ['0123456789abcdef-4', 'key 4'],
    ['0123456789abcdef-9', undefined],
  ] as const) {
    reads = 0;
    expect((await identify(`Bearer ${key}`)) as object).toEqual(
      name === undefined ? { message: expect.any(String) } : { name },
    );
    expect(reads).toBe(5);
  }
});

test('keys are kept as hashes: the configuration holds none', () => {
  const { access } = readConfig({ ...keys, KOMET_TOKEN: 'any' });
  expect(access.apiKeys?.map(({ name }) => name)).toEqual(['web', 'old']);
  expect(JSON.stringify(access)).not.toContain('0123456789abcdef');
});

describe('who guesses', () => {
  test('is slowed down after 60 wrong keys a minute, while who knows one is not', async () => {
    await using gateway = await startGateway({ settings: keys, twin: { customers: 2 } });
    const seen = new Map<number, number>();
    let last: Awaited<ReturnType<typeof post>> | undefined;
    for (let guess = 0; guess < 70; guess++) {
      last = await gateway.query(names, {}, bearer(`0123456789abcdef-${guess}`));
      seen.set(last.status, (seen.get(last.status) ?? 0) + 1);
    }
    expect(seen).toEqual(
      new Map([
        [401, 60],
        [429, 10],
      ]),
    );
    expect(last?.errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
    expect(Number(last?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await gateway.query(names, {}, bearer('0123456789abcdef-web'))).status).toBe(200);
  });
});

describe('a gateway with a limit per caller', () => {
  const limited = { GATEWAY_RATE_LIMIT: '3/1m', KOMET_TOKEN: 'test-token' };
  const askFive = async (url: string, headersOf: (turn: number) => Record<string, string>) => {
    const statuses: number[] = [];
    let last: Awaited<ReturnType<typeof post>> | undefined;
    for (let turn = 0; turn < 5; turn++) {
      last = await post(url, { query: names }, headersOf(turn));
      statuses.push(last.status);
    }
    return { statuses, last };
  };

  test('tells a caller who asks too often when to come back', async () => {
    await using gateway = await startGateway({ settings: limited });
    const { statuses, last } = await askFive(gateway.url, () => ({}));
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(last?.errors?.[0]?.extensions['code']).toBe('RATE_LIMITED');
    const seconds = Number(last?.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
  });

  test('believes no forwarded address, whatever it says', async () => {
    await using gateway = await startGateway({ settings: limited });
    const forged = await askFive(gateway.url, (turn) => ({
      'x-forwarded-for': `203.0.113.${turn}`,
      forwarded: `for=203.0.113.${turn}`,
      'x-real-ip': `203.0.113.${turn}`,
    }));
    expect(forged.statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test('behind one proxy believes what that one saw, and not what was sent to it', async () => {
    const settings = { ...limited, GATEWAY_TRUSTED_PROXIES: '1' };
    await using gateway = await startGateway({ settings });
    const forged = await askFive(gateway.url, (turn) => ({
      'x-forwarded-for': `203.0.113.${turn}, 10.0.0.1`,
    }));
    expect(forged.statuses).toEqual([200, 200, 200, 429, 429]);
    const other = await askFive(gateway.url, () => ({ 'x-forwarded-for': '10.0.0.1, 10.0.0.2' }));
    expect(other.statuses).toEqual([200, 200, 200, 429, 429]);
  });

  test('takes all addresses of one IPv6 network for one caller', async () => {
    const settings = { ...limited, GATEWAY_TRUSTED_PROXIES: '1' };
    await using gateway = await startGateway({ settings });
    const many = await askFive(gateway.url, (turn) => ({
      'x-forwarded-for': ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::ffff'][turn % 3] ?? '',
    }));
    expect(many.statuses).toEqual([200, 200, 200, 429, 429]);
    const other = await askFive(gateway.url, () => ({ 'x-forwarded-for': '2001:db8:1:3::1' }));
    expect(other.statuses[0]).toBe(200);
  });

  test('counts a known caller by name, from wherever it calls, and others apart', async () => {
    const settings = { ...limited, ...keys, GATEWAY_TRUSTED_PROXIES: '1' };
    await using gateway = await startGateway({ settings });
    const web = await askFive(gateway.url, (turn) => ({
      ...bearer('0123456789abcdef-web'),
      'x-forwarded-for': `10.0.0.${turn}`,
    }));
    expect(web.statuses).toEqual([200, 200, 200, 429, 429]);
    const old = await askFive(gateway.url, () => bearer('0123456789abcdef-old'));
    expect(old.statuses[0]).toBe(200);
  });

  test('has one where strangers can reach it, without being asked', () => {
    const limit = (env: Record<string, string>) => readConfig(env).access.rateLimit;
    expect(limit({ HOST: '0.0.0.0', ...keys })).toEqual({ operations: 600, perMs: 60_000 });
    expect(limit({ HOST: '127.0.0.1' })).toBeUndefined();
  });
});

describe('a gateway with JSON Web Tokens', () => {
  const issuer = 'https://id.example';
  const audience = 'customers';
  let keySet: Listening;
  let gateway: TestGateway;
  let good: Awaited<ReturnType<typeof generateKeyPair>>;
  let strange: Awaited<ReturnType<typeof generateKeyPair>>;
  let publicKey: string;

  const sign = (
    claims: JWTPayload & { readonly expires?: string } = {},
    { key = good.privateKey, alg = 'RS256', kid = 'one' } = {},
  ) => {
    const { expires = '5m', ...payload } = claims;
    return new SignJWT({ iss: issuer, aud: audience, sub: 'ada', ...payload })
      .setProtectedHeader({ alg, kid })
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(key);
  };

  beforeAll(async () => {
    [good, strange] = await Promise.all([
      generateKeyPair('RS256', { extractable: true }),
      generateKeyPair('RS256', { extractable: true }),
    ]);
    const jwk = { ...(await exportJWK(good.publicKey)), kid: 'one', use: 'sig' };
    publicKey = JSON.stringify(jwk);
    keySet = await listen((_request, response) => void response.end(JSON.stringify({ keys: [jwk] })));
    gateway = await startGateway({
      twin: { customers: 2 },
      settings: {
        GATEWAY_JWKS_URL: keySet.url,
        GATEWAY_JWT_ISSUER: issuer,
        GATEWAY_JWT_AUDIENCE: audience,
      },
    });
  });
  afterAll(async () => {
    await gateway[Symbol.asyncDispose]();
    await keySet[Symbol.asyncDispose]();
  });

  test('answers whoever has a good one', async () => {
    const { status, data } = await gateway.query(names, {}, bearer(await sign()));
    expect([status, data.customers.length]).toEqual([200, 2]);
  });

  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = () => ({ iss: issuer, aud: audience, sub: 'ada', exp: Math.floor(Date.now() / 1000) + 300 });

  test.for<[string, () => Promise<string> | string]>([
    ['of another issuer', () => sign({ iss: 'https://elsewhere.example' })],
    ['for another audience', () => sign({ aud: 'orders' })],
    ['that has expired', () => sign({ expires: '-1m' })],
    ['that holds only from tomorrow on', () => sign({ nbf: Math.floor(Date.now() / 1000) + 86_400 })],
    ['of a key that is not in the set', () => sign({}, { key: strange.privateKey })],
    ['of a key that is named as none is', () => sign({}, { key: strange.privateKey, kid: 'two' })],
    ['that is not signed', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    ['that says None', () => `${encode({ alg: 'None', kid: 'one' })}.${encode(claims())}.`],
    [
      'that is signed with the public key as a secret',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'HS256', kid: 'one' })
          .sign(new TextEncoder().encode(publicKey)),
    ],
    [
      'that brings its own key along',
      async () =>
        new SignJWT(claims())
          .setProtectedHeader({ alg: 'RS256', jwk: await exportJWK(strange.publicKey) })
          .sign(strange.privateKey),
    ],
    [
      'that never expires',
      async () => {
        const { exp: _, ...rest } = claims();
        return new SignJWT(rest).setProtectedHeader({ alg: 'RS256', kid: 'one' }).sign(good.privateKey);
      },
    ],
    [
      'whose claims were changed',
      async () => {
        const [head, , signature] = (await sign()).split('.');
        return `${head}.${encode({ ...claims(), sub: 'admin' })}.${signature}`;
      },
    ],
    ['that is none', () => 'a.b.c'],
  ])('turns away whoever has one %s', async ([, make]) => {
    const reply = await gateway.query(names, {}, bearer(await make()));
    expect(codeOf(reply)).toEqual([401, 'UNAUTHENTICATED']);
    expect(reply.errors?.[0]?.message).toMatch(/^This token (has expired|is not valid here)\.$/);
  });

  test('asks for its keys no more often than it must, however many keys are named', async () => {
    const before = keySet.requests;
    await Promise.all(
      Array.from({ length: 30 }, async (_, index) =>
        gateway.query(names, {}, bearer(await sign({}, { key: strange.privateKey, kid: `${index}` }))),
      ),
    );
    expect(keySet.requests - before).toBeLessThanOrEqual(1);
  });
});

describe('a gateway whose callers bring their own Komet tokens', () => {
  test.for<[string, Record<string, string>]>([
    ['none', {}],
    ['an empty one', { 'x-komet-token': ' ' }],
    ['one with blanks', { 'x-komet-token': 'a b' }],
    ['one of 201 characters', { 'x-komet-token': 'x'.repeat(201) }],
  ])('turns away who has %s, without asking Komet', async ([, headers]) => {
    await using gateway = await startGateway({ settings: { KOMET_TOKEN_FROM: 'client', KOMET_TOKEN: '' } });
    expect(codeOf(await gateway.query(names, {}, headers))).toEqual([401, 'UNAUTHENTICATED']);
    expect(gateway.twin.calls).toEqual([]);
  });
});

describe('start', () => {
  const env = { KOMET_TOKEN: 'any', STORE_URL: 'memory:', PORT: '0' };

  const reason = /GATEWAY_API_KEYS or GATEWAY_JWKS_URL, or GATEWAY_ALLOW_ANONYMOUS=1/;

  test('refuses to serve the customers behind a token to everybody', async () => {
    const { code, output, errors } = await runProgram(['start', '--host', '0.0.0.0'], { env });
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toMatch(reason);
  });

  test.for(['0.0.0.0', '::', '10.0.0.7', 'example.com', '127.0.0.1.example.com', '127.1', 'localhost.'])(
    'takes whoever reaches %s for a stranger',
    (HOST) => {
      expect(() => readConfig({ ...env, HOST })).toThrow(reason);
    },
  );

  test.for<Record<string, string>>([
    keys,
    { GATEWAY_JWKS_URL: 'https://id.example/keys' },
    { GATEWAY_ALLOW_ANONYMOUS: '1' },
    { KOMET_TOKEN: '', KOMET_TOKEN_FROM: 'client' },
    { KOMET_TOKEN: '' },
  ])('listens everywhere with %o', (settings) => {
    expect(readConfig({ ...env, HOST: '0.0.0.0', ...settings }).listen.host).toBe('0.0.0.0');
  });

  test.for<[Record<string, string>, RegExp]>([
    [{ GATEWAY_API_KEYS: 'short' }, /16 characters or more/],
    [{ GATEWAY_API_KEYS: '0123456789abcdef,' }, /16 characters or more/],
    [{ ...keys, GATEWAY_JWKS_URL: 'https://id.example/keys' }, /exclude each other/],
    [{ GATEWAY_JWKS_URL: 'http://user:swordfish@id.example/keys' }, /must be an https: URL/],
    [{ KOMET_TOKEN_FROM: 'client' }, /KOMET_TOKEN must not be set/],
    [{ GATEWAY_DOCUMENTS_ONLY: 'on' }, /wants GATEWAY_DOCUMENTS/],
    [{ GATEWAY_CORS_ORIGINS: '*' }, /must be origins/],
  ])('refuses %o, and prints no secret', ([settings, words]) => {
    const read = () => readConfig({ ...env, ...settings });
    expect(read).toThrow(words);
    expect(read).toThrow(expect.objectContaining({ message: expect.not.stringMatching(/swordfish|abcdef/) }));
  });
});

const framing = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

describe('health', () => {
  test('answers without credentials, and tells no more than that', async () => {
    await using gateway = await startGateway({ settings: { ...keys, NODE_ENV: 'production' } });
    for (const [path, body] of [
      ['/health/live', '{"status":"ok"}'],
      ['/health/ready', '{"status":"ready"}'],
    ] as const) {
      const response = await fetch(new URL(path, gateway.url));
      expect([response.status, await response.text()]).toEqual([200, body]);
      const headers = [...response.headers.keys()].filter((name) => !framing.has(name));
      expect(headers).toEqual(['cache-control', 'content-type', 'x-content-type-options']);
    }
    expect(gateway.twin.calls).toEqual([]);
  });
});

describe('in production', () => {
  test.for<[string, Record<string, string>, boolean]>([
    ['GraphiQL and introspection are off', {}, false],
    ['they are on where that is asked for', { GATEWAY_GRAPHIQL: 'on', GATEWAY_INTROSPECTION: 'on' }, true],
  ])('%s', async ([, settings, on]) => {
    await using gateway = await startGateway({ settings: { NODE_ENV: 'production', ...settings } });
    const page = await fetch(gateway.url, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')?.startsWith('text/html') ?? false).toBe(on);
    await page.arrayBuffer();
    for (const query of [
      '{ __schema { queryType { name } } }',
      '{ __type(name: "Customer") { name } }',
      '{ ...__schema } fragment __schema on Query { __schema { queryType { name } } }',
      '{ customers(limit: 1) { id } ... @include(if: true) { x: __schema { types { name } } } }',
      '{ _service { sdl } }',
      'query ($no: Boolean = false) { __schema @skip(if: $no) { types { name } } }',
    ]) {
      const { data, errors } = await gateway.query(query);
      expect(errors?.[0]?.extensions['code']).toBe(on ? undefined : 'FORBIDDEN');
      expect(data === undefined || data === null).toBe(!on);
    }
    expect((await gateway.query('{ __typename customers(limit: 1) { __typename } }')).errors).toBeUndefined();
  });

  test('who misspells a name is not told the ones that it is near to', async () => {
    await using gateway = await startGateway({ settings: { NODE_ENV: 'production' } });
    const askWrongly = (at: TestGateway) =>
      Promise.all([
        at.query('{ customerz { id } }'),
        at.query('{ customers { nam } }'),
        at.query('{ customers(filter: { nam: "x" }) { id } }'),
        at.query('query ($filter: CustomerFilter) { customers(filter: $filter) { id } }', {
          filter: { nam: '' },
        }),
        at.query('query ($by: CustomerOrder) { customers(orderBy: $by) { id } }', { by: { field: 'NAM' } }),
        at.query('query ($f: CustomerFilte) { customers(filter: $f) { id } }'),
      ]);
    for (const { errors } of await askWrongly(gateway)) {
      expect(errors?.[0]?.message).toMatch(/./);
      expect(errors?.[0]?.message).not.toMatch(/did you mean/i);
    }
    await using helpful = await startGateway();
    for (const { errors } of await askWrongly(helpful)) expect(errors?.[0]?.message).toMatch(/did you mean/i);
  });

  test('an error that nobody expected shows a reference and nothing of the inside', async () => {
    for (const NODE_ENV of ['production', 'development']) {
      await using gateway = await startGateway({ settings: { NODE_ENV } });
      gateway.twin.faults.turnOn('html');
      const { errors } = await gateway.query(names);
      expect(JSON.stringify(errors)).not.toMatch(/stack|\.ts:|node_modules|127\.0\.0\.1|authenticationToken/);
    }
  });
});

describe('trusted documents', () => {
  test('are the only ones that are executed, where that is set', async () => {
    await using folder = await createFolder();
    const hash = createHash('sha256').update(names).digest('hex');
    const file = `${folder.path}/documents.json`;
    await writeFile(file, JSON.stringify({ [hash]: names }));
    await using gateway = await startGateway({
      twin: { customers: 2 },
      settings: { GATEWAY_DOCUMENTS: file, GATEWAY_DOCUMENTS_ONLY: 'on' },
    });
    const byHash = (sha256Hash: string, query?: string) =>
      post(gateway.url, { query, extensions: { persistedQuery: { version: 1, sha256Hash } } });
    expect((await byHash(hash)).data.customers).toHaveLength(2);
    expect((await gateway.query(names)).data.customers).toHaveLength(2);
    for (const query of [
      `${names} `,
      '{ customers { id } }',
      '{ __typename }',
      '{ __schema { description } }',
    ]) {
      const other = createHash('sha256').update(query).digest('hex');
      expect(codeOf(await gateway.query(query))).toEqual([403, 'FORBIDDEN']);
      expect(codeOf(await byHash(other, query))).toEqual([403, 'FORBIDDEN']);
      expect(codeOf(await byHash(other))).toEqual([200, 'PERSISTED_QUERY_NOT_FOUND']);
      expect(codeOf(await byHash(hash, query))).toEqual([400, 'BAD_USER_INPUT']);
      const url = `${gateway.url}?query=${encodeURIComponent(query)}`;
      expect((await fetch(url, { headers: { accept: 'application/json' } })).status).toBe(403);
    }
  });

  test('must be what their hashes say', async () => {
    await using folder = await createFolder();
    const file = `${folder.path}/documents.json`;
    await writeFile(file, JSON.stringify({ ['0'.repeat(64)]: names }));
    await expect(startGateway({ settings: { GATEWAY_DOCUMENTS: file } })).rejects.toThrow(
      /is not the SHA-256 of its document/,
    );
  });
});
