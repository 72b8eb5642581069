import { useSubscription } from '@apollo/client/react';
import type { ReactNode } from 'react';
import { ChangesContext, useChangeLog } from './changes.ts';
import { WatchCustomersDocument } from './generated/operations.ts';

/** One subscription for the whole page. The cache takes in the changed customer by itself, wherever it is shown. */
export function LiveChanges({ children }: { children: ReactNode }) {
  const { changes, note } = useChangeLog();
  useSubscription(WatchCustomersDocument, {
    ignoreResults: true,
    onData({ client, data: { data } }) {
      if (!data) return;
      const { kind, customer } = data.customerChanged;
      if (kind === 'REMOVED') client.cache.evict({ id: client.cache.identify(customer) });
      note(data.customerChanged);
    },
  });
  return <ChangesContext value={changes}>{children}</ChangesContext>;
}
