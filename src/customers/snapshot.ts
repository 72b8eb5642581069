import type { Customer } from '../komet/customer.ts';
import { byName, type Order, sortCustomers } from './order.ts';
import { visitAtPace } from './pace.ts';
import { foldCode } from './text.ts';

/**
 * The customer list of one token at one moment, with its indexes. Immutable: a refresh makes a new one, so
 * a running query never sees a change. Customers that are not active are in it too.
 */
export type Snapshot = {
  /** Changes whenever a row does; the same version means the same rows. */
  readonly version: string;
  /** In no order. */
  readonly customers: readonly Customer[];
  readonly byId: ReadonlyMap<string, Customer>;
  /** All who have a code, whatever its case; usually one. */
  withCode(code: string): readonly Customer[];
  /** The customers in an order; sorted once, by name soon after they were read, else at the first need. */
  inOrder(order: Order): Promise<Ordered>;
};

export type Ordered = {
  readonly customers: readonly Customer[];
  /** The folded name of `customers[i]` at `i`, in the order that {@link byName} is. */
  readonly foldedNames: readonly string[] | undefined;
};

/**
 * Indexes a list of rows without holding the event loop for long. Where two rows have one id, the later
 * row counts.
 */
export async function createSnapshot(rows: readonly Customer[], version: string): Promise<Snapshot> {
  const byId = new Map<string, Customer>();
  await visitAtPace(rows, (row) => byId.set(row.id, row));
  const customers = byId.size === rows.length ? rows : [...byId.values()];
  const codes = await indexCodes(customers);
  const orders = new Map<string, Promise<Ordered>>();

  function inOrder(order: Order): Promise<Ordered> {
    const known = orders.get(nameOf(order)) ?? arrange(customers, order);
    orders.set(nameOf(order), known);
    return known;
  }

  // Most lists are asked for in this order, but whoever asks for one customer need not wait for it. Should it
  // fail, whoever asks for a list is told.
  setImmediate(() => inOrder(byName).catch(() => {}));
  return {
    version,
    customers,
    byId,
    withCode: (code) => codes.shared.get(foldCode(code)) ?? only(codes.first.get(foldCode(code))),
    inOrder,
  };
}

async function arrange(rows: readonly Customer[], order: Order): Promise<Ordered> {
  const { customers, keys } = await sortCustomers(rows, order);
  const isByName = nameOf(order) === nameOf(byName);
  // Nobody is without a name.
  return { customers, foldedNames: isByName ? (keys as readonly string[]) : undefined };
}

/** Who has a code; the few codes that several share apart, so that the many others need no list each. */
async function indexCodes(customers: readonly Customer[]) {
  const first = new Map<string, Customer>();
  const shared = new Map<string, Customer[]>();
  await visitAtPace(customers, (customer) => {
    if (customer.code === null) return;
    const code = foldCode(customer.code);
    const other = first.get(code);
    if (!other) first.set(code, customer);
    else shared.set(code, [...(shared.get(code) ?? [other]), customer]);
  });
  return { first, shared };
}

const only = (customer: Customer | undefined) => (customer ? [customer] : []);

const nameOf = ({ field, direction }: Order) => `${field} ${direction}`;
