import { florists, type TwinCustomer } from './florists.ts';

/** One company's customers and its spent calls; a test changes them here, as people would in Komet's own screens. */
export type TwinCompany = {
  readonly name: string;
  /** All customers, inactive ones included, oldest first. */
  readonly customers: readonly TwinCustomer[];
  get(id: string): TwinCustomer | undefined;
  /** Adds an active customer; what is not given is empty, the id is new and `updatedOn` is now. */
  add(customer: Partial<TwinCustomer> & { readonly name: string }): TwinCustomer;
  /** Changes a customer and sets `updatedOn` to now, unless the patch names another time. */
  update(id: string, patch: Partial<TwinCustomer>): TwinCustomer;
  deactivate(id: string): TwinCustomer;
  reactivate(id: string): TwinCustomer;
  /** Takes the row away without a trace, as no `updateAsOf` would ever tell. */
  remove(id: string): void;
  replaceAll(customers: readonly TwinCustomer[]): void;
  /** Calls counted against the quota in the current UTC day. */
  callsToday(): number;
  resetQuota(): void;
};

/** What the twin itself needs besides. */
export type CompanyBooks = TwinCompany & {
  /** Rises with every change of the list. */
  readonly revision: () => number;
  readonly quotaSpent: () => boolean;
  readonly countCall: () => void;
  /** The customers ordered by name without regard to case, or by id as numbers. */
  readonly ordered: (by: 'name' | 'id') => readonly TwinCustomer[];
};

/** The company of a token that names none. */
export const defaultCompany = 'default';

/**
 * @param options.customers how many florists to start with
 * @param options.quota calls a UTC day (komet-api.md 2.3)
 * @param options.now the clock, in milliseconds since 1970
 */
export function createCompany(options: {
  readonly name: string;
  readonly customers: number;
  readonly seed: number;
  readonly quota: number;
  readonly now: () => number;
}): CompanyBooks {
  const { name, quota, now } = options;
  let byId = new Map(florists(options.customers, options.seed).map((customer) => [customer.id, customer]));
  let revision = 0;
  let nextId = 5_000_000;
  let quotaDay = -1;
  let calls = 0;
  let all: { revision: number; rows: TwinCustomer[] } | undefined;
  const orders = new Map<'name' | 'id', { revision: number; rows: readonly TwinCustomer[] }>();

  const customers = (): readonly TwinCustomer[] => {
    if (all?.revision !== revision) all = { revision, rows: [...byId.values()] };
    return all.rows;
  };
  const known = (id: string): TwinCustomer => {
    const customer = byId.get(id);
    if (!customer) throw new Error(`the twin has no customer ${id}`);
    return customer;
  };
  const keep = (customer: TwinCustomer): TwinCustomer => {
    byId.set(customer.id, customer);
    revision += 1;
    return customer;
  };
  const update = (id: string, patch: Partial<TwinCustomer>): TwinCustomer =>
    keep({ ...known(id), updatedOn: now(), ...patch, id });
  const freshId = (): string => {
    while (byId.has(`${nextId}`)) nextId += 1;
    return `${nextId++}`;
  };
  const callsToday = (): number => {
    const day = Math.floor(now() / 86_400_000);
    if (day !== quotaDay) {
      quotaDay = day;
      calls = 0;
    }
    return calls;
  };

  return {
    name,
    get customers() {
      return customers();
    },
    get: (id) => byId.get(id),
    add(customer) {
      if (customer.id !== undefined && byId.has(customer.id)) {
        throw new Error(`the twin already has a customer ${customer.id}`);
      }
      return keep({
        id: freshId(),
        code: null,
        active: true,
        salesPerson: null,
        customerType: null,
        salesPersonId: null,
        accountingCode: null,
        updatedOn: now(),
        locationIds: [],
        ...customer,
      });
    },
    update,
    deactivate: (id) => update(id, { active: false }),
    reactivate: (id) => update(id, { active: true }),
    remove(id) {
      known(id);
      byId.delete(id);
      revision += 1;
    },
    replaceAll(rows) {
      byId = new Map(rows.map((customer) => [customer.id, customer]));
      revision += 1;
    },
    callsToday,
    resetQuota() {
      calls = 0;
    },
    revision: () => revision,
    quotaSpent: () => callsToday() >= quota,
    countCall() {
      calls = callsToday() + 1;
    },
    ordered(by) {
      const earlier = orders.get(by);
      if (earlier?.revision === revision) return earlier.rows;
      const rows = by === 'name' ? sortedByName(customers()) : customers().toSorted(byNumericId);
      orders.set(by, { revision, rows });
      return rows;
    },
  };
}

/** Lower-cases once a row, not once a comparison. */
function sortedByName(customers: readonly TwinCustomer[]): readonly TwinCustomer[] {
  return customers
    .map((customer) => ({ customer, key: customer.name.toLowerCase() }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : byNumericId(a.customer, b.customer)))
    .map(({ customer }) => customer);
}

/** Ids have no leading zeros, so the longer one is the greater. */
function byNumericId(a: TwinCustomer, b: TwinCustomer): number {
  return a.id.length - b.id.length || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
