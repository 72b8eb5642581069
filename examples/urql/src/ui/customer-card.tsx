import { type ReactNode, useEffect, useRef } from 'react';
import { type Change, useChanges } from '../changes.ts';
import type { CustomerDetailsFragment } from '../generated/operations.ts';
import { emptyList, listPath } from '../list-state.ts';
import { Link } from '../router.tsx';
import { Blossom, hueOf } from './blossom.tsx';
import { rememberShown, wordFor } from './customer-table.tsx';
import { moment } from './format.ts';
import type { Problem } from './problems.ts';
import { Failure, Nothing } from './states.tsx';

type Props = {
  /** `null` when there is none, `undefined` while it is on its way. */
  readonly customer: CustomerDetailsFragment | null | undefined;
  /** What was looked for, in words. */
  readonly wanted: string;
  readonly problem: Problem | undefined;
  readonly onRetry: () => void;
  /** Where the list is. */
  readonly back: string;
};

/** A customer's page, in each of its states. */
export function CustomerCard({ customer, wanted, problem, onRetry, back }: Props) {
  const { recent } = useChanges();
  useEffect(() => {
    document.title = customer ? `${customer.name} · Customers` : 'Customers';
  }, [customer]);
  return (
    <div className="page">
      <nav aria-label="Way back">
        <Link href={back}>
          <span aria-hidden="true">←</span> All customers
        </Link>
      </nav>
      {customer ? (
        <Known customer={customer} change={recent.get(customer.id)} />
      ) : problem ? (
        <Failure problem={problem} onRetry={onRetry} />
      ) : customer === null ? (
        <Nothing title="No such customer">
          <p>Nobody has the {wanted}.</p>
        </Nothing>
      ) : (
        <article className="card outline" aria-busy="true" aria-label="Loading">
          <span style={{ width: '45%', height: '2rem' }} />
          <span style={{ width: '80%' }} />
          <span style={{ width: '65%' }} />
        </article>
      )}
    </div>
  );
}

function Known({ customer, change }: { customer: CustomerDetailsFragment; change: Change | undefined }) {
  const { name, code, active, customerType, salesPerson, salesPersonId, accountingCode, updatedOn, id } =
    customer;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useEffect(() => rememberShown(id), [id]);
  const isChanged = (field: string) => change?.changedFields.includes(field) || undefined;
  return (
    <article className="card" data-changed={change?.kind.toLowerCase()}>
      <header>
        <Blossom hue={hueOf(customerType)} size={64} />
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {name}
          </h1>
          <p>
            <span className="pill" data-active={active || undefined}>
              {active ? 'Active' : 'Inactive'}
            </span>
            {code && <code>{code}</code>}
            <span role="status">{change && <mark>{wordFor(change)} just now</mark>}</span>
          </p>
        </div>
      </header>
      <dl>
        <Fact label="Customer type" isChanged={isChanged('customerType')}>
          {customerType && <Link href={listPath({ ...emptyList, type: customerType })}>{customerType}</Link>}
        </Fact>
        <Fact label="Sales person" isChanged={isChanged('salesPerson')}>
          {salesPerson && <Link href={listPath({ ...emptyList, salesPerson })}>{salesPerson}</Link>}
        </Fact>
        <Fact label="Sales person’s id" isChanged={isChanged('salesPersonId')}>
          {salesPersonId}
        </Fact>
        <Fact label="Accounting code" isChanged={isChanged('accountingCode')}>
          {accountingCode}
        </Fact>
        <Fact label="Komet id">{id}</Fact>
        <Fact label="Last changed in Komet" isChanged={isChanged('updatedOn')}>
          {updatedOn && <time dateTime={updatedOn}>{moment(updatedOn)}</time>}
        </Fact>
      </dl>
    </article>
  );
}

function Fact(props: { label: string; isChanged?: true | undefined; children: ReactNode }) {
  return (
    <div data-changed={props.isChanged}>
      <dt>{props.label}</dt>
      <dd>{props.children ?? <span className="none">none</span>}</dd>
    </div>
  );
}
