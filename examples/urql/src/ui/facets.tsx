import { type ReactElement, type ReactNode, useState } from 'react';
import type { CountCustomersQuery } from '../generated/operations.ts';
import { type Activity, emptyList, type ListState } from '../list-state.ts';
import { Blossom, hueOf } from './blossom.tsx';
import { number } from './format.ts';

type Props = {
  readonly list: ListState;
  readonly counts: CountCustomersQuery | undefined;
  readonly onChange: (patch: Partial<ListState>) => void;
};

export function Facets({ list, counts, onChange }: Props) {
  const active = counts?.byActivity?.facets.active ?? [];
  const known = { active: countOf(active, true), inactive: countOf(active, false) };
  const activities: [Activity, string, number][] = [
    ['active', 'Active', known.active],
    ['inactive', 'Inactive', known.inactive],
    ['all', 'All', known.active + known.inactive],
  ];
  const chosen = [list.type, list.salesPerson].filter((each) => each !== null).length;
  const isFiltered = chosen > 0 || list.activity !== emptyList.activity;
  const clear = { type: null, salesPerson: null, activity: emptyList.activity };
  return (
    <div className="facets">
      <fieldset className="choice" aria-label="Which customers">
        {activities.map(([activity, label, customers]) => (
          <button
            key={activity}
            type="button"
            aria-pressed={list.activity === activity}
            onClick={() => onChange({ activity })}
          >
            {label} <small>{counts && number(customers)}</small>
          </button>
        ))}
      </fieldset>
      <Facet title="Customer type" isKnown={counts !== undefined}>
        {valued(counts?.byType?.facets.customerType, list.type).map(({ value, count }) => (
          <Value
            key={value}
            mark={<Blossom hue={hueOf(value)} size={16} />}
            {...{ value, count }}
            isChosen={list.type === value}
            onChoose={() => onChange({ type: list.type === value ? null : value })}
          />
        ))}
      </Facet>
      <Facet title="Sales person" isKnown={counts !== undefined}>
        {valued(counts?.bySalesPerson?.facets.salesPerson, list.salesPerson).map(({ value, count }) => (
          <Value
            key={value}
            {...{ value, count }}
            isChosen={list.salesPerson === value}
            onChoose={() => onChange({ salesPerson: list.salesPerson === value ? null : value })}
          />
        ))}
      </Facet>
      {isFiltered && (
        <button type="button" className="quiet" onClick={() => onChange(clear)}>
          Clear filters
        </button>
      )}
    </div>
  );
}

const shortest = 5;

/** Open beside the list, closed above it where the screen is narrow. */
function Facet({
  title,
  isKnown,
  children,
}: {
  title: string;
  isKnown: boolean;
  children: ReactElement<ValueProps>[];
}) {
  const [isLong, setLong] = useState(false);
  const shown = children.filter(({ props }, place) => isLong || place < shortest || props.isChosen);
  const hidden = children.length - shown.length;
  return (
    <details className="facet" open={matchMedia('(min-width: 60rem)').matches}>
      <summary>{title}</summary>
      {isKnown ? <ul>{shown}</ul> : <div className="outline">{outline}</div>}
      {(hidden > 0 || isLong) && (
        <button type="button" className="quiet" aria-expanded={isLong} onClick={() => setLong(!isLong)}>
          {isLong ? 'Fewer' : `${hidden} more`}
        </button>
      )}
    </details>
  );
}

const outline = [70, 55, 80, 62, 48].map((width) => <span key={width} style={{ width: `${width}%` }} />);

type ValueProps = {
  readonly value: string;
  readonly count: number;
  readonly mark?: ReactNode;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
};

function Value({ value, count, mark, isChosen, onChoose }: ValueProps) {
  return (
    <li>
      <button type="button" aria-pressed={isChosen} onClick={onChoose}>
        {mark}
        <span>{value}</span>
        <small>{number(count)}</small>
      </button>
    </li>
  );
}

type Counted<Kind> = { readonly value: Kind; readonly count: number };

const countOf = (counts: readonly Counted<boolean>[], value: boolean) =>
  counts.find((each) => each.value === value)?.count ?? 0;

/** Customers without a value cannot be filtered by it; the chosen value stays even where nobody has it. */
function valued(counts: readonly Counted<string | null>[] | undefined, chosen: string | null) {
  const values = (counts ?? []).flatMap(({ value, count }) => (value === null ? [] : [{ value, count }]));
  const isMissing = chosen !== null && !values.some(({ value }) => value === chosen);
  return isMissing ? [...values, { value: chosen, count: 0 }] : values;
}
