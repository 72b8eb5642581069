import type { CustomerList, CustomerListParameters, KometClient } from '../komet/client.ts';
import { KometError } from '../komet/errors.ts';
import { createLedger, type Purpose, type QuotaView } from '../komet/quota.ts';
import type { News, Store } from '../store/store.ts';
import type { Archive } from './archive.ts';
import { createRetry } from './retry.ts';
import { createSingleFlight, type Flown, type SingleFlight } from './single-flight.ts';
import type { SyncFailure } from './sync.ts';
import { type Block, blockAfter, type Latch } from './upstream-block.ts';

export type Call = {
  readonly purpose: Purpose;
  readonly parameters: CustomerListParameters;
  readonly onCall: () => void;
  /** Of the caller, who may leave. */
  readonly signal?: AbortSignal | undefined;
};

/** Komet as one token may use it: every call is counted before it is sent, and its failure remembered. */
export type Upstream = {
  /**
   * Sends one call, and again where its failure is likely to pass; `onCall` is told of each first.
   * @throws {KometError}
   */
  read(call: Call, unlessDigest?: string): Promise<CustomerList | 'unchanged'>;
  /** As `read`, but shared by whoever asks the same at the same moment, and ended when all have left. */
  readShared(call: Call, notBefore: number): Promise<Flown<CustomerList>>;
  /** Shared calls that are under way. */
  underWay(): number;
  /** Why Komet must not be called now; `null` when it may. */
  blocked(): Block | null;
  lastFailure(): SyncFailure | null;
  /** Reads what another process found: Komet must not be called for a while, or may be again. */
  learnBlock(): Promise<void>;
  /** To be told what other processes did. */
  hear(news: News): void;
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
  readonly includeInactiveSpelling: () => '1' | 'true';
  readonly now: () => number;
}): Promise<Upstream> {
  const { name, client, archive, maxStalenessMs, now } = options;
  const { store } = options;
  const ledger = await createLedger({
    name,
    counters: store,
    sharers: () => (store.fleet ? store.fleet.size() : 1),
    limit: options.dailyQuota,
    now,
  });
  const retry = createRetry(now);
  const shared = new Map<string, SingleFlight<CustomerList>>();
  let latch: Latch = (await archive.loadLatch()) ?? { at: 0, block: null };
  let lastFailure: SyncFailure | null = null;

  function setBlock(next: Block | null) {
    if (next === latch.block) return;
    latch = { at: now(), block: next };
    archive.saveLatch(latch);
  }

  /** Our own quota is no reason for a block: the ledger knows it better, also after a restart that raised it. */
  const read: Upstream['read'] = async ({ purpose, parameters, onCall, signal }, unlessDigest) => {
    let isSent = false;
    const send = async () => {
      isSent = false;
      await ledger.spend(purpose);
      isSent = true;
      onCall();
      const includeInactiveSpelling = options.includeInactiveSpelling();
      return client.listCustomers(parameters, { unlessDigest, includeInactiveSpelling, signal });
    };
    try {
      const list = await retry(send, signal);
      setBlock(null);
      return list;
    } catch (error) {
      if (error instanceof KometError) {
        lastFailure = { code: error.code, message: error.kometMessage ?? error.message, at: now() };
        const quota = ledger.view(maxStalenessMs);
        if (isSent) setBlock(blockAfter(error, latch.block, asksForAll(parameters), quota, now()));
      }
      throw error;
    }
  };

  /** What is known here counts on where the store has lost it, or could not be told. */
  async function learnBlock() {
    const found = await archive.loadLatch();
    if (found && found.at >= latch.at) latch = found;
  }

  async function catchUp() {
    const { at } = latch;
    await Promise.all([learnBlock(), ledger.settle()]);
    if (at > 0 && latch.at === at) archive.saveLatch(latch);
  }

  return {
    read,
    learnBlock,
    hear(news) {
      if (news.kind === 'counted') ledger.learn(news.name, news.count);
      else if (news.kind === 'missed') catchUp().catch(() => {});
      else if (news.kind === 'written' && archive.isLatch(news.name)) learnBlock().catch(() => {});
    },
    async readShared(call, notBefore) {
      const key = JSON.stringify(call.parameters);
      const flight = shared.get(key) ?? createSingleFlight<CustomerList>(now);
      shared.set(key, flight);
      const start = async (signal: AbortSignal) => {
        const list = await read({ ...call, signal });
        if (list === 'unchanged')
          throw new TypeError('an answer was compared with a digest that was not sent');
        return list;
      };
      try {
        return await flight.run(notBefore, start, call.signal);
      } finally {
        if (flight.isIdle()) shared.delete(key);
      }
    },
    underWay: () => shared.size,
    blocked: () => (latch.block && latch.block.until > now() ? latch.block : null),
    lastFailure: () => lastFailure,
    quota: () => ledger.view(maxStalenessMs),
  };
}

/** Whether nothing but the token can be what Komet refuses. */
function asksForAll({ includeInactive: _, ...filters }: CustomerListParameters): boolean {
  return Object.keys(filters).length === 0;
}
