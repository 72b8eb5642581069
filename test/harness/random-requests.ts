import fc from 'fast-check';

/** A request as bytes on their way: what a well-meaning, a careless and a malicious client may send. */
export type RawRequest = {
  readonly method: 'GET' | 'POST';
  /** After the path, with its question mark. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
};

const ids = ['23423', '25555', '31000', '0', '00023423', '12345678901234567890', 'x1', ''];
const codes = ['ABC', 'abc', 'DEF', 'shared', 'SHARED', 'nobody', ''];
const id = fc.constantFrom(...ids);
const code = fc.constantFrom(...codes);
const name = fc.constantFrom(
  'rose',
  '%rose%',
  'r_se',
  'É',
  '',
  '\\%',
  'a%b_c',
  'x'.repeat(201),
  '"quoted"',
  '🌷',
);
const count = fc.constantFrom(0, 1, 2, 5, 100, -1, 3_000_000_000);

const literal = (value: unknown) => JSON.stringify(value);

const filter = fc
  .record(
    {
      id,
      ids: fc.array(id, { maxLength: 3 }),
      code,
      codes: fc.array(code, { maxLength: 3 }),
      name,
      active: fc.boolean(),
      includeInactive: fc.boolean(),
      customerType: fc.constantFrom('Retailer', 'wholesaler', 'none'),
      updatedSince: fc.constantFrom('2025-01-01', '2025-02-30', 'yesterday'),
    },
    { requiredKeys: [] },
  )
  .map(
    (members) =>
      `{ ${Object.entries(members)
        .map(([key, value]) => `${key}: ${literal(value)}`)
        .join(', ')} }`,
  );

const order = fc.constantFrom(
  '{ field: NAME }',
  '{ field: CODE, direction: DESC }',
  '{ field: ID }',
  '{ field: UPDATED_ON, direction: ASC }',
  '{}',
  '{ field: SIZE }',
);

const scalars = [
  'id',
  'name',
  'code',
  'active',
  'salesPerson',
  'customerType',
  'salesPersonId',
  'accountingCode',
  'updatedOn',
];
const selection = fc
  .array(
    fc.oneof(
      { arbitrary: fc.constantFrom(...scalars), weight: 12 },
      fc.constantFrom(
        '__typename',
        'alias: name',
        'name: code',
        'nope',
        '... on Customer { id name }',
        '...Row',
      ),
      fc.constantFrom(
        'id @include(if: true)',
        'id @skip(if: true)',
        '... @include(if: false) { id }',
        '# a comment\n id',
      ),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((fields) => `{ ${fields.join(' ')} }`);

const optional = (label: string, value: fc.Arbitrary<unknown>) =>
  fc.option(value, { nil: undefined }).map((given) => (given === undefined ? '' : `${label}: ${given} `));

const args = (...parts: fc.Arbitrary<string>[]) =>
  fc.tuple(...parts).map((texts) => (texts.join('').trim() === '' ? '' : `(${texts.join('')})`));

const list = fc.tuple(
  args(
    optional('filter', filter),
    optional('orderBy', order),
    optional('limit', count),
    optional('offset', count),
  ),
  selection,
);
const connection = fc.tuple(
  args(
    optional('filter', filter),
    optional('orderBy', order),
    optional('first', count),
    optional('last', count),
  ),
  selection,
  fc.constantFrom(
    '',
    'totalCount',
    'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }',
    'edges { cursor node { id } }',
    'facets { customerType { value count } active { value count } }',
  ),
);

const rootField = fc.oneof(
  fc.tuple(id, selection).map(([given, fields]) => `customer(id: ${literal(given)}) ${fields}`),
  fc.tuple(code, selection).map(([given, fields]) => `customerByCode(code: ${literal(given)}) ${fields}`),
  fc
    .tuple(fc.array(id, { maxLength: 4 }), selection)
    .map(([given, fields]) => `customersById(ids: ${literal(given)}) ${fields}`),
  fc
    .tuple(fc.array(code, { maxLength: 4 }), selection)
    .map(([given, fields]) => `customersByCode(codes: ${literal(given)}) ${fields}`),
  list.map(([given, fields]) => `customers${given} ${fields}`),
  connection.map(([given, fields, more]) => `customerConnection${given} { nodes ${fields} ${more} }`),
  fc.constantFrom(
    '__typename',
    '__schema { queryType { name } }',
    '__type(name: "Customer") { name }',
    'unknown',
    'customer { id }',
  ),
  fc.constantFrom(
    '_entities(representations: [{ __typename: "Customer", id: "23423" }, null]) { __typename ... on Customer { name } }',
    'kometStatus { rows quota { limit } }',
  ),
);

const literalOperation = fc
  .tuple(
    fc.array(rootField, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', 'query Q ', 'query ', 'mutation ', 'subscription '),
  )
  .map(([fields, head]) => {
    const body = fields.map((field, index) => (index === 0 ? field : `f${index}: ${field}`)).join('\n');
    const fragment = body.includes('...Row') ? '\nfragment Row on Customer { id name active }' : '';
    return { query: `${head}{ ${body} }${fragment}` };
  });

const variableOperation = fc.oneof(
  fc.tuple(fc.oneof(id, fc.constantFrom(23423, null, true)), selection).map(([given, fields]) => ({
    query: `query ($id: ID!) { customer(id: $id) ${fields} }`,
    variables: { id: given },
  })),
  fc.tuple(fc.oneof(code, fc.constantFrom(5, null)), selection).map(([given, fields]) => ({
    query: `query ByCode($code: String = "ABC") { customerByCode(code: $code) ${fields} }`,
    variables: given === null ? {} : { code: given },
  })),
  fc
    .record(
      {
        filter: fc.option(
          fc.record({ name, active: fc.option(fc.boolean()), wrong: fc.constant(1) }, { requiredKeys: [] }),
        ),
        limit: fc.oneof(count, fc.constantFrom('2', 1.5)),
      },
      { requiredKeys: [] },
    )
    .map((variables) => ({
      query:
        'query ($filter: CustomerFilter, $limit: Int) { customers(filter: $filter, limit: $limit) { id name } }',
      variables,
    })),
  fc.record({ ids: fc.array(fc.oneof(id, fc.constantFrom(null, 7)), { maxLength: 5 }) }).map((variables) => ({
    query: 'query Many($ids: [ID!]!) { customersById(ids: $ids) { id name code } }',
    variables,
    operationName: 'Many',
  })),
);

/** Members that belong there, or do not. */
const extras = fc.constantFrom<object>(
  {},
  {},
  {},
  { operationName: null },
  { operationName: 'Q' },
  { operationName: '' },
  { variables: null },
  { variables: [] },
  { variables: 'x' },
  { extensions: {} },
  { extensions: { persistedQuery: { version: 1, sha256Hash: 'abc' } } },
  { unknown: 1 },
);

const operation = fc
  .tuple(
    fc.oneof({ arbitrary: literalOperation, weight: 3 }, { arbitrary: variableOperation, weight: 2 }),
    extras,
  )
  .map(([asked, more]) => ({ ...asked, ...more }));

const badBody = fc.constantFrom(
  '',
  '{',
  'null',
  '[]',
  '42',
  '"query"',
  '{}',
  '{"query":1}',
  '{"query":""}',
  '[{"query":"{__typename}"}]',
  '{"query":"{"}',
);

const headers = fc.record(
  {
    accept: fc.constantFrom(
      '*/*',
      'application/json',
      'application/graphql-response+json',
      'application/graphql-response+json, application/json;q=0.9',
      'text/plain',
      'application/json; charset=utf-8',
    ),
    'x-komet-explain': fc.constantFrom('1', '0'),
    'cache-control': fc.constantFrom('max-age=600', 'max-age=0.5', 'private'),
    'sec-fetch-site': fc.constantFrom('same-origin', 'cross-site', 'none'),
    origin: fc.constantFrom('https://shop.example', 'https://foreign.example'),
    authorization: fc.constantFrom('Bearer nonsense'),
  },
  { requiredKeys: [] },
);

const contentType = fc.oneof(
  { arbitrary: fc.constant('application/json'), weight: 12 },
  fc.constantFrom(
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/json; charset=utf-16',
  ),
);

/** Mostly plain requests, with everything odd mixed in. */
export const randomRequests: fc.Arbitrary<RawRequest> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(operation, fc.oneof({ arbitrary: fc.constant({}), weight: 2 }, headers), contentType)
      .map(([asked, given, type]) => ({
        method: 'POST' as const,
        search: '',
        headers: { ...given, 'content-type': type },
        body: JSON.stringify(asked),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(badBody, headers).map(([body, given]) => ({
      method: 'POST' as const,
      search: '',
      headers: { ...given, 'content-type': 'application/json' },
      body,
    })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(operation, headers).map(([asked, given]) => {
      const parameters = Object.entries(asked).map(([key, value]) => [
        key,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      return {
        method: 'GET' as const,
        search: `?${new URLSearchParams(parameters as string[][])}`,
        headers: given,
        body: undefined,
      };
    }),
  },
);
