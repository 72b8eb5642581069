import type { TwinCustomer } from '../../src/twin/twin.ts';
import type { Rows } from './oracle.ts';

/**
 * The graph's promises once more, written from its schema without a look at the gateway's code and without a
 * thought for speed beyond what a million answers need.
 */

export type NaiveFilter = {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly code?: string;
  readonly codes?: readonly string[];
  readonly name?: string;
  readonly active?: boolean;
  readonly includeInactive?: boolean;
  readonly salesPerson?: string;
  readonly salesPersonId?: string;
  readonly customerType?: string;
  readonly updatedSince?: string;
};

export type NaiveOrder = {
  readonly field: 'NAME' | 'CODE' | 'ID' | 'SALES_PERSON' | 'UPDATED_ON';
  readonly direction: 'ASC' | 'DESC';
};

/** A customer as the graph shows it, and its texts as comparisons see them. */
export type Row = {
  readonly shown: ReturnType<typeof show>;
  readonly number: bigint;
  readonly plainName: string;
  readonly plainCode: string | null;
  readonly plainSalesPerson: string | null;
  readonly lowCode: string | null;
  readonly lowSalesPerson: string | null;
  readonly lowCustomerType: string | null;
};

const rowsKnown = new WeakMap<TwinCustomer, Row>();

export function rowOf(customer: TwinCustomer): Row {
  const row = rowsKnown.get(customer) ?? {
    shown: show(customer),
    number: BigInt(customer.id),
    plainName: plain(customer.name),
    plainCode: plainOrNull(customer.code),
    plainSalesPerson: plainOrNull(customer.salesPerson),
    lowCode: low(customer.code),
    lowSalesPerson: low(customer.salesPerson),
    lowCustomerType: low(customer.customerType),
  };
  rowsKnown.set(customer, row);
  return row;
}

function show({ updatedOn, locationIds: _, ...rest }: TwinCustomer) {
  const seconds = Math.floor(updatedOn / 1000);
  return { ...rest, updatedOn: `${new Date(seconds * 1000).toISOString().slice(0, 19)}Z` };
}

const plainOrNull = (text: string | null) => (text === null ? null : plain(text));
const low = (text: string | null) => (text === null ? null : text.toLowerCase());

export function findById(rows: Rows, id: string): Row | undefined {
  return indexOf(rows).byId.get(id.replace(/^0+/, ''));
}

export function findByCode(rows: Rows, code: string): readonly Row[] {
  return indexOf(rows).byCode.get(low(code)) ?? [];
}

type Index = {
  readonly byId: ReadonlyMap<string, Row>;
  readonly byCode: ReadonlyMap<string | null, readonly Row[]>;
};
const indexes = new WeakMap<Rows, Index>();

function indexOf(rows: Rows): Index {
  const known = indexes.get(rows);
  if (known) return known;
  const all = rows.customers.map(rowOf);
  const index = {
    byId: new Map(all.map((row) => [row.shown.id, row])),
    byCode: Map.groupBy(all, ({ lowCode }) => lowCode),
  };
  indexes.set(rows, index);
  return index;
}

export function select(rows: Rows, filter: NaiveFilter, order: NaiveOrder): readonly Row[] {
  const { id, ids, code, codes, name, active, salesPersonId, updatedSince, includeInactive = false } = filter;
  const like = name === undefined ? undefined : likeOf(name);
  const lowCodes = codes?.map(low);
  const salesPerson = low(filter.salesPerson ?? null);
  const customerType = low(filter.customerType ?? null);
  return inOrder(rows, order).filter(
    ({ shown, plainName, lowCode, lowSalesPerson, lowCustomerType }) =>
      (active === undefined ? shown.active || includeInactive : shown.active === active) &&
      (id === undefined || shown.id === id) &&
      (ids === undefined || ids.includes(shown.id)) &&
      (code === undefined || lowCode === low(code)) &&
      (lowCodes === undefined || (lowCode !== null && lowCodes.includes(lowCode))) &&
      (salesPerson === null || lowSalesPerson === salesPerson) &&
      (salesPersonId === undefined || shown.salesPersonId === salesPersonId) &&
      (customerType === null || lowCustomerType === customerType) &&
      (updatedSince === undefined || shown.updatedOn >= updatedSince) &&
      (like === undefined || like.test(plainName)),
  );
}

/** Values with how often they occur, in an order that two such counts can be compared in. */
export function count(rows: readonly Row[], field: 'customerType' | 'salesPerson' | 'active') {
  const counts = new Map<unknown, number>();
  for (const { shown } of rows) counts.set(shown[field], (counts.get(shown[field]) ?? 0) + 1);
  return sortCounts([...counts].map(([value, number]) => ({ value, count: number })));
}

/** The graph promises the most frequent first and leaves open what follows among equals. */
export function sortCounts<Count extends { readonly value: unknown; readonly count: number }>(
  counts: readonly Count[],
): Count[] {
  return [...counts].sort((a, b) => b.count - a.count || (`${a.value}` < `${b.value}` ? -1 : 1));
}

function likeOf(pattern: string): RegExp {
  const source = plain(pattern).replace(
    /\\([%_\\])|([%_])|[\\^$.*+?()[\]{}|/-]/g,
    (text, literal, wildcard) => {
      if (literal !== undefined) return literal === '\\' ? '\\\\' : literal;
      if (wildcard !== undefined) return wildcard === '%' ? '[^]*' : '[^]';
      return `\\${text}`;
    },
  );
  return new RegExp(source, 'u');
}

/** Without case and accents; the stroke of Łąka is one too. */
function plain(text: string): string {
  const bare = text.normalize('NFD').replace(/\p{Mn}/gu, '');
  return bare.toLowerCase().replaceAll('ł', 'l');
}

const orders = new WeakMap<Rows, Map<string, readonly Row[]>>();

function inOrder(rows: Rows, order: NaiveOrder): readonly Row[] {
  const kept = orders.get(rows) ?? new Map<string, readonly Row[]>();
  orders.set(rows, kept);
  const name = `${order.field} ${order.direction}`;
  const sorted = kept.get(name) ?? rows.customers.map(rowOf).sort((a, b) => compare(a, b, order));
  kept.set(name, sorted);
  return sorted;
}

function compare(a: Row, b: Row, { field, direction }: NaiveOrder): number {
  const left = sortKey(a, field);
  const right = sortKey(b, field);
  if (left === right) return a.number < b.number ? -1 : 1;
  if (left === null) return 1;
  if (right === null) return -1;
  return left < right === (direction === 'ASC') ? -1 : 1;
}

function sortKey(row: Row, field: NaiveOrder['field']): string | bigint | null {
  switch (field) {
    case 'NAME':
      return row.plainName;
    case 'CODE':
      return row.plainCode;
    case 'ID':
      return row.number;
    case 'SALES_PERSON':
      return row.plainSalesPerson;
    case 'UPDATED_ON':
      return row.shown.updatedOn;
  }
}
