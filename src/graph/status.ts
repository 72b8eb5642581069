import { setImmediate } from 'node:timers/promises';
import type { KometStatus } from '../../schema/context.ts';
import type { Customers } from '../customers/customers.ts';
import type { Journal } from './journal.ts';

/** `kometStatus` as the graph has it, once what stands beside it in the operation is answered. */
export async function readStatus(
  customers: Customers,
  journal: Journal,
  { maxStalenessMs, now }: { readonly maxStalenessMs: number; readonly now: () => number },
): Promise<KometStatus> {
  // By then the fields beside this one have asked for their batch.
  await setImmediate();
  await Promise.allSettled(journal.batches);
  const { quota, rows, version, asOf, lastSync, nextSyncAt, capabilities, lastFailure } =
    await customers.status();
  return {
    quota,
    rows,
    snapshotVersion: version,
    asOf,
    ageSeconds: asOf === null ? null : (now() - asOf) / 1000,
    maxStalenessSeconds: maxStalenessMs / 1000,
    lastSync,
    nextSyncAt,
    capabilities,
    lastError: lastFailure,
  };
}
