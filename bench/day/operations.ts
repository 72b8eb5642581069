import type { Random } from '../../src/twin/random.ts';
import type { TwinCustomer } from '../../src/twin/twin.ts';
import {
  count,
  findByCode,
  findById,
  type NaiveFilter,
  type NaiveOrder,
  select,
  sortCounts,
} from './naive.ts';
import type { Rows } from './oracle.ts';

/** What a caller sends, and what must come back. */
export type Operation = {
  readonly kind: string;
  readonly query: string;
  readonly variables: object;
  /** `data`, and how many errors are right to come beside it. */
  readonly expect: (rows: Rows) => { readonly data: unknown; readonly errors: number };
};

const fields = 'id name code active salesPerson customerType salesPersonId accountingCode updatedOn';
const documents = {
  id: `query ($id: ID!) { customer(id: $id) { ${fields} } }`,
  code: `query ($code: String!) { customerByCode(code: $code) { ${fields} } }`,
  ids: `query ($ids: [ID!]!) { customersById(ids: $ids) { ${fields} } }`,
  codes: `query ($codes: [String!]!) { customersByCode(codes: $codes) { ${fields} } }`,
  list: `query ($filter: CustomerFilter, $order: CustomerOrder, $limit: Int, $offset: Int) {
    customers(filter: $filter, orderBy: $order, limit: $limit, offset: $offset) { ${fields} } }`,
  page: `query ($filter: CustomerFilter, $first: Int) { customerConnection(filter: $filter, first: $first) {
    totalCount nodes { ${fields} } pageInfo { hasNextPage } facets {
      customerType { value count } salesPerson { value count } active { value count } } } }`,
};
const byName: NaiveOrder = { field: 'NAME', direction: 'ASC' };

/** A hundred turns hold every kind as often as a company's programs and people ask for it. */
const turns: readonly (readonly [share: number, make: (random: Random, now: Rows) => Operation])[] = [
  [28, (random, now) => byId(someId(random, now))],
  [20, (random, now) => byCode(someCode(random, now))],
  [12, (random, now) => byIds(some(random, 1, 12, () => someId(random, now)))],
  [8, (random, now) => byCodes(some(random, 1, 12, () => someCode(random, now)))],
  [14, (random, now) => list('name', { name: somePattern(random, now) }, byName, 20)],
  [5, (random, now) => page(random, now)],
  [8, (random, now) => list('filter', someFilter(random, now), someOrder(random), 15, random.below(30))],
  [5, (random) => byId(unknownId(random))],
];
const hundred = turns.flatMap(([share, make]) => Array.from({ length: share }, () => make));

/** Any operation; keys are taken from the company as it is, so that most of them exist. */
export function makeOperation(random: Random, now: Rows): Operation {
  return random.pick(hundred)(random, now);
}

/** An answer in the form that it is compared in. */
export function normalise(data: unknown): unknown {
  const { customerConnection: page } = data as {
    customerConnection?: { facets: Record<string, { value: unknown; count: number }[]> };
  };
  if (!page) return data;
  for (const [name, counts] of Object.entries(page.facets)) {
    const falls = counts.every((each, index) => index === 0 || each.count <= (counts[index - 1]?.count ?? 0));
    page.facets[name] = falls ? sortCounts(counts) : [];
  }
  return data;
}

function byId(id: string): Operation {
  return {
    kind: 'id',
    query: documents.id,
    variables: { id },
    expect: (rows) => ({ data: { customer: findById(rows, id)?.shown ?? null }, errors: 0 }),
  };
}

function byCode(code: string): Operation {
  return {
    kind: 'code',
    query: documents.code,
    variables: { code },
    expect: (rows) => {
      const [customerByCode, errors] = oneByCode(rows, code);
      return { data: { customerByCode }, errors };
    },
  };
}

function byIds(ids: readonly string[]): Operation {
  return {
    kind: 'ids',
    query: documents.ids,
    variables: { ids },
    expect: (rows) => ({
      data: { customersById: ids.map((id) => findById(rows, id)?.shown ?? null) },
      errors: 0,
    }),
  };
}

function byCodes(codes: readonly string[]): Operation {
  return {
    kind: 'codes',
    query: documents.codes,
    variables: { codes },
    expect: (rows) => {
      const found = codes.map((code) => oneByCode(rows, code));
      return {
        data: { customersByCode: found.map(([customer]) => customer) },
        errors: found.reduce((sum, [, errors]) => sum + errors, 0),
      };
    },
  };
}

/** A code that several share is an error, not a choice. */
function oneByCode(rows: Rows, code: string): [customer: object | null, errors: number] {
  const [only, ...others] = findByCode(rows, code);
  return others.length > 0 ? [null, 1] : [only?.shown ?? null, 0];
}

function list(kind: string, filter: NaiveFilter, order: NaiveOrder, limit: number, offset = 0): Operation {
  return {
    kind,
    query: documents.list,
    variables: { filter, order, limit, offset },
    expect: (rows) => ({
      data: {
        customers: select(rows, filter, order)
          .slice(offset, offset + limit)
          .map(({ shown }) => shown),
      },
      errors: 0,
    }),
  };
}

function page(random: Random, now: Rows): Operation {
  const filter = random.below(2) === 0 ? { includeInactive: true } : someFilter(random, now);
  const first = 5;
  return {
    kind: 'page',
    query: documents.page,
    variables: { filter, first },
    expect: (rows) => {
      const found = select(rows, filter, byName);
      const customerConnection = {
        totalCount: found.length,
        nodes: found.slice(0, first).map(({ shown }) => shown),
        pageInfo: { hasNextPage: found.length > first },
        facets: {
          customerType: count(found, 'customerType'),
          salesPerson: count(found, 'salesPerson'),
          active: count(found, 'active'),
        },
      };
      return { data: { customerConnection }, errors: 0 };
    },
  };
}

function some<Value>(random: Random, least: number, most: number, make: () => Value): Value[] {
  return Array.from({ length: least + random.below(most - least + 1) }, make);
}

const someone = (random: Random, { customers }: Rows): TwinCustomer => random.pick(customers);
const unknownId = (random: Random) => `${80_000_000 + random.below(10_000_000)}`;

function someId(random: Random, now: Rows): string {
  const turn = random.below(40);
  if (turn === 0) return unknownId(random);
  const { id } = someone(random, now);
  return turn === 1 ? `0${id}`.slice(0, 20) : id;
}

function someCode(random: Random, now: Rows): string {
  const { code } = someone(random, now);
  const turn = random.below(20);
  if (code === null || turn === 0) return `nobody${random.below(100)}`;
  if (turn < 7) return code.toLowerCase();
  return turn < 12 ? code.toUpperCase() : code;
}

/** Part of a name as people type it: other case, wildcards, no accents. */
function somePattern(random: Random, now: Rows): string {
  const letters = Array.from(someone(random, now).name);
  const from = random.below(letters.length);
  const part = letters
    .slice(from, from + 2 + random.below(6))
    .map((each) => (/[%_\\]/.test(each) ? `\\${each}` : each));
  const turn = random.below(10);
  if (turn === 0) part[random.below(part.length)] = '_';
  if (turn === 1) part.splice(random.below(part.length), 0, '%');
  const pattern = part.join('');
  if (turn < 4) return pattern.toUpperCase();
  return turn < 6 ? pattern.normalize('NFD').replace(/\p{Mn}/gu, '') : pattern;
}

function someFilter(random: Random, now: Rows): NaiveFilter {
  const { salesPerson, salesPersonId, customerType } = someone(random, now);
  const parts: readonly NaiveFilter[] = [
    { active: false },
    { active: true, ...(customerType !== null && { customerType: customerType.toUpperCase() }) },
    { ...(salesPerson !== null && { salesPerson: salesPerson.toLowerCase() }) },
    { includeInactive: true, ...(salesPersonId !== null && { salesPersonId }) },
    { updatedSince: '2026-03-10', includeInactive: true },
    { ids: some(random, 0, 5, () => someId(random, now).replace(/^0+/, '')), includeInactive: true },
    { codes: some(random, 0, 5, () => someCode(random, now)) },
    { name: somePattern(random, now), ...(customerType !== null && { customerType }) },
  ];
  return random.pick(parts);
}

function someOrder(random: Random): NaiveOrder {
  const orderFields: readonly NaiveOrder['field'][] = ['NAME', 'CODE', 'ID', 'SALES_PERSON', 'UPDATED_ON'];
  return { field: random.pick(orderFields), direction: random.pick(['ASC', 'DESC']) };
}
