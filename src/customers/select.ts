import type { Customer } from '../komet/customer.ts';
import type { CustomerFilter } from './filter.ts';
import { membershipKey } from './memberships.ts';
import { type Order, sortCustomers } from './order.ts';
import { createPace } from './pace.ts';
import type { Snapshot } from './snapshot.ts';
import { createLike, fold, foldCode } from './text.ts';

/** Ids of the members of a location or an upstream name filter, by `membershipKey`. */
export type MembersOf = (key: string) => ReadonlySet<string> | undefined;

/** The rows of a snapshot that satisfy a filter (as {@link readFilter} gives it), in the order asked for. */
export async function selectCustomers(
  snapshot: Snapshot,
  filter: CustomerFilter,
  order: Order,
  idsOf: MembersOf,
): Promise<readonly Customer[]> {
  let foldedNames: readonly string[] | undefined;
  // Before anything is waited for, as the members of a location or a name may be others then.
  const matches = createTest(filter, idsOf, (customer, index) => foldedNames?.[index] ?? fold(customer.name));
  const few = narrow(snapshot, filter, idsOf)?.filter((customer) => matches(customer, -1));
  if (few) return (await sortCustomers(few, order)).customers;
  const ordered = await snapshot.inOrder(order);
  const candidates = ordered.customers;
  foldedNames = ordered.foldedNames;
  const pace = createPace();
  const found: Customer[] = [];
  for (let index = 0; index < candidates.length; index++) {
    const turn = index % 256 === 0 ? pace() : undefined;
    if (turn) await turn;
    const customer = candidates[index] as Customer;
    if (matches(customer, index)) found.push(customer);
  }
  return found;
}

/** The few rows that an index or Komet names, where the filter has such a part; else nothing. */
function narrow(snapshot: Snapshot, filter: CustomerFilter, idsOf: MembersOf): Customer[] | undefined {
  const ids = filter.id !== undefined ? [filter.id] : (filter.ids ?? membersOf(filter, idsOf)[0]);
  if (ids) return distinct([...ids].map((id) => snapshot.byId.get(id) ?? []));
  const codes = filter.code !== undefined ? [filter.code] : filter.codes;
  return codes && distinct(codes.map((code) => snapshot.withCode(code)));
}

const distinct = (found: readonly (Customer | readonly Customer[])[]) => [...new Set(found.flat())];

function membersOf(filter: CustomerFilter, idsOf: MembersOf): ReadonlySet<string>[] {
  const keys = [
    filter.locationId !== undefined && membershipKey('locationId', filter.locationId),
    filter.name !== undefined && membershipKey('name', filter.name),
  ];
  return keys.flatMap((key) => (key && idsOf(key)) || []);
}

type Test = (customer: Customer, index: number) => boolean;

/** Whether one customer satisfies a filter, wherever it is; what only Komet knows of it is left out. */
export function createCustomerTest(filter: CustomerFilter): (customer: Customer) => boolean {
  const test = createTest(
    filter,
    () => undefined,
    ({ name }) => fold(name),
  );
  return (customer) => test(customer, -1);
}

/** Only the parts that were given are tested, the cheap ones first. */
function createTest(
  filter: CustomerFilter,
  idsOf: MembersOf,
  foldedName: (customer: Customer, index: number) => string,
): Test {
  const tests: Test[] = [];
  const { id, ids, code, codes, active, salesPersonId, updatedSince } = filter;
  if (active !== undefined) tests.push((customer) => customer.active === active);
  else if (!filter.includeInactive) tests.push((customer) => customer.active);
  if (id !== undefined) tests.push((customer) => customer.id === id);
  if (ids) tests.push(isOneOf(ids, (customer) => customer.id));
  if (salesPersonId !== undefined) tests.push((customer) => customer.salesPersonId === salesPersonId);
  if (updatedSince !== undefined) {
    tests.push(({ updatedOn }) => updatedOn !== null && updatedOn >= updatedSince);
  }
  if (code !== undefined) tests.push(isOneOf([code], codeOf));
  if (codes) tests.push(isOneOf(codes, codeOf));
  if (filter.salesPerson !== undefined)
    tests.push(isText(filter.salesPerson, (customer) => customer.salesPerson));
  if (filter.customerType !== undefined) {
    tests.push(isText(filter.customerType, (customer) => customer.customerType));
  }
  for (const members of membersOf(filter, idsOf)) tests.push((customer) => members.has(customer.id));
  if (filter.name !== undefined && !idsOf(membershipKey('name', filter.name))) {
    const like = createLike(filter.name);
    tests.push((customer, index) => like(foldedName(customer, index)));
  }
  return (customer, index) => tests.every((test) => test(customer, index));
}

const codeOf = ({ code }: Customer) => (code === null ? null : foldCode(code));

function isOneOf(wanted: readonly string[], read: (customer: Customer) => string | null): Test {
  const set = new Set(wanted);
  return (customer) => {
    const value = read(customer);
    return value !== null && set.has(value);
  };
}

/** Exact but for case; a row's labels repeat, so each distinct one is folded once. */
function isText(wanted: string, read: (customer: Customer) => string | null): Test {
  const folded = foldCode(wanted);
  const known = new Map<string | null, boolean>([[null, false]]);
  return (customer) => {
    const value = read(customer);
    const answer = known.get(value) ?? (value !== null && foldCode(value) === folded);
    known.set(value, answer);
    return answer;
  };
}
