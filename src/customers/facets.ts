import type { Customer } from '../komet/customer.ts';

/** How many rows have a value; `value` is `null` for the rows without one. */
export type FacetCount<Value> = { readonly value: Value; readonly count: number };

/** Counts over rows, the most frequent value first. */
export type Facets = {
  readonly customerType: readonly FacetCount<string | null>[];
  readonly salesPerson: readonly FacetCount<string | null>[];
  readonly active: readonly FacetCount<boolean>[];
};

export function countFacets(rows: readonly Customer[]): Facets {
  return {
    customerType: countBy(rows, (customer) => customer.customerType),
    salesPerson: countBy(rows, (customer) => customer.salesPerson),
    active: countBy(rows, (customer) => customer.active),
  };
}

function countBy<Value>(rows: readonly Customer[], read: (customer: Customer) => Value): FacetCount<Value>[] {
  const counts = new Map<Value, number>();
  for (const row of rows) {
    const value = read(row);
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts]
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (String(a.value) < String(b.value) ? -1 : 1));
}
