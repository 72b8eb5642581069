import type { Customer } from '../komet/customer.ts';
import { createPace } from './pace.ts';
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
  if (a.key !== b.key) {
    if (a.key === null) return 1;
    if (b.key === null) return -1;
    return a.key < b.key === (direction === 'ASC') ? -1 : 1;
  }
  if (a.id === b.id) return 0;
  return numericKey(a.id) < numericKey(b.id) ? -1 : 1;
}

/** Sorts without ever holding the event loop for long: runs are sorted one by one, then merged. */
export async function sortCustomers(customers: readonly Customer[], order: Order): Promise<Customer[]> {
  const pace = createPace();
  let runs: Placed[][] = [];
  for (let from = 0; from < customers.length; from += runLength) {
    const run = customers
      .slice(from, from + runLength)
      .map((customer) => ({ ...placeOf(customer, order), customer }));
    runs.push(run.sort((a, b) => comparePlaces(a, b, order.direction)));
    await pace();
  }
  while (runs.length > 1) {
    const merged: Placed[][] = [];
    for (let index = 0; index < runs.length; index += 2) {
      merged.push(await merge(runs[index] ?? [], runs[index + 1] ?? [], order.direction, pace));
    }
    runs = merged;
  }
  return (runs[0] ?? []).map(({ customer }) => customer);
}

type Placed = Place & { readonly customer: Customer };
const runLength = 2048;

async function merge(
  left: Placed[],
  right: Placed[],
  direction: Order['direction'],
  pace: () => Promise<void> | undefined,
): Promise<Placed[]> {
  const lastOfLeft = left.at(-1);
  const firstOfRight = right[0];
  // Lists tend to come in name order already.
  if (!lastOfLeft || !firstOfRight || comparePlaces(lastOfLeft, firstOfRight, direction) < 0) {
    return left.concat(right);
  }
  const merged: Placed[] = [];
  let l = 0;
  let r = 0;
  while (l < left.length && r < right.length) {
    const a = left[l] as Placed;
    const b = right[r] as Placed;
    if (comparePlaces(a, b, direction) <= 0) {
      merged.push(a);
      l++;
    } else {
      merged.push(b);
      r++;
    }
    if (merged.length % runLength === 0) await pace();
  }
  for (; l < left.length; l++) merged.push(left[l] as Placed);
  for (; r < right.length; r++) merged.push(right[r] as Placed);
  return merged;
}
