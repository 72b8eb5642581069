import type { ReactNode } from 'react';
import { useSubscription } from 'urql';
import { ChangesContext, useChangeLog } from './changes.ts';
import { WatchCustomersDocument, type WatchCustomersSubscription } from './generated/operations.ts';

/** One subscription for the whole page. The cache takes in the changed customer by itself, wherever it is shown. */
export function LiveChanges({ children }: { children: ReactNode }) {
  const { changes, note } = useChangeLog();
  useSubscription({ query: WatchCustomersDocument }, (_earlier, data: WatchCustomersSubscription) => {
    note(data.customerChanged);
    return data;
  });
  return <ChangesContext value={changes}>{children}</ChangesContext>;
}
