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
  /** All who have a code, whatever its case; usually one. */
  withCode(code: string): readonly Customer[];
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
  const { customers, keys } = await sortCustomers(distinct, byName);
  const codes = await indexCodes(customers, pace);
  const orders = new Map<string, Promise<readonly Customer[]>>([
    [nameOf(byName), Promise.resolve(customers)],
  ]);
  return {
    version,
    customers,
    // Nobody is without a name.
    foldedNames: keys as readonly string[],
    byId,
    withCode: (code) => codes.shared.get(foldCode(code)) ?? only(codes.first.get(foldCode(code))),
    inOrder(order) {
      const known =
        orders.get(nameOf(order)) ?? sortCustomers(customers, order).then((sorted) => sorted.customers);
      orders.set(nameOf(order), known);
      return known;
    },
  };
}

/** Who has a code; the few codes that several share apart, so that the many others need no list each. */
async function indexCodes(customers: readonly Customer[], pace: () => Promise<void> | undefined) {
  const first = new Map<string, Customer>();
  const shared = new Map<string, Customer[]>();
  for (const [index, customer] of customers.entries()) {
    if (index % 1024 === 0) await pace();
    if (customer.code === null) continue;
    const code = foldCode(customer.code);
    const other = first.get(code);
    if (!other) first.set(code, customer);
    else shared.set(code, [...(shared.get(code) ?? [other]), customer]);
  }
  return { first, shared };
}

const only = (customer: Customer | undefined) => (customer ? [customer] : []);

const nameOf = ({ field, direction }: Order) => `${field} ${direction}`;

/** A row's folded name; known where `index` is its place in name order, else folded again. */
export function foldedNameOf(snapshot: Snapshot, customer: Customer, index: number): string {
  return snapshot.customers[index] === customer
    ? (snapshot.foldedNames[index] as string)
    : fold(customer.name);
}
