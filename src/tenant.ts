import { type CustomersOptions, createCustomers } from './customers/customers.ts';
import { createKometClient } from './komet/client.ts';
import { createCallHistory } from './observe/call-history.ts';
import type { Observer } from './observe/observer.ts';
import { createProbation } from './store/probation.ts';
import { createTenantName } from './store/seal.ts';
import { type Store, StoreAway } from './store/store.ts';
import type { Tenant, TenantOpener } from './tenants.ts';

/**
 * Makes what each token has of its own: a client, a snapshot and a ledger. Nothing is shared between two tokens but
 * the store, which keeps them apart by name.
 */
export function createTenantOpener(options: {
  readonly baseUrl: URL;
  /** For one call, in ms. */
  readonly timeoutMs: number;
  /** Calls a day and token. */
  readonly dailyQuota: number;
  /** The server's own token: whoever runs the server vouches for it. */
  readonly ownToken: string | undefined;
  readonly freshness: CustomersOptions['freshness'];
  readonly store: Store;
  readonly observer: Observer;
  readonly now: () => number;
}): TenantOpener {
  const { baseUrl, timeoutMs, dailyQuota, ownToken, freshness, store, observer, now } = options;
  const nameOf = (token: string) => createTenantName(token, baseUrl.href);

  function open(token: string): Tenant {
    const calls = createCallHistory(now);
    const client = createKometClient({
      baseUrl,
      token,
      timeoutMs,
      now,
      onDroppedRows: observer.droppedRows,
      onExchange(url) {
        calls.sent();
        const end = observer.called(url);
        return (how) => {
          calls.ended(how);
          end(how);
        };
      },
    });
    const name = nameOf(token);
    const probation = ownToken === undefined ? createProbation(store) : undefined;
    /** Where the store is away it says so itself, and the next request tries again. */
    const vouch = async () => probation?.pass().catch(unlessAway);
    const customers = createCustomers({
      token,
      name,
      client,
      store: probation ?? store,
      freshness,
      dailyQuota,
      now,
      log: observer.warned,
      onRefresh: observer.refreshed,
      onProven: () => vouch().catch(() => {}),
    });
    return {
      name,
      customers,
      calls,
      rows: customers.rows,
      trust: () =>
        void vouch().catch(() => observer.warned('a token could not be kept in the store', { name })),
      endSubscriptions: customers.endSubscriptions,
      async close() {
        // Nobody waits any more for what is under way.
        await client.destroy();
        await customers.close();
        if (customers.rows() > 0) await vouch();
      },
    };
  }

  return { open, nameOf };
}

function unlessAway(error: unknown): void {
  if (!(error instanceof StoreAway)) throw error;
}
