import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDocumentCaches } from '../../src/graph/documents.ts';
import { startTwin } from '../../src/twin/twin.ts';
import { post, startGateway } from '../harness/gateway.ts';
import { headOfPost, sendEndless, sendRaw } from './raw.ts';
import { type Damage, startVictim, type Victim } from './under-attack.ts';

/** What a caller sees: the status, and the code and the message of the first error. */
type Seen = { readonly status: number; readonly code?: unknown; readonly message?: string };

type Attack = {
  readonly name: string;
  /** Says what the attacker saw. */
  readonly run: (url: string, turn: number) => Promise<unknown>;
  readonly sees: unknown;
};

/**
 * The most that an attack may take. `npm run bench:attacks` has the machine to itself and holds what SECURITY.md
 * promises; beside other tests a pause may be theirs, so that only what noise cannot explain fails.
 */
const isAlone = process.env['ATTACKS_ALONE'] === '1';
const most = { ms: 2_000, megabytes: 100, healthMs: isAlone ? 100 : 400 };
const tries = 6;

const tooComplex = (words: RegExp, status = 200): Seen => ({
  status,
  code: 'QUERY_TOO_COMPLEX',
  message: expect.stringMatching(words) as unknown as string,
});
const refused = (status: number, words: RegExp): Seen => ({
  status,
  code: 'BAD_USER_INPUT',
  message: expect.stringMatching(words) as unknown as string,
});

const repeat = (count: number, make: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => make(index)).join(' ');
const nest = (count: number, open: string, close: string) => open.repeat(count) + close.repeat(count);

const asking =
  (query: string, variables: object = {}) =>
  async (url: string): Promise<Seen> =>
    seenIn(await post(url, { query, variables }));

function seenIn({ status, errors }: Awaited<ReturnType<typeof post>>): Seen {
  const [error] = errors ?? [];
  return { status, code: error?.extensions['code'], ...(error && { message: error.message }) };
}

const sending =
  (init: RequestInit, path = '') =>
  async (url: string): Promise<Seen> => {
    const response = await fetch(url + path, { method: 'POST', ...init });
    const { errors } = (await response.json()) as { errors?: [{ message: string; extensions: object }] };
    const [error] = errors ?? [];
    return {
      status: response.status,
      ...(error && { message: error.message, ...error.extensions }),
    };
  };

const typed = (type: string, body: BodyInit, more: Record<string, string> = {}) =>
  sending({ headers: { 'content-type': type, ...more }, body });

const fragmentBomb = `query { ...F0 } ${repeat(25, (n) => `fragment F${n} on Query { ...F${n + 1} ...F${n + 1} }`)} fragment F25 on Query { __typename }`;
const hugeFilter = { filter: { ids: Array.from({ length: 50_000 }, (_, index) => `${index}`) } };
const listByFilter = 'query ($filter: CustomerFilter) { customers(filter: $filter) { id } }';
const bomb = gzipSync(Buffer.alloc(100_000_000, ' '));

const attacks: readonly Attack[] = [
  {
    name: 'an alias flood is too complex',
    run: asking(`{ ${repeat(3_000, (n) => `a${n}: __typename`)} }`),
    sees: tooComplex(/3000 (aliases|fields at the root)/),
  },
  {
    name: 'aliases that each look through all rows are answered in time, where they are few enough',
    run: (url, turn) =>
      asking(
        `{ ${repeat(400, (n) => `a${n}: customers(limit: 0, filter: { name: "%a_b%${turn}${n}" }) { id }`)} }`,
      )(url),
    sees: { status: 200, code: undefined },
  },
  {
    name: 'aliases that each look through all rows, and count them, are too complex where they are many',
    run: asking(
      `query ($f: CustomerFilter) { ${repeat(460, (n) => `a${n}: customerConnection(first: 1, filter: $f) { facets { active { count } } }`)} }`,
      { f: { name: 'a_b' } },
    ),
    sees: tooComplex(/for each row that is looked at/, 400),
  },
  {
    name: 'fragments that expand to 2^25 fields are too complex',
    run: asking(fragmentBomb),
    sees: tooComplex(/fields, fragments expanded/),
  },
  {
    name: 'fragments that contain each other are too complex',
    run: asking('{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }'),
    sees: tooComplex(/endlessly many/),
  },
  {
    name: 'a query 20,000 levels deep is too complex',
    run: asking(nest(20_000, '{a', '}')),
    sees: tooComplex(/nests more than \d+ brackets/),
  },
  {
    name: 'a query 4,000 levels deep is too complex also where a comment balances its brackets',
    run: asking(`#${'}'.repeat(20_000)}\n${nest(4_000, '{a', '}')}`),
    sees: tooComplex(/nests more than \d+ brackets/),
  },
  {
    name: 'a query deeper than data goes is too complex',
    run: asking(`{ customers { ${nest(12, 'id {', '}').replace('{}', '')} } }`),
    sees: { status: 200, code: expect.stringMatching(/QUERY_TOO_COMPLEX|GRAPHQL_PARSE_FAILED/) },
  },
  {
    name: 'a megabyte of tokens is too complex',
    run: asking(`{${' a'.repeat(500_000)}}`),
    sees: tooComplex(/characters; the most is 100000/),
  },
  {
    name: 'more tokens than anybody writes are not parsed',
    run: asking(`{${' a'.repeat(40_000)}}`),
    sees: { status: 200, code: 'GRAPHQL_PARSE_FAILED' },
  },
  {
    name: '5,000 times the same field is too complex',
    run: asking(`{ customers { ${'id '.repeat(5_000)} } }`),
    sees: tooComplex(/fields/),
  },
  {
    name: '900 times the same field with fields below is too complex, although few by number',
    run: asking(`{ ${'customers { id } '.repeat(900)} }`),
    sees: tooComplex(/900 fields of one name in one place/),
  },
  {
    name: 'a directive flood is too complex',
    run: asking(`{ __typename ${'@skip '.repeat(1_500)} }`),
    sees: tooComplex(/1500 directives/),
  },
  {
    name: 'an array of operations is not executed',
    run: typed('application/json', JSON.stringify(Array(1_000).fill({ query: '{ __typename }' }))),
    sees: { status: 400, code: 'BAD_REQUEST' },
  },
  {
    name: 'an introspection loop is not executed',
    run: asking(
      `{ __schema { types { ${nest(8, 'fields { type { ', '} }')
        .replace(/\{ {2}\}/, '{ name }')
        .replace('{ }', '{ name }')} } } }`,
    ),
    sees: { status: 200, code: expect.stringMatching(/GRAPHQL_(VALIDATION|PARSE)_FAILED|QUERY_TOO_COMPLEX/) },
  },
  {
    name: 'an introspection 40 levels deep is too complex',
    run: asking(`{ __type(name: "Query") ${'{ ofType '.repeat(40)}{ name }${' }'.repeat(40)} }`),
    sees: tooComplex(/levels of introspection/),
  },
  {
    name: 'a mutation by GET is not executed, as there is none',
    run: sending(
      { method: 'GET', headers: { accept: 'application/json' } },
      '?query=mutation%7B__typename%7D',
    ),
    sees: expect.objectContaining({ message: expect.stringMatching(/mutation/i) }),
  },
  {
    name: 'a form is not read',
    run: typed('application/x-www-form-urlencoded', 'query=%7B__typename%7D'),
    sees: refused(415, /Send GraphQL as JSON/),
  },
  {
    name: 'a text is not read, although it is JSON',
    run: typed('text/plain', '{"query":"{__typename}"}'),
    sees: refused(415, /Send GraphQL as JSON/),
  },
  {
    name: 'a multipart body is not read',
    run: typed('multipart/form-data; boundary=x', '--x\r\n\r\n--x--'),
    sees: refused(415, /Send GraphQL as JSON/),
  },
  {
    name: 'another charset than UTF-8 is not read',
    run: typed('application/json; charset=utf-7', '{"query":"{__typename}"}'),
    sees: refused(415, /UTF-8/),
  },
  {
    name: 'bytes that are not UTF-8 are not read',
    run: typed('application/json', Buffer.from('{"query":"{__typename #\xff\xc0\xaf\n}"}', 'latin1')),
    sees: refused(400, /not UTF-8/),
  },
  {
    name: 'a gzip bomb is not unpacked',
    run: typed('application/json', bomb, { 'content-encoding': 'gzip' }),
    sees: refused(415, /without content-encoding/),
  },
  {
    name: 'a body that says that it is huge is refused before it comes',
    async run(url) {
      const { statuses } = await sendRaw(url, headOfPost('content-length: 2000000000'));
      return statuses;
    },
    sees: [413],
  },
  {
    name: 'a body without end is read no further than a body may be long',
    async run(url) {
      const { statuses, bytes } = await sendEndless(url, headOfPost('transfer-encoding: chunked'));
      return { isRefused: statuses.every((status) => status === 413), isBounded: bytes < 32_000_000 };
    },
    sees: { isRefused: true, isBounded: true },
  },
  {
    name: 'a length and chunks at once are not read, nor what follows them',
    async run(url) {
      const second = `${headOfPost('content-length: 24')}{"query":"{__typename}"}`;
      const first = headOfPost('content-length: 4', 'transfer-encoding: chunked');
      const { text, statuses } = await sendRaw(url, `${first}0\r\n\r\n${second}`);
      return { statuses, answered: text.includes('__typename') };
    },
    sees: { statuses: [400], answered: false },
  },
  {
    name: 'two lengths, and chunks under a false name, are not read',
    async run(url) {
      const bodies = [
        headOfPost('content-length: 2', 'content-length: 24'),
        headOfPost('transfer-encoding: xchunked'),
        headOfPost('transfer-encoding: chunked, identity'),
        headOfPost('content-length: +24'),
        headOfPost('content-length : 24'),
      ];
      const replies = await Promise.all(
        bodies.map((head) => sendRaw(url, `${head}{"query":"{__typename}"}\r\n\r\n`)),
      );
      return replies.map(({ statuses }) => statuses);
    },
    sees: [[400], [400], [400], [400], [400]],
  },
  {
    name: 'a fragment named __schema is a fragment',
    run: asking('{ customers(limit: 1) { ...__schema } } fragment __schema on Customer { id }'),
    sees: { status: 200, code: undefined },
  },
  {
    name: 'names that objects inherit are names',
    run: asking(
      'query ($__proto__: String, $constructor: [String]) { toString: customerByCode(code: "abc") { __proto__: id constructor: name hasOwnProperty: code } valueOf: customersByCode(codes: ["__proto__", "constructor"]) { id } x: customers(filter: { name: $__proto__, codes: $constructor }) { id } }',
    ),
    sees: expect.objectContaining({ status: 200 }),
  },
  {
    name: 'variables with the prototype of all objects change nothing in it',
    async run(url) {
      const poison = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
      const bodies = [
        `{"query":"query($filter:CustomerFilter){customers(filter:$filter){id}}","variables":{"filter":${poison}}}`,
        `{"query":"{__typename}","variables":${poison},"extensions":${poison},"__proto__":{"polluted":1}}`,
        `{"query":"query($filter:CustomerFilter){customers(filter:$filter){id}}","variables":{"__proto__":{"filter":{"name":"x"},"polluted":1}}}`,
      ];
      return Promise.all(bodies.map(async (body) => (await typed('application/json', body)(url)).status));
    },
    sees: [400, 400, 200],
  },
  {
    name: 'a list of 50,000 ids is too complex, in variables and in the query',
    async run(url) {
      const literal = `{ customersById(ids: [${'1 '.repeat(11_000)}]) { id } }`;
      return [await asking(listByFilter, hugeFilter)(url), await asking(literal)(url)];
    },
    sees: [
      tooComplex(/filter.ids has 50000 entries/, 400),
      expect.objectContaining({ code: expect.any(String) }),
    ],
  },
  {
    name: 'representations of 20,000 entities are too complex',
    run: asking('query ($all: [_Any!]!) { _entities(representations: $all) { __typename } }', {
      all: Array.from({ length: 20_000 }, (_, id) => ({ __typename: 'Customer', id: `${id}` })),
    }),
    sees: tooComplex(/representations has 20000 entries/, 400),
  },
  {
    name: 'variables nested 100,000 deep are an input that is wrong',
    async run(url) {
      const body = `{"query":${JSON.stringify(listByFilter)},"variables":{"filter":${nest(100_000, '[', ']')}}}`;
      return typed('application/json', body)(url);
    },
    sees: expect.objectContaining({ code: 'BAD_USER_INPUT' }),
  },
  {
    name: 'a megabyte of one text is looked for, and not found',
    run: asking(listByFilter, { filter: { name: `%${'a_'.repeat(500_000)}`, code: 'x'.repeat(10_000) } }),
    sees: expect.objectContaining({ status: expect.any(Number) }),
  },
  {
    name: 'a flood of documents to be remembered by their hash pushes out older ones, and no more',
    async run(url, turn) {
      const ask = async (query: string | undefined, hash: string) => {
        const extensions = { persistedQuery: { version: 1, sha256Hash: hash } };
        return seenIn(await post(url, { query, extensions })).code;
      };
      const documents = Array.from(
        { length: 100 },
        (_, n) => `{ __typename } # ${turn} ${n} ${'x'.repeat(90_000)}`,
      );
      const hashes = documents.map((text) => createHash('sha256').update(text).digest('hex'));
      for (const [n, text] of documents.entries()) await ask(text, hashes[n] ?? '');
      return [await ask(undefined, hashes[0] ?? ''), await ask(undefined, hashes.at(-1) ?? '')];
    },
    sees: ['PERSISTED_QUERY_NOT_FOUND', undefined],
  },
  {
    name: 'a flood of hashes that nobody has sent finds nothing',
    async run(url) {
      const codes = new Set<unknown>();
      for (let n = 0; n < 500; n++) {
        const sha256Hash = createHash('sha256').update(`${n}`).digest('hex');
        codes.add(
          seenIn(await post(url, { extensions: { persistedQuery: { version: 1, sha256Hash } } })).code,
        );
      }
      return [...codes];
    },
    sees: ['PERSISTED_QUERY_NOT_FOUND'],
  },
];

const printed: string[] = [];

function print(name: string, { ms, megabytes, health }: Damage<unknown>) {
  const { median, worst, asked } = health;
  const cells = [ms, megabytes, worst, median].map((number) => number.toFixed(0).padStart(5));
  printed.push(`${cells.join(' ')} ${String(asked).padStart(4)}  ${name}`);
}

afterAll(() => {
  process.stdout.write(`   ms    MB  health: worst, median, times asked\n${printed.join('\n')}\n`);
});

/** Attacks until all limits are kept, a few times at most. */
async function attackPatiently(victim: Victim, { name, run, sees }: Attack) {
  let damage = await victim.attack((url) => run(url, 0));
  for (let turn = 1; turn < tries && isTooMuch(damage); turn++) {
    damage = await victim.attack((url) => run(url, turn));
  }
  print(name, damage);
  expect(damage.result).toEqual(isSeen(sees) ? expect.objectContaining(sees as object) : sees);
  expect(damage.isPolluted).toBe(false);
  expect(damage.ms).toBeLessThan(most.ms);
  expect(damage.megabytes).toBeLessThan(most.megabytes);
  expect(damage.health.worst).toBeLessThan(most.healthMs);
}

const isTooMuch = ({ ms, megabytes, health }: Damage<unknown>) =>
  ms >= most.ms || megabytes >= most.megabytes || health.worst >= most.healthMs;

const isSeen = (sees: unknown): boolean =>
  typeof sees === 'object' && sees !== null && Object.getPrototypeOf(sees) === Object.prototype;

describe('an attacker sees that', () => {
  let victim: Victim;
  beforeAll(async () => {
    victim = await startVictim({ customers: 5_000 });
    // So that no attack is measured that only comes first.
    await asking('{ customers { id name } kometStatus { rows } }')(victim.url);
    await asking('{ nonsense }')(victim.url);
  });
  afterAll(() => victim[Symbol.asyncDispose]());

  test.for(attacks.map((attack) => [attack.name, attack] as const))('%s', async ([, attack]) => {
    await attackPatiently(victim, attack);
  });

  test('the gateway answers as before, after all of that', async () => {
    const { data } = await post(victim.url, { query: '{ customerByCode(code: "abc") { name } }' });
    expect(data).toEqual({ customerByCode: { name: 'ABC Wholesale' } });
  });
});

describe('callers who take their time', () => {
  const slow = { headersMs: 400, requestMs: 800, idleMs: 900, connections: 150 };
  let victim: Victim;
  beforeAll(async () => {
    victim = await startVictim({ connections: slow });
  });
  afterAll(() => victim[Symbol.asyncDispose]());

  test.for<[string, (url: string) => ReturnType<typeof sendRaw>]>([
    ['say nothing', (url) => sendRaw(url, '')],
    [
      'send a header now and then',
      (url) => sendRaw(url, ['POST /graphql HTTP/1.1\r\n', ...Array(200).fill('x: y\r\n')], { drip: 20 }),
    ],
    [
      'send a byte of the body now and then',
      (url) => sendRaw(url, [headOfPost('content-length: 1000'), ...Array(200).fill(' ')], { drip: 20 }),
    ],
    [
      'send a chunk of the body now and then',
      (url) =>
        sendRaw(url, [headOfPost('transfer-encoding: chunked'), ...Array(200).fill('1\r\n \r\n')], {
          drip: 20,
        }),
    ],
  ])('and %s, a hundred at once, are let go', async ([name, run]) => {
    const damage = await victim.attack((url) => Promise.all(Array.from({ length: 100 }, () => run(url))));
    print(name, damage);
    for (const { statuses } of damage.result) expect([[], [408]]).toContainEqual(statuses);
    expect(damage.ms).toBeLessThan(4_000);
    expect(damage.megabytes).toBeLessThan(most.megabytes);
    expect(damage.health.median).toBeLessThan(most.healthMs);
  });

  test('and read nothing of a large answer are let go', async () => {
    const query = `{ ${repeat(300, (n) => `a${n}: customers { id name code salesPerson }`)} }`;
    const body = JSON.stringify({ query });
    const url = new URL(victim.url);
    const socket = connect(Number(url.port), url.hostname);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {}).write(headOfPost(`content-length: ${body.length}`) + body);
    const first = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
    let bytes = first.length;
    socket.pause().on('data', (chunk) => {
      bytes += chunk.length;
    });
    const length = Number(/content-length: (\d+)/i.exec(first.toString('latin1'))?.[1]);
    // More than what the systems on the way keep.
    expect(length).toBeGreaterThan(12_000_000);
    await wait(3 * slow.idleMs);
    socket.resume();
    await closed;
    expect(bytes).toBeLessThan(length);
  }, 15_000);

  test('cannot have more connections than there are', async () => {
    const url = new URL(victim.url);
    const sockets = Array.from({ length: 300 }, () => connect(Number(url.port), url.hostname));
    const dropped = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<boolean>((resolve) => {
            socket.on('error', () => {});
            socket.on('data', () => {});
            const started = performance.now();
            socket.on('close', () => resolve(performance.now() - started < slow.headersMs / 2));
          }),
      ),
    );
    expect(dropped.filter(Boolean).length).toBeGreaterThanOrEqual(100);
  });
});

describe('what is let through', () => {
  test("is GraphiQL's own introspection, as deep as it is", async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    for (const options of [
      {},
      { descriptions: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true },
    ]) {
      const { data, errors } = await gateway.query(getIntrospectionQuery(options));
      expect(errors).toBeUndefined();
      expect(data.__schema.types.length).toBeGreaterThan(20);
    }
  });

  test('is weighed again once the rows are known that a cold gateway has not read yet', async () => {
    await using gateway = await startGateway({ twin: { customers: 5_000 } });
    const query = `{ ${repeat(100, (n) => `a${n}: customers { id name code active salesPerson }`)} }`;
    for (const _time of ['cold', 'warm']) {
      const { data, errors } = await gateway.query(query);
      expect(errors?.[0]?.extensions['code']).toBe('QUERY_TOO_COMPLEX');
      expect(Object.values(data ?? {}).filter((rows) => rows !== null)).toEqual([]);
    }
  });
});

describe('arguments that look like parts of a request', () => {
  test.for([
    'x&authenticationToken=other',
    'x\r\nHost: elsewhere\r\n\r\nGET / HTTP/1.1',
    'x#fragment?authenticationToken=other',
    'x%26authenticationToken%3Dother',
    '../../other.method?x=',
  ])('reach Komet as the value that they are: %j', async (code) => {
    await using twin = await startTwin({ customers: 2, tokens: { 'test-token': { kind: 'company' } } });
    await using gateway = await startGateway({ twin, settings: { KOMET_MAX_STALENESS: '0' } });
    const { data, errors } = await gateway.query(
      'query ($code: String!) { customerByCode(code: $code) { id } }',
      { code },
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({ customerByCode: null });
    expect(twin.calls.map(({ path, outcome, company }) => ({ path, outcome, company }))).toEqual([
      { path: '/api/customer.list', outcome: 'answered', company: 'default' },
    ]);
    expect(twin.calls[0]?.parameters['code']).toBe(code.toLowerCase());
  });
});

describe('documents that are kept parsed', () => {
  test('are kept up to a total length, however many are sent', () => {
    const { documentCache } = createDocumentCaches();
    for (let n = 0; n < 1_000; n++) {
      documentCache.set(`${n} ${'x'.repeat(20_000)}`, { kind: 'Document', definitions: [] } as never);
    }
    expect(documentCache.size).toBeLessThan(20);
    for (let n = 0; n < 5_000; n++) {
      documentCache.set(`{a${n}}`, { kind: 'Document', definitions: [] } as never);
    }
    expect(documentCache.size).toBeLessThan(1_000);
  });
});
