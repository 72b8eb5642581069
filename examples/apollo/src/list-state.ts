import type {
  CountCustomersQueryVariables,
  CustomerDetailsFragment,
  CustomerFilter,
  CustomerOrderField,
  OrderDirection,
} from './generated/operations.ts';

export type Activity = 'active' | 'inactive' | 'all';

/** What the list shows, all of it in the address: it can be bookmarked, shared and gone back to. */
export type ListState = {
  readonly search: string;
  readonly activity: Activity;
  readonly type: string | null;
  readonly salesPerson: string | null;
  readonly field: CustomerOrderField;
  readonly direction: OrderDirection;
};

export const pageSize = 25;

export const columns = [
  { field: 'NAME', label: 'Name' },
  { field: 'CODE', label: 'Code' },
  { field: 'CUSTOMER_TYPE', label: 'Type' },
  { field: 'SALES_PERSON', label: 'Sales person' },
  { field: 'UPDATED_ON', label: 'Last changed' },
] as const satisfies readonly { field: CustomerOrderField; label: string }[];

export const emptyList: ListState = {
  search: '',
  activity: 'active',
  type: null,
  salesPerson: null,
  field: 'NAME',
  direction: 'ASC',
};

const activities: readonly Activity[] = ['active', 'inactive', 'all'];

export function readList(query: string): ListState {
  const parameters = new URLSearchParams(query);
  const [sort = '', direction] = (parameters.get('sort') ?? '').split('-');
  return {
    search: parameters.get('search') ?? emptyList.search,
    activity: activities.find((each) => each === parameters.get('show')) ?? emptyList.activity,
    type: parameters.get('type'),
    salesPerson: parameters.get('sales-person'),
    field: columns.find(({ field }) => field === sort.toUpperCase())?.field ?? emptyList.field,
    direction: direction === 'desc' ? 'DESC' : 'ASC',
  };
}

export function listPath({ search, activity, type, salesPerson, field, direction }: ListState): string {
  const parameters = new URLSearchParams();
  if (search !== '') parameters.set('search', search);
  if (activity !== emptyList.activity) parameters.set('show', activity);
  if (type !== null) parameters.set('type', type);
  if (salesPerson !== null) parameters.set('sales-person', salesPerson);
  const sort = direction === 'DESC' ? `${field}-desc` : field;
  if (sort !== emptyList.field) parameters.set('sort', sort.toLowerCase());
  return parameters.size === 0 ? '/' : `/?${parameters}`;
}

const lengths = new Map<string, number>();

/** A list that is come back to is as long as it was left. */
export const rowsOf = (path: string) => lengths.get(path) ?? pageSize;

export function rememberRows(path: string, rows: number): void {
  lengths.set(path, rows);
}

/** Where a customer's page is: by its code where it has one, since that is what people know it by. */
export function customerPath({ code, id }: Pick<CustomerDetailsFragment, 'code' | 'id'>): string {
  return code === null ? `/customers/id/${id}` : `/customers/${encodeURIComponent(code)}`;
}

export function filterOf({ search, activity, type, salesPerson }: ListState): CustomerFilter {
  return {
    ...(search !== '' && { name: search }),
    ...(type !== null && { customerType: type }),
    ...(salesPerson !== null && { salesPerson }),
    ...(activity === 'all' ? { includeInactive: true } : { active: activity === 'active' }),
  };
}

export function countsOf(list: ListState): CountCustomersQueryVariables {
  return {
    matching: filterOf(list),
    anyActivity: filterOf({ ...list, activity: 'all' }),
    anyType: filterOf({ ...list, type: null }),
    anySalesPerson: filterOf({ ...list, salesPerson: null }),
  };
}
