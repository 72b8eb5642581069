import { useEffect, useRef } from 'react';
import { type Change, useChanges } from '../changes.ts';
import type { CustomerDetailsFragment, CustomerOrderField } from '../generated/operations.ts';
import { columns, customerPath, type ListState } from '../list-state.ts';
import { Link } from '../router.tsx';
import { Blossom, hueOf } from './blossom.tsx';
import { day } from './format.ts';

type Props = {
  /** Without them, the outline of a table that is on its way. */
  readonly rows: readonly CustomerDetailsFragment[] | undefined;
  readonly list: ListState;
  /** The rows are those of an earlier list while the asked-for one is on its way. */
  readonly isBusy: boolean;
  readonly onSort: (patch: Pick<ListState, 'field' | 'direction'>) => void;
};

export function CustomerTable({ rows, list, isBusy, onSort }: Props) {
  const { recent } = useChanges();
  const body = useRef<HTMLTableSectionElement>(null);
  useReturnOfFocus(body);
  const sortBy = (field: CustomerOrderField) =>
    onSort({ field, direction: list.field === field && list.direction === 'ASC' ? 'DESC' : 'ASC' });
  const ariaSort = (field: CustomerOrderField) =>
    list.field !== field ? undefined : list.direction === 'ASC' ? 'ascending' : 'descending';
  return (
    <table aria-label="Customers" aria-busy={isBusy || !rows} className={isBusy && rows ? 'busy' : undefined}>
      <thead>
        <tr>
          {columns.map(({ field, label }) => (
            <th key={field} scope="col" aria-sort={ariaSort(field)} className={field.toLowerCase()}>
              <button type="button" onClick={() => sortBy(field)}>
                {label}
                <span className="arrow" aria-hidden="true" />
              </button>
            </th>
          ))}
        </tr>
      </thead>
      <tbody ref={body}>
        {rows
          ? rows.map((customer) => (
              <Row key={customer.id} customer={customer} change={recent.get(customer.id)} />
            ))
          : outline.map((width) => <OutlineRow key={width} width={width} />)}
      </tbody>
    </table>
  );
}

type RowProps = { readonly customer: CustomerDetailsFragment; readonly change: Change | undefined };

function Row({ customer, change }: RowProps) {
  const { id, name, code, active, customerType, salesPerson, updatedOn } = customer;
  return (
    <tr data-changed={change?.kind.toLowerCase()} data-inactive={!active || undefined}>
      <td className="name">
        <div>
          <Blossom hue={hueOf(customerType)} />
          <span>
            <Link href={customerPath(customer)} data-customer={id}>
              {name}
            </Link>
            {change && <mark>{wordFor(change)}</mark>}
            {!active && <em>inactive</em>}
            <span className="also">{[code, customerType, salesPerson].filter(Boolean).join(' · ')}</span>
          </span>
        </div>
      </td>
      <td className="code">{code}</td>
      <td className="customer_type">{customerType}</td>
      <td className="sales_person">{salesPerson}</td>
      <td className="updated_on">{updatedOn && <time dateTime={updatedOn}>{day(updatedOn)}</time>}</td>
    </tr>
  );
}

const outline = [62, 48, 71, 55, 66, 43, 58, 74, 51, 69, 46, 60];

function OutlineRow({ width }: { width: number }) {
  return (
    <tr className="outline">
      <td className="name">
        <div>
          <Blossom hue={null} />
          <span style={{ width: `${width}%` }} />
        </div>
      </td>
      <td className="code">
        <span style={{ width: `${width}%` }} />
      </td>
      <td className="customer_type">
        <span style={{ width: `${width + 10}%` }} />
      </td>
      <td className="sales_person">
        <span style={{ width: `${100 - width}%` }} />
      </td>
      <td className="updated_on">
        <span style={{ width: '60%' }} />
      </td>
    </tr>
  );
}

export function wordFor({ kind }: Change): string {
  const words = {
    CREATED: 'new',
    UPDATED: 'changed',
    DEACTIVATED: 'deactivated',
    REACTIVATED: 'active again',
    REMOVED: 'gone',
  };
  return words[kind];
}

/** The customer whose page was left last. */
const last: { shown?: string | undefined } = {};

export function rememberShown(id: string): void {
  last.shown = id;
}

/** Who comes back from a customer's page goes on from that row. */
function useReturnOfFocus(body: { readonly current: HTMLElement | null }) {
  useEffect(() => {
    if (last.shown === undefined) return;
    body.current?.querySelector<HTMLElement>(`[data-customer="${last.shown}"]`)?.focus();
    last.shown = undefined;
  }, [body]);
}
