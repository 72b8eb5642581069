import { useQuery } from 'urql';
import { ShowFreshnessDocument } from './generated/operations.ts';
import { useLatest } from './latest.ts';
import { usePoll } from './poll.ts';
import { problemOf } from './problem.ts';

/** Asking how fresh the data is costs no call to Komet. */
export function useFreshness() {
  const [{ data, error }, execute] = useQuery({
    query: ShowFreshnessDocument,
    requestPolicy: 'cache-and-network',
  });
  usePoll(() => execute({ requestPolicy: 'network-only' }));
  const { value } = useLatest('freshness', data?.kometStatus);
  return { freshness: value, problem: problemOf(error) };
}
