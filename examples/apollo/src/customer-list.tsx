import { NetworkStatus } from '@apollo/client';
import { useQuery } from '@apollo/client/react';
import { useMemo } from 'react';
import { useOnChange } from './changes.ts';
import { BrowseCustomersDocument, CountCustomersDocument } from './generated/operations.ts';
import { useLatest } from './latest.ts';
import {
  countsOf,
  filterOf,
  type ListState,
  listPath,
  pageSize,
  rememberRows,
  rowsOf,
} from './list-state.ts';
import { problemOf } from './problem.ts';
import { CustomerBrowser } from './ui/browser.tsx';

export function CustomerList({ list }: { list: ListState }) {
  const path = listPath(list);
  // Once per list: from then on, Apollo adds pages to it.
  const first = useMemo(() => rowsOf(path), [path]);
  const rows = useQuery(BrowseCustomersDocument, {
    variables: { filter: filterOf(list), orderBy: { field: list.field, direction: list.direction }, first },
    fetchPolicy: 'cache-and-network',
    notifyOnNetworkStatusChange: true,
  });
  const counts = useQuery(CountCustomersDocument, {
    variables: countsOf(list),
    fetchPolicy: 'cache-and-network',
  });
  const { value: page, isCurrent } = useLatest(path, rows.data?.customerConnection);
  const { value: latestCounts } = useLatest(path, counts.data);
  const problem = problemOf(rows.error);

  async function showMore() {
    const after = page?.pageInfo.endCursor;
    const { data } = await rows.fetchMore({ variables: { first: pageSize, after } });
    rememberRows(path, (page?.edges.length ?? 0) + (data?.customerConnection?.edges.length ?? 0));
  }

  /** A change can move rows and counts; to ask the gateway again costs no call to Komet. */
  function readAgain() {
    const shown = isCurrent ? page?.edges.length : undefined;
    // What goes wrong is in `rows.error`.
    rows.refetch({ first: Math.max(pageSize, shown ?? 0) }).catch(() => {});
    counts.refetch().catch(() => {});
  }
  useOnChange(readAgain);

  return (
    <CustomerBrowser
      list={list}
      page={problem && !isCurrent ? undefined : page}
      counts={latestCounts}
      isBusy={!isCurrent}
      isLoadingMore={rows.networkStatus === NetworkStatus.fetchMore}
      problem={problem}
      onMore={() => void showMore().catch(() => {})}
      onRetry={readAgain}
    />
  );
}
