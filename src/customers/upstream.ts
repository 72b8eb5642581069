import type { CustomerList, CustomerListParameters, KometClient } from '../komet/client.ts';
import { KometError } from '../komet/errors.ts';
import { createLedger, type Purpose, type QuotaView } from '../komet/quota.ts';
import type { Store } from '../store/store.ts';
import type { Archive } from './archive.ts';
import { createSingleFlight, type Flown, type SingleFlight } from './single-flight.ts';
import type { SyncFailure } from './sync.ts';
import { type Block, blockAfter } from './upstream-block.ts';

/** Komet as one token may use it: every call is counted before it is sent, and its failure remembered. */
export type Upstream = {
  /** @throws {KometError} */
  read(
    purpose: Purpose,
    parameters: CustomerListParameters,
    unlessDigest?: string,
  ): Promise<CustomerList | 'unchanged'>;
  /** As `read`, but shared by whoever asks the same at the same moment. */
  readShared(
    purpose: Purpose,
    parameters: CustomerListParameters,
    notBefore: number,
  ): Promise<Flown<CustomerList>>;
  /** Why Komet must not be called now; `null` when it may. */
  blocked(): Block | null;
  lastFailure(): SyncFailure | null;
  quota(): QuotaView;
};

/** Opens what an earlier process left of ledger and blocks. */
export async function openUpstream(options: {
  readonly name: string;
  readonly client: KometClient;
  readonly store: Store;
  readonly archive: Archive;
  readonly dailyQuota: number;
  readonly maxStalenessMs: number;
  readonly now: () => number;
}): Promise<Upstream> {
  const { name, client, archive, maxStalenessMs, now } = options;
  const ledger = await createLedger({ name, counters: options.store, limit: options.dailyQuota, now });
  const shared = new Map<string, SingleFlight<CustomerList>>();
  let block = await archive.loadBlock();
  let lastFailure: SyncFailure | null = null;

  function setBlock(next: Block | null) {
    if (next === block) return;
    block = next;
    archive.saveBlock(next);
  }

  const read: Upstream['read'] = async (purpose, parameters, unlessDigest) => {
    try {
      await ledger.spend(purpose);
      const list = await client.listCustomers(parameters, { ...(unlessDigest && { unlessDigest }) });
      setBlock(null);
      return list;
    } catch (error) {
      if (error instanceof KometError) {
        lastFailure = { code: error.code, message: error.kometMessage ?? error.message, at: now() };
        setBlock(blockAfter(error, block, asksForAll(parameters), now()));
      }
      throw error;
    }
  };

  return {
    read,
    async readShared(purpose, parameters, notBefore) {
      const key = JSON.stringify(parameters);
      const flight = shared.get(key) ?? createSingleFlight<CustomerList>(now);
      shared.set(key, flight);
      try {
        return await flight.run(notBefore, async () => {
          const list = await read(purpose, parameters);
          if (list === 'unchanged')
            throw new TypeError('an answer was compared with a digest that was not sent');
          return list;
        });
      } finally {
        if (flight.isIdle()) shared.delete(key);
      }
    },
    blocked: () => (block && block.until > now() ? block : null),
    lastFailure: () => lastFailure,
    quota: () => ledger.view(maxStalenessMs),
  };
}

/** Whether nothing but the token can be what Komet refuses. */
function asksForAll({ includeInactive: _, ...filters }: CustomerListParameters): boolean {
  return Object.keys(filters).length === 0;
}
