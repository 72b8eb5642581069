import type { CustomersStatus } from '../customers/customers.ts';
import type { QuotaView } from '../komet/quota.ts';

/** How all tokens stand together, without telling one from the other. */
export type Standing = {
  readonly tenants: number;
  readonly rows: number;
  /** Of the oldest snapshot (ms since 1970); none before the first. */
  readonly oldestAsOf: number | undefined;
  /** Of the token with the fewest calls left. */
  readonly quota: QuotaView | undefined;
};

/** How long (ms) a store may take to say how a token stands; a scrape must come through without it. */
const patienceMs = 1_000;

/** Looks at all tokens; one that cannot be read counts, but has nothing to say. */
export async function readStanding(
  all: readonly { status(): Promise<CustomersStatus> }[],
): Promise<Standing> {
  const tooLate = Promise.withResolvers<null>();
  const timer = setTimeout(() => tooLate.resolve(null), patienceMs);
  const read = await Promise.all(
    all.map((each) => Promise.race([each.status().catch(() => null), tooLate.promise])),
  );
  clearTimeout(timer);
  let rows = 0;
  let oldestAsOf: number | undefined;
  let quota: QuotaView | undefined;
  for (const status of read) {
    if (!status) continue;
    rows += status.rows ?? 0;
    if (status.asOf !== null) oldestAsOf = Math.min(oldestAsOf ?? status.asOf, status.asOf);
    if (!quota || leftOf(status.quota) < leftOf(quota)) quota = status.quota;
  }
  return { tenants: all.length, rows, oldestAsOf, quota };
}

const leftOf = ({ limit, used }: QuotaView) => limit - used;
