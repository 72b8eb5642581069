import { useEffect } from 'react';
import type { BrowseCustomersQuery, CountCustomersQuery } from '../generated/operations.ts';
import { columns, emptyList, type ListState, listPath, pageSize } from '../list-state.ts';
import { navigate } from '../router.tsx';
import { CustomerTable } from './customer-table.tsx';
import { Facets } from './facets.tsx';
import { count, number } from './format.ts';
import { LatestChanges } from './latest-changes.tsx';
import type { Problem } from './problems.ts';
import { SearchBox } from './search-box.tsx';
import { Failure, Nothing } from './states.tsx';

type Props = {
  readonly list: ListState;
  readonly page: BrowseCustomersQuery['customerConnection'] | undefined;
  readonly counts: CountCustomersQuery | undefined;
  /** What is shown is not yet what was asked for. */
  readonly isBusy: boolean;
  readonly isLoadingMore: boolean;
  readonly problem: Problem | undefined;
  readonly onMore: () => void;
  readonly onRetry: () => void;
};

/** The list with all around it; it knows nothing of where the data comes from. */
export function CustomerBrowser({ list, page, counts, isBusy, problem, ...rest }: Props) {
  useEffect(() => {
    document.title = 'Customers';
  }, []);
  const change = (patch: Partial<ListState>) => navigate(listPath({ ...list, ...patch }));
  const total = counts?.matching?.totalCount;
  const rows = page?.edges.map(({ node }) => node);
  const shown = rows?.length ?? 0;
  return (
    <div className="browser">
      <h1 className="unseen">Customers</h1>
      <div className="tools">
        <SearchBox
          value={list.search}
          onSearch={(search) => navigate(listPath({ ...list, search }), { replace: list.search !== '' })}
        />
        <label className="sort">
          Sort by{' '}
          <select
            value={`${list.field} ${list.direction}`}
            onChange={(event) => {
              const column = columns.find(({ field }) => event.target.value.startsWith(field));
              const direction = event.target.value.endsWith('DESC') ? 'DESC' : 'ASC';
              if (column) change({ field: column.field, direction });
            }}
          >
            {columns.map(({ field, label }) => [
              <option key={field} value={`${field} ASC`}>{`${label} ↑`}</option>,
              <option key={`-${field}`} value={`${field} DESC`}>{`${label} ↓`}</option>,
            ])}
          </select>
        </label>
        <p className="total" role="status">
          {total !== undefined && count(total, 'customer')}
        </p>
      </div>
      <aside aria-label="Filters and changes">
        <Facets list={list} counts={counts} onChange={change} />
        <LatestChanges />
      </aside>
      <section aria-label="Results">
        {problem && !rows ? (
          <Failure problem={problem} onRetry={rest.onRetry} />
        ) : shown === 0 && rows && !isBusy ? (
          <Nothing title="No customer matches">
            <p>
              {list.search === ''
                ? 'Nobody is left after the filters.'
                : `Nobody’s name has “${list.search}” in it, or the filters leave them out.`}
            </p>
            <button type="button" className="primary" onClick={() => navigate(listPath(emptyList))}>
              Show all customers
            </button>
          </Nothing>
        ) : (
          <CustomerTable rows={rows} list={list} isBusy={isBusy} onSort={change} />
        )}
        {rows && shown > 0 && (
          <footer>
            <span>
              {number(shown)} of {number(Math.max(total ?? 0, shown))} shown
            </span>
            {page?.pageInfo.hasNextPage && (
              <button type="button" onClick={rest.onMore} disabled={rest.isLoadingMore}>
                {rest.isLoadingMore ? 'Loading…' : `Show ${pageSize} more`}
              </button>
            )}
          </footer>
        )}
      </section>
    </div>
  );
}
