import { useState } from 'react';
import { useQuery } from 'urql';
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

const opening = (path: string) => ({
  path,
  first: rowsOf(path),
  after: null as string | null,
});

export function CustomerList({ list }: { list: ListState }) {
  const path = listPath(list);
  const [part, setPart] = useState(() => opening(path));
  const current = part.path === path ? part : opening(path);
  if (current !== part) setPart(current);
  const { first, after } = current;

  const [rows, readRows] = useQuery({
    query: BrowseCustomersDocument,
    variables: {
      filter: filterOf(list),
      orderBy: { field: list.field, direction: list.direction },
      first,
      after,
    },
    requestPolicy: 'cache-and-network',
  });
  const [counts, readCounts] = useQuery({
    query: CountCustomersDocument,
    variables: countsOf(list),
    requestPolicy: 'cache-and-network',
  });
  const { value: page, isCurrent } = useLatest(
    path,
    rows.fetching ? undefined : rows.data?.customerConnection,
  );
  const { value: latestCounts } = useLatest(path, counts.fetching ? undefined : counts.data);
  const problem = problemOf(rows.error);
  const shown = page?.edges.length ?? 0;

  function showMore() {
    setPart({ path, first: pageSize, after: page?.pageInfo.endCursor ?? null });
    rememberRows(path, shown + pageSize);
  }

  /** A change can move rows and counts; to ask the gateway again costs no call to Komet. */
  function readAgain() {
    const all = isCurrent ? Math.max(pageSize, shown) : first;
    if (after === null && first === all) readRows({ requestPolicy: 'network-only' });
    else setPart({ path, first: all, after: null });
    readCounts({ requestPolicy: 'network-only' });
  }
  useOnChange(readAgain);

  return (
    <CustomerBrowser
      list={list}
      page={problem && !isCurrent ? undefined : page}
      counts={latestCounts}
      isBusy={!isCurrent}
      isLoadingMore={after !== null && rows.stale}
      problem={problem}
      onMore={showMore}
      onRetry={readAgain}
    />
  );
}
