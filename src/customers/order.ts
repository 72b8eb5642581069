import type { Customer } from '../komet/customer.ts';
import { createPace, visitAtPace } from './pace.ts';
import { fold } from './text.ts';

/** What a list can be sorted by. */
export type OrderField = 'NAME' | 'CODE' | 'ID' | 'SALES_PERSON' | 'CUSTOMER_TYPE' | 'UPDATED_ON';

/** Which way a list runs; rows without a value come last either way, ties are broken by id, ascending. */
export type Order = { readonly field: OrderField; readonly direction: 'ASC' | 'DESC' };

/** The order of a list for which none was asked for. */
export const byName: Order = { field: 'NAME', direction: 'ASC' };

/** What is compared: a folded text, or `null` where the row has no value. */
export type SortKey = string | null;

const sortKeys: Record<OrderField, (customer: Customer) => SortKey> = {
  NAME: ({ name }) => fold(name),
  CODE: ({ code }) => foldOrNull(code),
  ID: ({ id }) => numericKey(id),
  SALES_PERSON: ({ salesPerson }) => foldOrNull(salesPerson),
  CUSTOMER_TYPE: ({ customerType }) => foldOrNull(customerType),
  UPDATED_ON: ({ updatedOn }) => updatedOn,
};

const foldOrNull = (text: string | null) => (text === null ? null : fold(text));

/** Digits compare as numbers once they are of one length (ids have at most 20, komet-api.md 1.2). */
const numericKey = (id: string) => id.padStart(20, '0');

/** The place of a row in an order: what a cursor holds. */
export type Place = { readonly key: SortKey; readonly id: string };

export function placeOf(customer: Customer, order: Order): Place {
  return { key: sortKeys[order.field](customer), id: customer.id };
}

/** Negative where `a` stands before `b`; 0 only for the same customer. */
export function comparePlaces(a: Place, b: Place, direction: Order['direction']): number {
  return compareKeys(a.key, b.key, direction) || compareIds(a.id, b.id);
}

function compareKeys(a: SortKey, b: SortKey, direction: Order['direction']): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b === (direction === 'ASC') ? -1 : 1;
}

/** Ids are digits without leading zeros: the longer is the larger. */
function compareIds(a: string, b: string): number {
  if (a === b) return 0;
  return a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length;
}

/** Rows in an order, with what they were compared by: `keys[i]` is that of `customers[i]`. */
export type Sorted = { readonly customers: readonly Customer[]; readonly keys: readonly SortKey[] };

/** Sorts without ever holding the event loop for long: runs are sorted one by one, then merged. */
export async function sortCustomers(
  customers: readonly Customer[],
  { field, direction }: Order,
): Promise<Sorted> {
  const pace = createPace();
  const keys: SortKey[] = [];
  const keyOf = sortKeys[field];
  await visitAtPace(customers, (customer) => keys.push(keyOf(customer)));
  const compare = (a: number, b: number) =>
    compareKeys(keys[a] as SortKey, keys[b] as SortKey, direction) ||
    compareIds((customers[a] as Customer).id, (customers[b] as Customer).id);

  // Places in `customers`, so that nothing is copied but numbers.
  let places: Uint32Array = new Uint32Array(keys.length).map((_, place) => place);
  for (let from = 0; from < places.length; from += runLength) {
    places.subarray(from, from + runLength).sort(compare);
    await pace();
  }
  for (let length = runLength; length < places.length; length *= 2) {
    const merged = new Uint32Array(places.length);
    for (let from = 0; from < places.length; from += 2 * length) {
      await merge(places.subarray(from, from + length), places.subarray(from + length, from + 2 * length), {
        into: merged.subarray(from),
        compare,
        pace,
      });
    }
    places = merged;
  }
  const sorted: Customer[] = [];
  const sortedKeys: SortKey[] = [];
  await visitAtPace(places, (place) => {
    sorted.push(customers[place] as Customer);
    sortedKeys.push(keys[place] as SortKey);
  });
  return { customers: sorted, keys: sortedKeys };
}

const runLength = 2048;

async function merge(
  left: Uint32Array,
  right: Uint32Array,
  {
    into,
    compare,
    pace,
  }: {
    readonly into: Uint32Array;
    readonly compare: (a: number, b: number) => number;
    readonly pace: () => Promise<void> | undefined;
  },
): Promise<void> {
  // Lists tend to come in name order already.
  if (right.length === 0 || compare(left.at(-1) as number, right[0] as number) < 0) {
    into.set(left);
    into.set(right, left.length);
    return;
  }
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const takeLeft = compare(left[l] as number, right[r] as number) <= 0;
    into[l + r] = (takeLeft ? left[l] : right[r]) as number;
    if (takeLeft) l++;
    else r++;
    if ((l + r) % runLength === 0) await pace();
  }
  into.set(left.subarray(l), l + r);
  into.set(right.subarray(r), left.length + r);
}
