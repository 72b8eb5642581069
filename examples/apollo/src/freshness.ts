import { useQuery } from '@apollo/client/react';
import { ShowFreshnessDocument } from './generated/operations.ts';
import { useLatest } from './latest.ts';
import { usePoll } from './poll.ts';
import { problemOf } from './problem.ts';

/** Asking how fresh the data is costs no call to Komet. */
export function useFreshness() {
  const { data, error, refetch } = useQuery(ShowFreshnessDocument, { fetchPolicy: 'cache-and-network' });
  // What goes wrong is in `error`.
  usePoll(() => void refetch().catch(() => {}));
  const { value } = useLatest('freshness', data?.kometStatus);
  return { freshness: value, problem: problemOf(error) };
}
