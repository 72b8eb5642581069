import type { Customer } from '../komet/customer.ts';
import type { Snapshot } from './snapshot.ts';

export type ChangeKind = 'CREATED' | 'UPDATED' | 'DEACTIVATED' | 'REACTIVATED' | 'REMOVED';

/** What happened to one customer between two snapshots. */
export type CustomerChange = {
  readonly kind: ChangeKind;
  /** As it is now; for `REMOVED` as it was last seen. */
  readonly customer: Customer;
  readonly previous: Customer | null;
  /** Names of the fields that differ; empty for `CREATED` and `REMOVED`. */
  readonly changedFields: readonly (keyof Customer)[];
};

const fields = [
  'name',
  'code',
  'active',
  'salesPerson',
  'customerType',
  'salesPersonId',
  'accountingCode',
  'updatedOn',
] as const satisfies readonly (keyof Customer)[];

/** What `rows` bring to a snapshot: rows that are new or differ. A customer that `rows` lack is no change. */
export function findUpserts(snapshot: Snapshot, rows: readonly Customer[]): CustomerChange[] {
  return rows.flatMap((customer) => {
    const previous = snapshot.byId.get(customer.id);
    if (!previous) return { kind: 'CREATED', customer, previous: null, changedFields: [] } as const;
    const changedFields = fields.filter((field) => customer[field] !== previous[field]);
    return changedFields.length === 0
      ? []
      : { kind: kindOf(previous, customer), customer, previous, changedFields };
  });
}

/** What is in a snapshot but no longer in the whole list. */
export function findRemovals(snapshot: Snapshot, rows: readonly Customer[]): CustomerChange[] {
  const present = new Set(rows.map(({ id }) => id));
  return snapshot.customers
    .filter(({ id }) => !present.has(id))
    .map((previous) => ({ kind: 'REMOVED', customer: previous, previous, changedFields: [] }));
}

function kindOf(previous: Customer, customer: Customer): ChangeKind {
  if (previous.active === customer.active) return 'UPDATED';
  return customer.active ? 'REACTIVATED' : 'DEACTIVATED';
}
