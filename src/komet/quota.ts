import { KometError } from './errors.ts';

/** Who spends a call: `refresh` keeps the promise of freshness, `interactive` serves a caller who insists. */
export type Purpose = 'refresh' | 'interactive';

/** Where the ledger counts; a part of the store port. */
export type Counters = {
  increment(name: string): Promise<number>;
  count(name: string): Promise<number>;
  forgetCounters(prefix: string, keep: string): Promise<void>;
};

/** A day's quota as it stands, in calls; times in ms since 1970. */
export type QuotaView = {
  readonly limit: number;
  readonly used: number;
  /** Calls of `limit` that refreshes leave to interactive callers and that are not spent yet. */
  readonly reserved: number;
  /** What refreshes may still spend today. */
  readonly refreshLeft: number;
  /** What is left for interactive callers: the reserve, and all that keeping the promise will not need. */
  readonly interactiveLeft: number;
  readonly resetsAt: number;
};

export type Ledger = {
  /** @param spacingMs how often the promise of freshness wants a refresh; 0: it spends nothing of its own */
  view(spacingMs: number): QuotaView;
  /**
   * Counts one call, durably, before it is sent.
   * @throws {KometError} KOMET_QUOTA_EXHAUSTED when the day's quota is spent
   */
  spend(purpose: Purpose): Promise<void>;
};

const dayMs = 86_400_000;
/** The part of a day's quota that refreshes leave to interactive callers. */
const reservedShare = 0.1;

/**
 * The ledger of one token: counts what was sent, failures and retries too, per UTC day. Komet's own day and
 * reset hour are unknown (komet-api.md 2.3).
 *
 * @param options.limit calls a day
 * @param options.name the token's name among the counters
 */
export async function createLedger(options: {
  readonly limit: number;
  readonly name: string;
  readonly counters: Counters;
  readonly now: () => number;
}): Promise<Ledger> {
  const { limit, counters, now } = options;
  const prefix = `${options.name}.calls-`;
  const reserve = Math.ceil(limit * reservedShare);
  let day = await openDay(dayOf(now()));

  async function openDay(date: string) {
    const all = `${prefix}${date}.all`;
    const interactive = `${prefix}${date}.interactive`;
    const opened = { date, all, interactive, used: 0, usedInteractive: 0 };
    opened.used = await counters.count(all);
    opened.usedInteractive = await counters.count(interactive);
    return opened;
  }

  async function today() {
    const date = dayOf(now());
    if (day.date !== date) {
      day = await openDay(date);
      await counters.forgetCounters(prefix, `${prefix}${date}`);
    }
    return day;
  }

  return {
    view(spacingMs) {
      const at = now();
      const { used, usedInteractive } = day.date === dayOf(at) ? day : { used: 0, usedInteractive: 0 };
      const resetsAt = endOfDay(at);
      const left = Math.max(0, limit - used);
      const reserved = Math.min(left, Math.max(0, reserve - usedInteractive));
      const neededByPromise = spacingMs > 0 ? Math.ceil((resetsAt - at) / spacingMs) : 0;
      return {
        limit,
        used: Math.min(used, limit),
        reserved,
        refreshLeft: left - reserved,
        interactiveLeft: Math.max(reserved, left - neededByPromise),
        resetsAt,
      };
    },
    async spend(purpose) {
      const open = await today();
      if (open.used >= limit) throw createQuotaError({ limit, resetsAt: endOfDay(now()) });
      open.used += 1;
      const counted = await counters.increment(open.all);
      open.used = Math.max(open.used, counted);
      if (counted > limit) throw createQuotaError({ limit, resetsAt: endOfDay(now()) });
      if (purpose === 'interactive') open.usedInteractive = await counters.increment(open.interactive);
    },
  };
}

/** The error of a day whose quota this gateway has spent. */
export function createQuotaError({ limit, resetsAt }: Pick<QuotaView, 'limit' | 'resetsAt'>): KometError {
  return new KometError(
    'KOMET_QUOTA_EXHAUSTED',
    `today's ${limit} calls are spent; the next day begins at ${new Date(resetsAt).toISOString()}`,
    { retryAt: resetsAt },
  );
}

/** The UTC day of a time, `YYYY-MM-DD`. */
export function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** When the UTC day of a time ends, in ms since 1970. */
export function endOfDay(time: number): number {
  return (Math.floor(time / dayMs) + 1) * dayMs;
}
