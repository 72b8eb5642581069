import type { Customer } from '../komet/customer.ts';
import { byName, type Order, sortCustomers } from './order.ts';
import { createPace } from './pace.ts';
import { fold, foldCode } from './text.ts';

/**
 * The customer list of one token at one moment, with its indexes. Immutable: a refresh makes a new one, so
 * a running query never sees a change. Customers that are not active are in it too.
 */
export type Snapshot = {
  /** Changes whenever a row does; the same version means the same rows. */
  readonly version: string;
  /** In name order. */
  readonly customers: readonly Customer[];
  /** The folded name of `customers[i]` at `i`. */
  readonly foldedNames: readonly string[];
  readonly byId: ReadonlyMap<string, Customer>;
  /** By folded code; several customers may share one. */
  readonly byCode: ReadonlyMap<string, readonly Customer[]>;
  /** The customers in another order; sorted once, at the first need. */
  inOrder(order: Order): Promise<readonly Customer[]>;
};

/**
 * Indexes a list of rows without holding the event loop for long. Where two rows have one id, the later
 * row counts.
 */
export async function createSnapshot(rows: readonly Customer[], version: string): Promise<Snapshot> {
  const pace = createPace();
  const byId = new Map<string, Customer>();
  for (const [index, row] of rows.entries()) {
    byId.set(row.id, row);
    if (index % 1024 === 0) await pace();
  }
  const distinct = byId.size === rows.length ? rows : [...byId.values()];
  const customers = await sortCustomers(distinct, byName);
  const foldedNames: string[] = [];
  const byCode = new Map<string, readonly Customer[]>();
  for (const [index, customer] of customers.entries()) {
    foldedNames.push(fold(customer.name));
    if (customer.code !== null) {
      const key = foldCode(customer.code);
      const sharers = byCode.get(key);
      byCode.set(key, sharers ? [...sharers, customer] : [customer]);
    }
    if (index % 1024 === 0) await pace();
  }
  const orders = new Map<string, Promise<readonly Customer[]>>([
    [nameOf(byName), Promise.resolve(customers)],
  ]);
  return {
    version,
    customers,
    foldedNames,
    byId,
    byCode,
    inOrder(order) {
      const known = orders.get(nameOf(order)) ?? sortCustomers(customers, order);
      orders.set(nameOf(order), known);
      return known;
    },
  };
}

const nameOf = ({ field, direction }: Order) => `${field} ${direction}`;

/** A row's folded name; known where `index` is its place in name order, else folded again. */
export function foldedNameOf(snapshot: Snapshot, customer: Customer, index: number): string {
  return snapshot.customers[index] === customer
    ? (snapshot.foldedNames[index] as string)
    : fold(customer.name);
}
