import { brotliDecompressSync, createGunzip, gunzipSync, inflateSync } from 'node:zlib';
import { request } from 'undici';
import { describe, expect, test } from 'vitest';
import {
  defaultBehaviour,
  type FaultName,
  type FaultOptions,
  faultDescriptions,
  florists,
  startTwin,
  type Twin,
  type TwinBehaviour,
  type TwinCustomer,
} from '../src/twin/twin.ts';

type Row = { readonly id?: unknown; readonly name?: unknown };
type Envelope = { status?: unknown; message?: string; customers?: Row[] };

const day = 86_400_000;
const noon = Date.UTC(2026, 2, 10, 12);

function customer(id: string, name: string, more: Partial<TwinCustomer> = {}): TwinCustomer {
  const salesPerson = { salesPerson: 'Ana Ruiz', salesPersonId: '9001', customerType: 'Retailer' };
  const rest = {
    code: `C${id}`,
    active: true,
    accountingCode: `AR-${id}`,
    updatedOn: noon,
    locationIds: ['301'],
  };
  return { id, name, ...salesPerson, ...rest, ...more };
}

/** Few enough that every expectation can list names. */
const garden: readonly TwinCustomer[] = [
  customer('10', 'Rose & Co', { code: 'ROSE', updatedOn: Date.UTC(2026, 2, 9, 23, 30) }),
  customer('9', 'aster Bay', { code: 'Aster', updatedOn: Date.UTC(2026, 2, 10, 0, 0) }),
  customer('23', 'Québec Fleurs', { code: null, accountingCode: null, updatedOn: Date.UTC(2026, 2, 11, 8) }),
  customer('11', '100% Roses', {
    salesPersonId: '9002',
    locationIds: ['302'],
    updatedOn: Date.UTC(2025, 0, 1),
  }),
  customer('12', 'Closed Rose', { active: false, updatedOn: Date.UTC(2025, 0, 1) }),
  customer('10000000000000070001', 'Zinnia', { salesPerson: null, salesPersonId: null, updatedOn: 0 }),
];

async function startGarden(options: Parameters<typeof startTwin>[0] = {}): Promise<Twin> {
  const twin = await startTwin({ customers: 0, now: () => noon, ...options });
  twin.company.replaceAll(garden);
  return twin;
}

function addressOf(twin: Twin, parameters: string, token = 'secret'): string {
  return `${twin.url}/customer.list?authenticationToken=${token}${parameters && `&${parameters}`}`;
}

async function ask(twin: Twin, parameters = '', headers: Record<string, string> = {}, token = 'secret') {
  const { statusCode, headers: got, body } = await request(addressOf(twin, parameters, token), { headers });
  return { status: statusCode, headers: got, body: Buffer.from(await body.arrayBuffer()) };
}

async function list(twin: Twin, parameters = '', token = 'secret'): Promise<Envelope> {
  return JSON.parse((await ask(twin, parameters, {}, token)).body.toString());
}

async function names(twin: Twin, parameters = ''): Promise<unknown[] | 'rejected'> {
  const { status, customers = [] } = await list(twin, parameters);
  return `${status}` === '0' ? 'rejected' : customers.map(({ name }) => name);
}

describe('the documentation', () => {
  test('profile v9 with two customers answers the sample of the documentation, key for key', async () => {
    await using twin = await startTwin({ customers: 2, profile: 'v9' });
    const sample =
      '{"status":"1","message":"OK","customers":[{"id":"23423","name":"ABC Wholesale","code":"ABC","active":"1",' +
      '"salesPerson":"Jhon Doe","customerType":"Wholesaler"},{"id":"25555","name":"DEF Retailer Best","code":"DEF",' +
      '"active":"1","salesPerson":"Jhon Doe","customerType":"Retailer"}]}';
    expect((await ask(twin)).body.toString()).toBe(sample);
  });

  test('profile current writes the later fields, in the order of the field list', async () => {
    await using twin = await startTwin({ customers: 2 });
    const { customers = [] } = await list(twin);
    expect(Object.keys(customers[0]!).join()).toBe(
      'id,accountingCode,name,code,active,salesPerson,salesPersonId,customerType,updatedOn',
    );
    expect(customers[0]).toMatchObject({
      id: '23423',
      salesPersonId: 23423,
      updatedOn: '2025-09-14T09:30:05',
    });
  });

  test('profile v9 ignores the later parameters', async () => {
    await using twin = await startGarden({ profile: 'v9' });
    expect(
      await names(twin, 'salesPersonId=9002&locationId=302&updateAsOf=nonsense&includeInactive=1'),
    ).toEqual(['100% Roses', 'aster Bay', 'Québec Fleurs', 'Rose & Co', 'Zinnia']);
  });

  test('a reply is JSON in UTF-8 with its length and no ETag', async () => {
    await using twin = await startGarden();
    const { status, headers, body } = await ask(twin, 'name=qu%C3%A9bec');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json;charset=UTF-8');
    expect(headers['content-length']).toBe(`${body.length}`);
    expect(Object.keys(headers)).not.toContain('etag');
  });

  test('every row of a large list is JSON and says what the company holds', async () => {
    await using twin = await startTwin({ customers: 2000, behaviour: { emptyValue: 'null' } });
    const { customers = [] } = await list(twin, 'includeInactive=1');
    const rows = new Map(customers.map((row) => [row.id, row]));
    expect(customers).toHaveLength(2000);
    for (const { locationIds: _, updatedOn, active, salesPersonId, ...texts } of twin.company.customers) {
      expect(rows.get(texts.id)).toEqual({
        ...texts,
        active: active ? '1' : '0',
        salesPersonId: salesPersonId === null ? null : Number(salesPersonId),
        updatedOn: new Date(updatedOn).toISOString().slice(0, 19),
      });
    }
  });
});

/** For each switch: a setting, the parameters of a call, and the names it finds (or that it is refused). */
const searches: [Partial<TwinBehaviour>, string, string[] | 'rejected'][] = [
  [{}, 'name=ROSE', ['100% Roses', 'Rose & Co']],
  [{}, 'name=Rose+%26+Co', ['Rose & Co']],
  [{}, 'code=rose', ['Rose & Co']],
  [{}, 'code=ros', []],
  [{}, 'id=0010', ['Rose & Co']],
  [{}, 'id=10000000000000070001', ['Zinnia']],
  [{}, 'id=10000000000000070002', []],
  [{}, 'salesPersonId=9002', ['100% Roses']],
  [{}, 'unheard=of&updatedAsOf=2030-01-01&name=zinnia', ['Zinnia']],
  [{}, 'id=10&name=aster', []],
  [{ filters: 'or' }, 'id=10&name=aster', ['aster Bay', 'Rose & Co']],
  [{ filters: 'first-only' }, 'name=aster&id=10', ['Rose & Co']],
  [{ filters: 'first-only' }, 'code=rose&name=aster', ['aster Bay']],
  [{ like: 'prefix' }, 'name=ro', ['Rose & Co']],
  [{ like: 'caller-wildcards' }, 'name=rose', []],
  [{ like: 'caller-wildcards' }, 'name=zinnia', ['Zinnia']],
  [{ like: 'caller-wildcards' }, 'name=rose%25', ['Rose & Co']],
  [{ like: 'caller-wildcards' }, 'name=%25o', ['Rose & Co']],
  [{}, 'name=r%25o', ['100% Roses', 'Rose & Co']],
  [{}, 'name=e%25o', ['Rose & Co']],
  [{}, 'name=_inn_a', ['Zinnia']],
  [{ like: 'prefix' }, 'name=_o%25e', ['Rose & Co']],
  [{ wildcards: false }, 'name=%25', ['100% Roses']],
  [{ wildcards: false }, 'name=_innia', []],
  [{ accentSensitive: true }, 'name=quebec', []],
  [{ accentSensitive: false }, 'name=quebec', ['Québec Fleurs']],
  [{ blankParameter: 'ignored' }, 'name=zin&code=', ['Zinnia']],
  [{ blankParameter: 'literal' }, 'code=', ['Québec Fleurs']],
  [{ blankParameter: 'literal' }, 'id=', []],
  [{ nonNumericId: 'empty' }, 'id=ten', []],
  [{ nonNumericId: 'rejected' }, 'id=ten', 'rejected'],
  [{ nonNumericId: 'rejected' }, 'salesPersonId=Ana', 'rejected'],
  [{ includeInactive: 'both' }, 'name=closed', []],
  [{ includeInactive: 'both' }, 'name=closed&includeInactive=1', ['Closed Rose']],
  [{ includeInactive: 'both' }, 'name=closed&includeInactive=True', ['Closed Rose']],
  [{ includeInactive: 'both' }, 'name=closed&includeInactive=yes', []],
  [{ includeInactive: 'one' }, 'name=closed&includeInactive=true', []],
  [{ includeInactive: 'one' }, 'name=closed&includeInactive=1', ['Closed Rose']],
  [{ includeInactive: 'true' }, 'name=closed&includeInactive=1', []],
  [{ includeInactive: 'true' }, 'name=closed&includeInactive=TRUE', ['Closed Rose']],
  [{ includeInactive: 'ignored' }, 'name=closed&includeInactive=1', []],
  [{ inactiveByDefault: true }, 'name=closed', ['Closed Rose']],
  [{ inactiveByDefault: true }, 'name=closed&includeInactive=0', []],
  [{ exactFindsInactive: false }, 'id=12', []],
  [{ exactFindsInactive: true }, 'id=12', ['Closed Rose']],
  [{ exactFindsInactive: true }, 'code=c12', ['Closed Rose']],
  [{ locationId: 'filters' }, 'locationId=302', ['100% Roses']],
  [{ locationId: 'ignored' }, 'locationId=302&name=aster', ['aster Bay']],
  [{ locationId: 'rejected' }, 'locationId=302', 'rejected'],
  [{ repeatedParameter: 'first' }, 'id=9&id=10', ['aster Bay']],
  [{ repeatedParameter: 'last' }, 'id=9&id=10', ['Rose & Co']],
  [{}, 'updateAsOf=2026-03-10', ['aster Bay', 'Québec Fleurs']],
  [{ updateAsOf: 'ignored' }, 'updateAsOf=2026-03-10&name=rose', ['100% Roses', 'Rose & Co']],
  [{ updateAsOfOffsetMinutes: 60 }, 'updateAsOf=2026-03-10', ['aster Bay', 'Québec Fleurs', 'Rose & Co']],
  [{ updateAsOfOffsetMinutes: -300 }, 'updateAsOf=2026-03-10', ['Québec Fleurs']],
  [{ updateAsOfDay: 'exclusive' }, 'updateAsOf=2026-03-10', ['Québec Fleurs']],
  [{ badDate: 'rejected' }, 'updateAsOf=2026-02-30', 'rejected'],
  [{ badDate: 'rejected' }, 'updateAsOf=10.3.2026', 'rejected'],
  [{ badDate: 'ignored' }, 'updateAsOf=yesterday&id=9', ['aster Bay']],
  [{ rowCap: 2 }, '', ['100% Roses', 'aster Bay']],
  [{ rowOrder: 'name' }, '', ['100% Roses', 'aster Bay', 'Québec Fleurs', 'Rose & Co', 'Zinnia']],
  [{ rowOrder: 'id' }, '', ['aster Bay', 'Rose & Co', '100% Roses', 'Québec Fleurs', 'Zinnia']],
];

/** For each switch of the reply: a setting, the parameters, and a part of the body's text. */
const writings: [Partial<TwinBehaviour>, string, string][] = [
  [{}, 'id=9', '{"status":"1","message":"OK","customers":[{"id":"9",'],
  [{ status: 'number' }, 'id=9', '{"status":1,'],
  [{ status: 'boolean' }, 'id=9', '{"status":true,'],
  [{ id: 'number' }, 'name=zinnia', '[{"id":10000000000000070001,'],
  [{ active: 'number' }, 'id=9', '"active":1,'],
  [{ active: 'boolean' }, 'id=9', '"active":true,'],
  [{ active: 'boolean', inactiveByDefault: true }, 'id=12', '"active":false,'],
  [{ salesPersonId: 'number' }, 'id=9', '"salesPersonId":9001,'],
  [{ salesPersonId: 'string' }, 'id=9', '"salesPersonId":"9001",'],
  [{ emptyValue: 'blank' }, 'id=23', '"accountingCode":"","name":"Québec Fleurs","code":"","active"'],
  [{ emptyValue: 'null' }, 'id=23', '"accountingCode":null,"name":"Québec Fleurs","code":null,"active"'],
  [{ emptyValue: 'absent' }, 'id=23', '[{"id":"23","name":"Québec Fleurs","active"'],
  [{ extraKeys: true }, 'id=9', '"creditHold":"0"'],
  [{ extraKeys: true }, 'id=9', '],"serverTime":'],
  [{ surroundingWhitespace: true }, 'id=9', '"name":" aster Bay ","code":" Aster "'],
  [{ envelopeOrder: 'status-last' }, 'id=9', '}],"status":"1","message":"OK"}'],
  [{ updatedOnOffsetMinutes: -300 }, 'id=9', '"updatedOn":"2026-03-09T19:00:00"'],
  [{ updatedOnOffsetMinutes: 90 }, 'id=10', '"updatedOn":"2026-03-10T01:00:00"'],
  [{ emptyResult: 'list' }, 'id=1', '{"status":"1","message":"OK","customers":[]}'],
  [{ emptyResult: 'message', notFoundText: 'No!' }, 'id=1', '{"status":"1","message":"No!","customers":[]}'],
  [{ emptyResult: 'message-only' }, 'id=1', '{"status":"1","message":"Customers not found."}'],
  [{ failureCustomers: 'absent' }, 'locationId=1&updateAsOf=x', 'A parameter has a wrong value."}'],
  [{ failureCustomers: 'empty-list' }, 'updateAsOf=x', 'A parameter has a wrong value.","customers":[]}'],
  [{ badParameterText: 'Say again' }, 'updateAsOf=x', '{"status":"0","message":"Say again"}'],
];

describe('the switches of what Komet leaves unsaid', () => {
  test.each(searches)('%j: %s finds %j', async (behaviour, parameters, expected) => {
    await using twin = await startGarden({ behaviour });
    expect(await names(twin, parameters)).toEqual(expected);
  });

  test.each(writings)('%j: %s is written %s', async (behaviour, parameters, expected) => {
    await using twin = await startGarden({ behaviour });
    expect((await ask(twin, parameters)).body.toString()).toContain(expected);
  });

  test('shuffled rows come in another order each time, and in the same orders for the same seed', async () => {
    await using twin = await startTwin({ seed: 3, behaviour: { rowOrder: 'shuffled' } });
    await using other = await startTwin({ seed: 3, behaviour: { rowOrder: 'shuffled' } });
    const [first, second] = [await names(twin), await names(twin)];
    expect(first).not.toEqual(second);
    expect([...first].sort()).toEqual([...second].sort());
    expect([await names(other), await names(other)]).toEqual([first, second]);
  });

  test.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['deflate', inflateSync],
  ] as const)('%s is used for those who accept it, and for no one else', async (contentEncoding, unpack) => {
    await using twin = await startTwin({ behaviour: { contentEncoding } });
    const plain = await ask(twin);
    const packed = await ask(twin, '', { 'accept-encoding': `identity, ${contentEncoding}` });
    const unwanted = await ask(twin, '', { 'accept-encoding': `${contentEncoding};q=0` });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(unwanted.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe(contentEncoding);
    expect(unpack(packed.body)).toEqual(plain.body);
    expect(twin.calls.map(({ bytes }) => bytes)).toEqual([
      plain.body.length,
      packed.body.length,
      plain.body.length,
    ]);
  });

  test('a Vendor token sees everything, or a part', async () => {
    await using twin = await startGarden({ tokens: { v: { kind: 'vendor' } } });
    expect((await list(twin, '', 'v')).customers).toHaveLength(5);
    twin.behaviour.vendorSees = 'subset';
    expect((await list(twin, '', 'v')).customers?.map(({ id }) => id)).toEqual(['9', '23', '10']);
  });

  test('POST is not allowed, or takes a form, a JSON body or the query', async () => {
    await using twin = await startGarden();
    const post = async (body: string, query = '') => {
      const reply = await request(`${twin.url}/customer.list${query}`, { method: 'POST', body });
      return [reply.statusCode, await reply.body.text()] as const;
    };
    expect((await post('authenticationToken=x'))[0]).toBe(405);
    twin.behaviour.post = true;
    expect((await post('authenticationToken=x&id=9'))[1]).toContain('aster Bay');
    expect((await post('{"authenticationToken":"x","id":9}'))[1]).toContain('aster Bay');
    expect((await post('', '?authenticationToken=x&id=9'))[1]).toContain('aster Bay');
    expect(twin.calls.map(({ outcome }) => outcome)).toEqual([
      'wrong-method',
      'answered',
      'answered',
      'answered',
    ]);
  });

  test('refusals have the HTTP status and the texts that were chosen', async () => {
    const tokens = {
      limited: { kind: 'company', methods: ['vendor.list'] },
      user: { kind: 'user' },
    } as const;
    const texts = { badTokenText: 'Who?', forbiddenMethodText: 'Not you.', failureHttpStatus: 401 };
    await using twin = await startGarden({ tokens, behaviour: texts });
    const said = async (token: string) => {
      const { status, body } = await ask(twin, '', {}, token);
      return `${status} ${body}`;
    };
    expect(await said('')).toBe('401 {"status":"0","message":"Who?"}');
    expect(await said('unknown')).toBe('401 {"status":"0","message":"Who?"}');
    expect(await said('limited')).toBe('401 {"status":"0","message":"Not you."}');
    expect(await said('user')).toBe('401 {"status":"0","message":"Not you."}');
  });

  test('every switch is in these tests', () => {
    const inTables = [...searches, ...writings].flatMap(([behaviour]) => Object.keys(behaviour));
    const above = [
      'vendorSees',
      'post',
      'contentEncoding',
      'failureHttpStatus',
      'badTokenText',
      'forbiddenMethodText',
    ];
    const below = ['quotaText', 'quotaForm', 'quotaRetryAfter', 'failedCallsCount'];
    expect([...new Set([...inTables, ...above, ...below])].sort()).toEqual(
      Object.keys(defaultBehaviour).sort(),
    );
  });

  test('a switch that is changed while the twin runs is obeyed by the next call', async () => {
    await using twin = await startGarden();
    expect((await list(twin, 'id=9')).status).toBe('1');
    twin.behaviour.status = 'number';
    expect((await list(twin, 'id=9')).status).toBe(1);
    twin.behaviour = { ...defaultBehaviour, status: 'boolean' };
    expect((await list(twin, 'id=9')).status).toBe(true);
  });
});

describe('the quota', () => {
  test('it is counted per UTC day and company, and forgotten at midnight', async () => {
    let time = noon;
    const tokens = { a: { kind: 'company' }, b: { kind: 'company', company: 'other' } } as const;
    await using twin = await startTwin({
      quota: 2,
      now: () => time,
      tokens,
      companies: { other: { customers: 3 } },
    });
    for (const status of ['1', '1', '0', '0']) expect((await list(twin, '', 'a')).status).toBe(status);
    expect((await list(twin, '', 'b')).customers).toHaveLength(3);
    expect([twin.company.callsToday(), twin.companyOf('other').callsToday()]).toEqual([2, 1]);
    time = noon + day / 2;
    expect(twin.company.callsToday()).toBe(0);
    expect((await list(twin, '', 'a')).status).toBe('1');
    time -= 1;
    twin.company.resetQuota();
    expect((await list(twin, '', 'a')).status).toBe('1');
  });

  test.each([
    [{}, '200 undefined {"status":"0","message":"The daily limit of requests was reached."}'],
    [{ quotaText: 'Enough' }, '200 undefined {"status":"0","message":"Enough"}'],
    [{ quotaForm: '429' }, '429 43200 <html>'],
    [{ quotaForm: '429', quotaRetryAfter: 7 }, '429 7 <html>'],
    [{ quotaForm: 'html503', quotaRetryAfter: null }, '503 undefined <html>'],
  ] as [Partial<TwinBehaviour>, string][])('%j: a call beyond it gets %s', async (behaviour, expected) => {
    await using twin = await startGarden({ quota: 0, behaviour });
    const { status, headers, body } = await ask(twin);
    expect(`${status} ${headers['retry-after']} ${body}`).toContain(expected);
    expect(twin.calls[0]!.outcome).toBe('rejected');
  });

  test('failed calls count, or do not', async () => {
    await using twin = await startGarden({ tokens: { ok: { kind: 'company' } } });
    twin.faults.turnOn('error-500');
    await ask(twin, '', {}, 'ok');
    twin.faults.turnOff();
    await ask(twin, 'updateAsOf=x', {}, 'ok');
    await ask(twin, '', {}, 'unknown');
    expect(twin.company.callsToday()).toBe(2);
    twin.behaviour.failedCallsCount = false;
    await ask(twin, 'updateAsOf=x', {}, 'ok');
    expect(twin.company.callsToday()).toBe(2);
    await ask(twin, '', {}, 'ok');
    expect(twin.company.callsToday()).toBe(3);
  });
});

type Got = {
  status: number;
  headers: Awaited<ReturnType<typeof ask>>['headers'];
  text: string;
  parsed: () => Envelope;
};
type Probe = (got: Got, twin: Twin) => void;

const ok = '{"status":"1","message":"OK","customers":[';
const gardenNames = ['100% Roses', 'aster Bay', 'Québec Fleurs', 'Rose & Co', 'Zinnia'];
const namesIn = ({ parsed }: Got): unknown[] | undefined => parsed().customers?.map((row) => row?.name);

/** What a caller of the garden sees of a fault that comes as a whole reply. */
const wholeReplies: Partial<Record<FaultName, Probe>> = {
  slow: (got) => expect(namesIn(got)).toEqual(gardenNames),
  dripping: (got) => expect(namesIn(got)).toEqual(gardenNames),
  'error-500': ({ status, text }) => expect(`${status} ${text}`).toContain('500 <html>'),
  'error-502': ({ status }) => expect(status).toBe(502),
  'error-503': ({ status, headers }) => expect([status, headers['retry-after']]).toEqual([503, '9']),
  'error-504': ({ status }) => expect(status).toBe(504),
  'rate-limited': ({ status, headers }) => expect([status, headers['retry-after']]).toEqual([429, '9']),
  truncated: ({ status, text, parsed }) => {
    expect([status, text.startsWith(ok)]).toEqual([200, true]);
    expect(parsed).toThrow(SyntaxError);
  },
  html: ({ status, headers, text }) =>
    expect([status, headers['content-type'], text.slice(0, 6)]).toEqual([
      200,
      'text/html;charset=UTF-8',
      '<html>',
    ]),
  'not-json': ({ headers, parsed }) => {
    expect(headers['content-type']).toContain('json');
    expect(parsed).toThrow(SyntaxError);
  },
  'null-body': ({ parsed }) => expect(parsed()).toBeNull(),
  'wrong-shape': ({ parsed }) =>
    expect(parsed()).toMatchObject({ status: '1', customers: { 9: { name: 'aster Bay' } } }),
  'array-at-top': ({ parsed }) => expect(parsed()).toHaveLength(5),
  'empty-list': ({ text }) => expect(text).toBe(`${ok}]}`),
  'short-list': (got) => expect(namesIn(got)).toEqual(['100% Roses']),
  'bad-rows': ({ parsed }) => {
    const { customers = [] } = parsed();
    expect(customers[0]).toEqual({ name: '100% Roses' });
    expect(customers[3]).toEqual({ id: '10', name: null });
    expect(customers[1]).toMatchObject({ id: '9', name: 'aster Bay' });
  },
  deep: ({ text }) => expect(text).toContain('[[[[[[['),
  'wrong-encoding': ({ headers, text }) => {
    expect(headers['content-encoding']).toBe('gzip');
    expect(text).toContain(ok);
  },
  'huge-string': ({ text }) => expect(text.length).toBeGreaterThan(50_000_000),
  'prototype-keys': ({ text, parsed }) => {
    expect(text).toContain('"__proto__":{');
    expect(Object.keys(parsed().customers![0]!)).toContain('constructor');
  },
  'duplicate-keys': (got) => {
    expect(got.text.split('"id"')).toHaveLength(11);
    expect(namesIn(got)).toEqual(gardenNames);
  },
  'other-customer': (got) => expect(namesIn(got)).toEqual(['Closed Rose']),
  redirect: ({ status, headers }, twin) =>
    expect({ status, ...headers }).toMatchObject({ status: 302, location: `${twin.url}/followed` }),
  'set-cookie': (got) => {
    expect(namesIn(got)).toEqual(gardenNames);
    expect(got.headers).toMatchObject({
      'set-cookie': expect.anything(),
      'cache-control': 'public, max-age=3600',
    });
  },
  'quota-spent': ({ parsed }) =>
    expect(parsed()).toEqual({ status: '0', message: defaultBehaviour.quotaText }),
  unauthorized: ({ parsed }) =>
    expect(parsed()).toEqual({ status: '0', message: defaultBehaviour.badTokenText }),
  'echo-token': ({ parsed }, twin) => expect(parsed().message).toContain(addressOf(twin, '', 's3cret')),
};

/** Faults that a caller sees in the connection; each asks by itself. */
const brokenReplies: Partial<Record<FaultName, (twin: Twin) => Promise<void>>> = {
  async reset(twin) {
    await expect(ask(twin)).rejects.toMatchObject({ code: 'ECONNRESET' });
  },
  async 'reset-mid-body'(twin) {
    const { statusCode, body } = await request(addressOf(twin, ''));
    expect(statusCode).toBe(200);
    await expect(body.text()).rejects.toMatchObject({ code: 'ECONNRESET' });
  },
  async stalled(twin) {
    const { headers, body } = await request(addressOf(twin, ''), { signal: AbortSignal.timeout(300) });
    let seen = 0;
    const reading = (async () => {
      for await (const piece of body) seen += (piece as Buffer).length;
    })();
    await expect(reading).rejects.toThrow();
    expect(seen).toBe(Math.ceil(Number(headers['content-length']) / 2));
  },
  async 'never-answers'(twin) {
    await expect(request(addressOf(twin, ''), { signal: AbortSignal.timeout(300) })).rejects.toThrow(
      'timeout',
    );
    expect(twin.calls).toHaveLength(1);
  },
  async endless(twin) {
    const { headers, body } = await request(addressOf(twin, ''));
    let start = '';
    for await (const piece of body) {
      start += piece;
      if (start.length > 5_000_000) break;
    }
    expect(headers['content-length']).toBeUndefined();
    expect(start).toContain('"name":"And Another 5000"');
  },
  async 'double-encoded'(twin) {
    const { headers, body } = await ask(twin);
    expect(headers['content-encoding']).toBe('gzip, gzip');
    expect(gunzipSync(gunzipSync(body)).toString()).toContain(ok);
  },
  async 'gzip-bomb'(twin) {
    const { headers, body } = await request(addressOf(twin, ''));
    expect(Number(headers['content-length'])).toBeLessThan(3_000_000);
    let length = 0;
    for await (const piece of body.pipe(createGunzip())) length += (piece as Buffer).length;
    expect(length).toBe(400 * 1024 * 1024 + `${ok}]}`.length);
  },
};

describe('the faults', () => {
  const options: FaultOptions = { delayMs: 1, retryAfter: 9 };

  test.each(Object.entries(wholeReplies))('%s', async (name, probe) => {
    await using twin = await startGarden();
    twin.faults.turnOn(name as FaultName, options);
    const { status, headers, body } = await ask(twin, '', {}, 's3cret');
    const text = body.toString();
    probe({ status, headers, text, parsed: () => JSON.parse(text) }, twin);
    expect(twin.calls[0]!.outcome).toBe(name);
    expect(JSON.stringify(twin.calls)).not.toContain('s3cret');
  });

  test.each(Object.entries(brokenReplies))('%s', async (name, probe) => {
    await using twin = await startGarden();
    twin.faults.turnOn(name as FaultName, options);
    await probe(twin);
    expect(twin.calls[0]!.outcome).toBe(name);
    await twin.close();
    expect(twin.openSockets()).toBe(0);
  });

  test('every fault has a description and is in these tests', () => {
    const tested = [...Object.keys(wholeReplies), ...Object.keys(brokenReplies)];
    expect(tested.sort()).toEqual(Object.keys(faultDescriptions).sort());
  });

  test('queued faults meet the coming calls, one each, and are over then', async () => {
    await using twin = await startGarden();
    twin.faults.next('error-503', {}, 2);
    twin.faults.next('empty-list');
    for (let call = 0; call < 4; call++) await ask(twin);
    const outcomes = ['error-503', 'error-503', 'empty-list', 'answered'];
    expect(twin.calls.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test('faults of different kinds join, a queued one goes before those turned on', async () => {
    await using twin = await startGarden({ faults: ['set-cookie', 'short-list'] });
    twin.faults.next('error-500');
    expect((await ask(twin)).status).toBe(500);
    const both = await ask(twin);
    expect(both.headers['set-cookie']).toBeDefined();
    expect(JSON.parse(both.body.toString()).customers).toHaveLength(1);
    twin.faults.turnOff('short-list');
    expect(await names(twin)).toHaveLength(5);
    twin.faults.turnOff();
    expect((await ask(twin)).headers['set-cookie']).toBeUndefined();
  });

  test('a redirect that is followed shows in the calls', async () => {
    await using twin = await startGarden({ faults: ['redirect'] });
    await (await fetch(addressOf(twin, ''))).text();
    expect(twin.calls.map(({ outcome }) => outcome)).toEqual(['redirect', 'followed-redirect']);
    twin.faults.turnOn('redirect', { location: 'http://127.0.0.1:1/elsewhere' });
    expect((await ask(twin)).headers).toMatchObject({ location: 'http://127.0.0.1:1/elsewhere' });
  });

  test('other-customer invents one where every customer matches', async () => {
    await using twin = await startTwin({ customers: 2, faults: ['other-customer'] });
    expect(await names(twin)).toEqual(['Somebody Else']);
  });

  test('a fault that nobody knows is refused', async () => {
    await using twin = await startGarden();
    expect(() => twin.faults.turnOn('gremlins' as FaultName)).toThrow('no fault "gremlins"');
    await expect(startTwin({ faults: ['gremlins' as FaultName] })).rejects.toThrow('no fault "gremlins"');
  });
});

describe('the company', () => {
  test('its list can be changed, and the next call shows it', async () => {
    let time = noon;
    await using twin = await startGarden({ now: () => time });
    const { company } = twin;
    const added = company.add({ name: 'Bluebell' });
    expect(company.get(added.id)).toMatchObject({
      name: 'Bluebell',
      active: true,
      code: null,
      updatedOn: noon,
    });
    time += day;
    company.update('9', { name: 'Aster Cove' });
    company.deactivate('10');
    company.remove('23');
    expect(await names(twin)).toEqual(['100% Roses', 'Aster Cove', 'Bluebell', 'Zinnia']);
    expect(await names(twin, 'updateAsOf=2026-03-11&includeInactive=1')).toEqual(['Aster Cove', 'Rose & Co']);
    company.reactivate('10');
    company.update('9', { updatedOn: 0 });
    expect(await names(twin, 'updateAsOf=2026-03-11')).toEqual(['Rose & Co']);
    expect(company.customers.map(({ id }) => id)).toEqual([
      '10',
      '9',
      '11',
      '12',
      '10000000000000070001',
      added.id,
    ]);
    company.replaceAll([]);
    expect(await names(twin)).toEqual([]);
  });

  test('a customer that is not there or already there is refused', async () => {
    await using twin = await startGarden();
    expect(() => twin.company.update('404', {})).toThrow('no customer 404');
    expect(() => twin.company.remove('404')).toThrow('no customer 404');
    expect(() => twin.company.add({ id: '9', name: 'Twice' })).toThrow('already has a customer 9');
    expect(() => twin.companyOf('nowhere')).toThrow('no company "nowhere"');
    await expect(startTwin({ tokens: { a: { kind: 'company', company: 'nowhere' } } })).rejects.toThrow(
      'nowhere',
    );
  });

  test('companies have lists of their own', async () => {
    const tokens = { a: { kind: 'company' }, b: { kind: 'company', company: 'b' } } as const;
    await using twin = await startTwin({
      customers: 2,
      tokens,
      companies: { b: { customers: 30, seed: 8 } },
    });
    expect(twin.companyOf('b').customers).toEqual(florists(30, 8));
    twin.companyOf('b').deactivate('23423');
    expect((await list(twin, 'id=23423', 'a')).customers).toHaveLength(1);
    expect((await list(twin, 'id=23423', 'b')).customers).toHaveLength(0);
    expect(twin.calls.map(({ company }) => company)).toEqual(['default', 'b']);
  });
});

describe('the data set', () => {
  test('is the same for the same seed, and holds what makes trouble', () => {
    const all = florists(500, 4);
    expect(florists(500, 4)).toEqual(all);
    expect(florists(500, 5)).not.toEqual(all);
    expect(all.slice(0, 2)).toEqual(florists(2));
    expect(florists(0)).toEqual([]);
    expect(new Set(all.map(({ id }) => id)).size).toBe(500);
    expect(all.filter(({ id }) => id.length === 20)).toHaveLength(3);
    expect(all.filter(({ code }) => code?.toUpperCase() === 'SHARED')).toHaveLength(2);
    expect(all.every(({ code }) => code === null || (code.length > 0 && code.length <= 10))).toBe(true);
    expect(all.some(({ code }) => code === null)).toBe(true);
    expect(all.every(({ updatedOn }) => updatedOn < Date.UTC(2026, 0, 1))).toBe(true);
    const wanted = ['Petals & Vine Floral Design', 'Québec Fleurs', '100% Roses', 'Buds_and_Blooms'];
    expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining(wanted));
    expect(new Set(all.map(({ salesPersonId }) => salesPersonId)).size).toBe(13);
    expect(new Set(all.flatMap((row) => row.locationIds)).size).toBe(5);
    const inactive = all.filter(({ active }) => !active).length;
    expect([inactive > 20, inactive < 70]).toEqual([true, true]);
  });

  test('100,000 customers start and are listed', async () => {
    const before = performance.now();
    await using twin = await startTwin({ customers: 100_000 });
    const started = performance.now();
    expect((await list(twin, 'includeInactive=true')).customers).toHaveLength(100_000);
    const listed = performance.now();
    const { body } = await ask(twin, 'includeInactive=true');
    const again = performance.now();
    expect(twin.calls.map(({ rows, bytes }) => [rows, bytes])).toEqual([
      [100_000, body.length],
      [100_000, body.length],
    ]);
    const times = [started - before, listed - started, again - listed].map(
      (time) => `${Math.round(time)} ms`,
    );
    console.info(
      `100,000 customers: started in ${times[0]}, listed and parsed in ${times[1]}, again in ${times[2]}`,
    );
  });
});

describe('the server', () => {
  test('nothing but customer.list exists', async () => {
    await using twin = await startGarden();
    const { statusCode, headers, body } = await request(
      `${twin.url}/vendor.list?authenticationToken=secret&id=1`,
    );
    expect([statusCode, headers['content-type']]).toEqual([404, 'text/html;charset=UTF-8']);
    expect(await body.text()).toContain('404 Not Found');
    const { at, method, path, parameters, company, outcome } = twin.calls[0]!;
    expect({ at, method, path, parameters, company, outcome }).toEqual({
      at: noon,
      method: 'GET',
      path: '/api/vendor.list',
      parameters: { id: '1' },
      company: null,
      outcome: 'not-found',
    });
  });

  test('a call that waits holds what was true on arrival, and is ended by close', async () => {
    await using twin = await startGarden({ latencyMs: 50 });
    const waiting = names(twin, 'id=9');
    await expect.poll(() => twin.calls.length, { interval: 1 }).toBe(1);
    twin.company.remove('9');
    expect(await waiting).toEqual(['aster Bay']);
    twin.latencyMs = 3_600_000;
    const ended = expect(ask(twin)).rejects.toThrow();
    await expect.poll(() => twin.calls.length, { interval: 1 }).toBe(2);
    expect(twin.openSockets()).toBeGreaterThan(0);
    await twin.close();
    await ended;
    expect(twin.openSockets()).toBe(0);
    await twin.close();
  });

  test('a port that is taken is an error of startTwin', async () => {
    await using twin = await startGarden();
    await expect(startTwin({ port: twin.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('percent signs that encode nothing, and a query without sense, are taken as they are', async () => {
    await using twin = await startGarden({ behaviour: { wildcards: false } });
    expect(await names(twin, 'name=0%+r&&=&%E9=1')).toEqual(['100% Roses']);
    expect(await names(twin, '__proto__=1&constructor=2&id=9')).toEqual(['aster Bay']);
  });
});
