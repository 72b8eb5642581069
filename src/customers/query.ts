import type { Customer } from '../komet/customer.ts';
import type { CustomerFilter } from './filter.ts';
import { InvalidInput } from './invalid-input.ts';
import type { Order } from './order.ts';
import { type MembersOf, selectCustomers } from './select.ts';
import type { Snapshot } from './snapshot.ts';

export type CustomerKeys =
  | { readonly by: 'id'; readonly ids: readonly string[] }
  | { readonly by: 'code'; readonly codes: readonly string[] };

/** What one field of a query asks for. Ids and codes are as `readId` and `foldCode` give them. */
export type CustomerQuery =
  | CustomerKeys
  | { readonly by: 'filter'; readonly filter: CustomerFilter; readonly order: Order };

/**
 * For ids and codes one entry a key, in their order: the customer, `null` where there is none, an
 * {@link InvalidInput} where several customers share the code. For a filter its rows in the order asked for.
 */
export type CustomerAnswer = readonly (Customer | InvalidInput | null)[];

/** Answers a query from a snapshot; rows are matched by their fields, never by position. */
export async function answerQuery(
  snapshot: Snapshot,
  query: CustomerQuery,
  idsOf: MembersOf,
): Promise<CustomerAnswer> {
  if (query.by !== 'filter') return findCustomers(snapshot, query);
  return selectCustomers(snapshot, query.filter, query.order, idsOf);
}

/** The same for ids and codes, which takes no time. */
export function findCustomers(snapshot: Snapshot, keys: CustomerKeys): CustomerAnswer {
  return keys.by === 'id'
    ? keys.ids.map((id) => snapshot.byId.get(id) ?? null)
    : keys.codes.map((code) => findByCode(snapshot, code));
}

function findByCode(snapshot: Snapshot, code: string): Customer | InvalidInput | null {
  const [first = null, ...others] = snapshot.withCode(code);
  if (others.length === 0) return first;
  return new InvalidInput(
    `${others.length + 1} customers share the code ${JSON.stringify(code)}; ` +
      'ask for them with customers(filter: { code: … }) or by id.',
  );
}
