import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Customer } from '../src/komet/customer.ts';
import { createCustomerReader } from '../src/komet/customer-row.ts';
import { readReply } from '../src/komet/wire.ts';

const maxBytes = 64 * 1024 * 1024;

async function read(body: string | Buffer, chunkBytes = 16 * 1024) {
  const bytes = Buffer.from(body as string);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    chunks.push(bytes.subarray(start, start + chunkBytes));
  }
  const reply = await readReply(chunks, { maxBytes });
  if (!reply.succeeded) throw new Error(`refused: ${reply.message}`);
  return reply;
}

async function readRow(row: string): Promise<Customer | undefined> {
  const { customers, dropped } = await read(`{"status":"1","message":"OK","customers":[${row}]}`);
  expect(customers.length + dropped).toBe(1);
  return customers[0];
}

const badResponse = expect.objectContaining({ code: 'KOMET_BAD_RESPONSE' });

const aster: Customer = {
  id: '70101',
  name: 'Aster & Co',
  code: 'ASTER',
  active: true,
  salesPerson: 'Ana Ruiz',
  customerType: 'Wholesaler',
  salesPersonId: '9001',
  accountingCode: 'AR-70101',
  updatedOn: '2024-03-05T14:07:09Z',
};
const asterRow = JSON.stringify({
  ...aster,
  active: '1',
  salesPersonId: 9001,
  updatedOn: '2024-03-05T14:07:09',
});

describe('a row', () => {
  test('is read as documented', async () => {
    expect(await readRow(asterRow)).toEqual(aster);
  });

  test.for([
    ['strings', '"70101"', '"1"', '"9001"'],
    ['numbers', '70101', '1', '9001'],
    ['padded strings and booleans', '" 70101 "', 'true', '" 9001"'],
    ['strings of booleans', '"70101"', '" True"', '"9001"'],
  ])('is the same row with %s', async ([, id, active, salesPersonId]) => {
    const row = await readRow(
      `{"id":${id},"name":" Aster ","active":${active},"salesPersonId":${salesPersonId}}`,
    );
    expect(row).toMatchObject({ id: '70101', name: 'Aster', active: true, salesPersonId: '9001' });
  });

  test.for(['"0"', '0', 'false', '"false"', '"N"'])('is inactive when active is %s', async (active) => {
    expect(await readRow(`{"id":1,"name":"Aster","active":${active}}`)).toMatchObject({ active: false });
  });

  test.for(['null', '""', '"  "', '{}', '[]', 'true', '0', undefined])(
    'has no salesperson when the id is %s',
    async (sent) => {
      const member = sent === undefined ? '' : `,"salesPersonId":${sent}`;
      expect(await readRow(`{"id":1,"name":"Aster"${member}}`)).toMatchObject({ salesPersonId: null });
    },
  );

  test('has null for every label that is absent, null, blank or of another type', async () => {
    const empty = {
      code: null,
      salesPerson: null,
      customerType: null,
      accountingCode: null,
      updatedOn: null,
    };
    for (const blank of ['null', '""', '" "', '{"a":1}', '[1]', 'false']) {
      const members = Object.keys(empty).map((name) => `,"${name}":${blank}`);
      expect(await readRow(`{"id":1,"name":"Aster"${members.join('')}}`)).toMatchObject(empty);
    }
    expect(await readRow('{"id":1,"name":"Aster"}')).toEqual({
      ...empty,
      id: '1',
      name: 'Aster',
      active: true,
      salesPersonId: null,
    });
  });

  test('has labels that were sent as numbers', async () => {
    expect(await readRow('{"id":1,"name":1800,"code":7,"accountingCode":12.5}')).toMatchObject({
      name: '1800',
      code: '7',
      accountingCode: '12.5',
    });
  });

  test.for([
    ['2024-03-05T14:07:09', '2024-03-05T14:07:09Z'],
    ['2024-03-05 14:07:09', '2024-03-05T14:07:09Z'],
    [' 2024-03-05T14:07:09Z ', '2024-03-05T14:07:09Z'],
    ['2024-03-05t14:07:09z', '2024-03-05T14:07:09Z'],
    ['2024-03-05T14:07:09.123', '2024-03-05T14:07:09Z'],
    ['2024-03-05T14:07:09-05:00', '2024-03-05T19:07:09Z'],
    ['2024-03-05T22:07:09.5-0500', '2024-03-06T03:07:09Z'],
    ['2024-02-29T00:00:00', '2024-02-29T00:00:00Z'],
    ['2023-02-29T00:00:00', null],
    ['2024-13-01T00:00:00', null],
    ['2024-01-01T24:00:00', null],
    ['2024-01-01', null],
    ['0000-00-00 00:00:00', null],
    ['yesterday', null],
  ])('updated on %j was updated at %j', async ([sent, updatedOn]) => {
    const row = await readRow(`{"id":1,"name":"Aster","updatedOn":${JSON.stringify(sent)}}`);
    expect(row).toMatchObject({ updatedOn });
  });

  test.for([
    [
      'an id of 20 digits as a number',
      '{"id":12345678901234567890,"name":"A"}',
      { id: '12345678901234567890' },
    ],
    ['an id of 16 digits as a number', '{"id" : 9007199254740993 ,"name":"A"}', { id: '9007199254740993' }],
    [
      'a salesperson id of 20 digits',
      '{"id":1,"name":"A","salesPersonId":98765432109876543210}',
      { salesPersonId: '98765432109876543210' },
    ],
    [
      'a code of 18 digits as a number',
      '{"id":1,"name":"A","code":100000000000000001}',
      { code: '100000000000000001' },
    ],
    [
      'a name of 20 digits as a number',
      '{"id":1,"name":12345678901234567890}',
      { name: '12345678901234567890' },
    ],
  ] as const)('keeps every digit of %s', async ([, row, expected]) => {
    expect(await readRow(row)).toMatchObject(expected);
  });

  test.for([
    'null',
    '17',
    '"text"',
    '[]',
    '{}',
    '{"id":1}',
    '{"name":"A"}',
    '{"id":1,"name":" "}',
    '{"id":null,"name":"A"}',
    '{"id":"","name":"A"}',
    '{"id":"A1","name":"A"}',
    '{"id":-1,"name":"A"}',
    '{"id":1.5,"name":"A"}',
    '{"id":123456789012345678901,"name":"A"}',
    '{"id":1e30,"name":"A"}',
    '{"id":1,"name":{}}',
    '{"__proto__":{"id":1,"name":"A"}}',
    '{"constructor":{"id":1,"name":"A"}}',
  ])('%s is dropped and its neighbours stay', async (row) => {
    const { customers, dropped } = await read(`{"status":1,"customers":[${asterRow},${row},${asterRow}]}`);
    expect({ customers, dropped }).toEqual({ customers: [aster, aster], dropped: 1 });
  });

  test('with hostile member names is harmless', async () => {
    const row = await readRow(
      '{"id":1,"name":"A","__proto__":{"code":"X"},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(row).toMatchObject({ id: '1', code: null });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('shares its labels with the other rows and its shape', async () => {
    const { customers } = await read(`{"status":1,"customers":[${asterRow},{"name":"B","id":2,"extra":1}]}`);
    expect(customers.map((customer) => Object.keys(customer))).toEqual([
      Object.keys(aster),
      Object.keys(aster),
    ]);
  });
});

describe('an envelope', () => {
  const rows = `[${asterRow},${asterRow}]`;

  test.for<[string, string]>([
    ['the list last', `{"status":"1","message":"OK","customers":${rows}}`],
    ['the list first', `{"customers":${rows},"status":"1","message":"OK"}`],
    [
      'whitespace everywhere',
      ` \r\n\t{ "customers" \n:\t[ ${asterRow} , ${asterRow} ] , "status" : " 1 " } \n`,
    ],
    ['a byte order mark', `\uFEFF{"status":"1","customers":${rows}}`],
    ['an escaped key', `{"status":"1","\\u0063ustomers":${rows}}`],
    [
      'other members',
      `{"customer":[1],"a":{"customers":[{"id":2,"name":"no"}]},"status":1,"b":["customers",[2]],"customers":${rows}}`,
    ],
    [
      'a list that replaces an earlier one',
      `{"customers":[{"id":2,"name":"no"}],"status":1,"customers":${rows}}`,
    ],
    ['a string that looks like a list', `{"message":"\\"customers\\":[1","customers":${rows},"status":true}`],
  ])('may have %s', async ([, body]) => {
    for (const chunkBytes of [1, 2, 7, 16 * 1024]) {
      expect((await read(body, chunkBytes)).customers).toEqual([aster, aster]);
    }
  });

  test.for([
    '{"status":"1","message":"OK","customers":[]}',
    '{"status":"1","message":"Customers not found.","customers":[ ]}',
    '{"status":"1","message":"Customers not found."}',
    '{"status":"1","customers":null}',
    `{"status":"1","customers":[${asterRow}],"customers":null}`,
    `{"status":"1","customers":[${asterRow}],"customers":[]}`,
  ])('%s is an empty list', async (body) => {
    expect(await read(body)).toMatchObject({ customers: [], dropped: 0 });
  });

  test.for([
    '',
    ' ',
    'null',
    '1',
    '[]',
    '"text"',
    `[${rows}]`,
    '{}',
    '<html>"customers":[1]</html>',
    '{"status":"1"',
    '{"status":"1"}}',
    '{"status":"1"} x',
    '{"customers":[]}',
    '{"status":null,"customers":[]}',
    '{"status":"2"}',
    '{"status":["1"]}',
    '{"status":{"toString":1}}',
    '{"status":1,"customers":{}}',
    '{"status":1,"customers":"none"}',
    `{"status":1,"customers":${rows},"customers":5}`,
    '{"status":1,"customers":[,]}',
    '{"status":1,"customers":[1,]}',
    '{"status":1,"customers":[,1]}',
    '{"status":1,"customers":[1 2]}',
    '{"status":1,"customers":[1}',
    '{"status":1,"customers":[1}]}',
    '{"status":1,"customers":[1]]',
    '{"status":1,"customers":[{]},{[}]}',
    '{"status":1,"customers":[{"id":1,"name":"A"]}',
    '{"status":1,"customers":[1][2]}',
    '{"status":1,"customers"::[1]}',
    '{"status":1,"customers":[1],}',
    '{"status":1,"customers":["\u0001"]}',
    `{"status":1,"customers":[${asterRow}`,
    `{"status":1,"customers":[${asterRow.slice(0, -20)}`,
  ])('%s is a bad response', async (body) => {
    for (const chunkBytes of [1, 16 * 1024])
      await expect(read(body, chunkBytes)).rejects.toEqual(badResponse);
  });

  test.for(['{"a":', '[', '{"status":1,"customers":[', '{"status":1,"customers":[{"a":'])(
    'nested 100,000 times from %s on is a bad response',
    async (start) => {
      await expect(read(start + '['.repeat(100_000))).rejects.toEqual(badResponse);
      await expect(read(`${start}${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`)).rejects.toEqual(
        badResponse,
      );
    },
  );

  test('with a comma beside nothing but much whitespace is a bad response', async () => {
    const blank = ' '.repeat(70_000);
    for (const list of [`${blank},1`, `1${blank}, `, `1${blank},${blank}`, `${blank},${blank}`]) {
      await expect(read(`{"status":1,"customers":[${list}]}`)).rejects.toEqual(badResponse);
    }
  });

  test('with one value of two megabytes is a bad response', async () => {
    await expect(read(`{"status":1,"customers":["${'x'.repeat(2e6)}"]}`)).rejects.toEqual(badResponse);
    await expect(read(`{"status":1,"message":"${'x'.repeat(2e6)}"}`)).rejects.toEqual(badResponse);
  });

  test('that says no gives its message and no rows', async () => {
    for (const status of ['"0"', '0', 'false', '" false "']) {
      const body = `{"status":${status},"message":" Not today. ","customers":[${asterRow}]}`;
      expect(await readReply([Buffer.from(body)], { maxBytes })).toEqual({
        succeeded: false,
        message: 'Not today.',
      });
    }
  });
});

test('an observer learns the types and names that were sent', async () => {
  const { observed } = await read(
    '{"status":"1","customers":[{"id":"1","name":"A","active":true},{"id":12345678901234567890,"name":"B","code":null,"phone":"1","active":"1"}]}',
  );
  expect(observed).toEqual({
    fields: {
      id: ['string', 'number'],
      name: ['string'],
      code: ['null', 'absent'],
      active: ['string', 'boolean'],
      salesPerson: ['absent'],
      customerType: ['absent'],
      salesPersonId: ['absent'],
      accountingCode: ['absent'],
      updatedOn: ['absent'],
    },
    extraKeys: ['phone'],
    statusType: 'string',
    hasCustomersKey: true,
  });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`extra${index}`, index]));
  const flooded = await read(JSON.stringify({ status: 1, customers: [{ id: 1, name: 'A', ...many }] }));
  expect(flooded.observed.extraKeys).toHaveLength(20);
});

const space = fc.stringMatching(/^[ \n\r\t]{0,3}$/);
const extra = fc.jsonValue({ maxDepth: 4 });
const almostRow = fc.record(
  {
    id: fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 21n }), fc.stringMatching(/^ ?\d{1,21}$/), extra),
    name: fc.oneof(fc.string({ unit: 'binary' }), fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }), extra),
    code: extra,
    active: fc.constantFrom('1', 0, true, 'no', null),
    salesPerson: fc.oneof(fc.string(), extra),
    salesPersonId: fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 20n }), extra),
    updatedOn: fc.oneof(fc.constant('2024-03-05 14:07:09'), extra),
    more: extra,
    '__proto__ ': extra,
  },
  { requiredKeys: ['id', 'name'] },
);

/** JSON with drawn whitespace between the tokens, perhaps with every character escaped. */
function write(value: unknown, gap: string, escaping: boolean): string {
  const comma = `${gap},${gap}`;
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string' && escaping) return `"${value.replace(/./gs, escaped)}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${gap}${value.map((item) => write(item, gap, escaping)).join(comma)}${gap}]`;
  const members = Object.entries(value).map(
    ([key, item]) => `${write(key, gap, escaping)}${gap}:${gap}${write(item, gap, escaping)}`,
  );
  return `{${gap}${members.join(comma)}${gap}}`;
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What a plain JSON.parse that keeps long numbers exact makes of the rows. */
function readPlainly(body: string) {
  const exact = (_key: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' && /^-?\d{16,}$/.test(source ?? '') ? BigInt(source!) : value;
  const { customers } = JSON.parse(body, exact as (key: string, value: unknown) => unknown) as {
    customers: unknown[];
  };
  const rows = customers.map(createCustomerReader());
  return {
    customers: rows.filter((row) => row !== undefined),
    dropped: rows.filter((row) => row === undefined).length,
  };
}

const changedByte = fc.constantFrom(...'{}[]",:\\ 1a\u0000');

/** That a body, valid or not, is read as JSON.parse would read it, or is a bad response. */
async function expectPlainReading(body: Buffer, chunkBytes: number) {
  const outcome = await read(body, chunkBytes).then(
    ({ customers, dropped }) => ({ customers, dropped }),
    () => 'bad',
  );
  let plain: unknown = 'bad';
  try {
    const envelope = JSON.parse(body.toString()) as { status?: unknown; customers?: unknown };
    if (envelope.status === '1')
      plain = 'customers' in envelope ? readPlainly(body.toString()) : { customers: [], dropped: 0 };
  } catch {}
  expect(outcome).toEqual(plain);
}

test('any list reads as JSON.parse would read it, however it is spaced, escaped, ordered and cut', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.oneof({ weight: 4, arbitrary: almostRow }, extra), { maxLength: 12 }),
    fc.dictionary(
      fc.string().filter((key) => !['status', 'customers', '__proto__'].includes(key)),
      extra,
      { maxKeys: 3 },
    ),
    space,
    fc.boolean(),
    fc.boolean(),
    fc.integer({ min: 1, max: 400 }),
    async (customers, others, gap, escaping, listFirst, chunkBytes) => {
      const envelope = listFirst
        ? { customers, ...others, status: '1' }
        : { status: '1', ...others, customers };
      const body = write(envelope, gap, escaping);
      const { customers: rows, dropped } = await read(body, chunkBytes);
      expect({ customers: rows, dropped }).toEqual(readPlainly(body));
    },
  );
  await fc.assert(property, { numRuns: 300 });
});

test('a list of many batches reads so too, whatever looks like the place between two rows', async () => {
  const like = fc.constantFrom(
    '},{',
    '"},{"',
    '\\"},{',
    '}],"customers":[{',
    '},{"id":"3","name":"no"},{',
    'ł',
    'plain',
  );
  const row = fc.record({
    id: fc.stringMatching(/^[1-9]\d{0,17}$/),
    name: like,
    [`x},{`]: fc.option(like),
    nested: fc.option(fc.array(fc.record({ id: like }), { maxLength: 3 }), { freq: 3 }),
  });
  const property = fc.asyncProperty(
    fc.array(row, { minLength: 1, maxLength: 5 }),
    fc.array(row, { minLength: 0, maxLength: 3 }),
    fc.constantFrom('', '', '', ' '),
    fc.integer({ min: 100, max: 100_000 }),
    fc.option(fc.record({ at: fc.nat(200_000), byte: changedByte })),
    async (usual, odd, gap, chunkBytes, change) => {
      const plain = { id: '7', name: 'x'.repeat(100) };
      const many = Array.from({ length: 4_000 }, (_, index) => usual[index % 7] ?? plain);
      const envelope = { status: '1', customers: [...many, ...odd], others: [...odd, ...usual, ...odd] };
      const body = Buffer.from(write(envelope, gap, false));
      expect(body.length).toBeGreaterThan(200_000);
      if (change) body.write(change.byte, change.at, 'latin1');
      await expectPlainReading(body, chunkBytes);
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

test('a body with one byte changed is read as JSON.parse would read it, or is a bad response', async () => {
  const body = Buffer.from(
    `{"customers":[${asterRow},{"id":2,"name":"B","x":[{"y":[1,"\\\\"]}]}],"status":"1","message":"OK"}`,
  );
  const property = fc.asyncProperty(
    fc.nat(body.length - 1),
    changedByte,
    fc.integer({ min: 1, max: 64 }),
    async (at, byte, chunkBytes) => {
      const changed = Buffer.from(body);
      changed.write(byte, at, 'latin1');
      await expectPlainReading(changed, chunkBytes);
    },
  );
  await fc.assert(property, { numRuns: 2000 });
});

test('the event loop turns while 100,000 rows are read', async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => ({
    ...aster,
    id: String(index),
    name: `Aster number ${index}`,
  }));
  const body = Buffer.from(JSON.stringify({ status: '1', customers: rows }));
  let reading = true;
  let turns = 0;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const reply = read(body, body.length).finally(() => {
    reading = false;
  });
  while (reading) {
    await setImmediate();
    turns++;
  }
  delay.disable();
  console.log(
    `${body.length} bytes: ${turns} turns of the event loop, longest ${(delay.max / 1e6).toFixed(1)} ms`,
  );
  expect((await reply).customers).toHaveLength(100_000);
  expect(turns).toBeGreaterThan(10);
});

test('an abort stops the reading', async () => {
  const abort = new AbortController();
  const row = Buffer.from(`${asterRow},`);
  async function* endless() {
    yield Buffer.from('{"status":1,"customers":[');
    for (;;) {
      yield row;
      if (performance.now() - started > 20) abort.abort(new Error('enough'));
    }
  }
  const started = performance.now();
  await expect(readReply(endless(), { maxBytes, signal: abort.signal })).rejects.toThrow('enough');
});
