import { KometError } from './errors.ts';

/** Who spends a call: `refresh` keeps the promise of freshness, `interactive` serves a caller who insists. */
export type Purpose = 'refresh' | 'interactive';

/** Where the ledger counts; a part of the store port. */
export type Counters = {
  /** Adds `by` to a counter that is at least `known`, and gives its new value. */
  increment(name: string, by?: number, known?: number): Promise<number>;
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
   * Counts one call, durably, before it is sent. While the counters cannot be reached it is counted here, and
   * added to them later; then no more is spent than this process's share of what was left.
   * @throws {KometError} KOMET_QUOTA_EXHAUSTED when the day's quota is spent, or that share of it
   */
  spend(purpose: Purpose): Promise<void>;
  /** Adds to the counters what they do not know yet, now that they can be reached again. */
  settle(): Promise<void>;
  /** Another process has counted. */
  learn(name: string, count: number): void;
};

const dayMs = 86_400_000;
/** The part of a day's quota that refreshes leave to interactive callers. */
const reservedShare = 0.1;
/** Processes that may share the quota, where the counters could not be asked yet. */
const assumedSharers = 10;

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
  /** Processes that spend from the same counters, as last heard; 0 where that is not known, 1 where not given. */
  readonly sharers?: () => number;
  readonly now: () => number;
}): Promise<Ledger> {
  const { limit, counters, sharers = () => 1, now } = options;
  const prefix = `${options.name}.calls-`;
  const reserve = Math.ceil(limit * reservedShare);
  let day = await openDay(dayOf(now()));
  let turn: Promise<unknown> = Promise.resolve();

  async function openDay(date: string): Promise<Day> {
    const all = `${prefix}${date}.all`;
    const interactive = `${prefix}${date}.interactive`;
    const counted = await Promise.all([counters.count(all), counters.count(interactive)]).catch(() => null);
    const [used, usedInteractive] = counted ?? [0, 0];
    const isKnown = counted !== null;
    return { date, all, interactive, isKnown, isAlone: !isKnown, used, usedInteractive, unsaved: 0 };
  }

  async function today() {
    const date = dayOf(now());
    if (day.date !== date) {
      day = await openDay(date);
      await counters.forgetCounters(prefix, `${prefix}${date}`).catch(() => {});
    }
    return day;
  }

  /** What is left of the day in calls; of this process's share of it while the counters cannot be reached. */
  const leftOf = ({ used, unsaved, isAlone, isKnown }: Day) => {
    const share = isAlone ? sharers() || (isKnown ? 1 : assumedSharers) : 1;
    return Math.max(0, Math.floor((limit - used) / share) - unsaved);
  };

  async function spendNext(purpose: Purpose): Promise<void> {
    const open = await today();
    const resetsAt = endOfDay(now());
    const spent = () => createQuotaError({ limit, resetsAt });
    if (open.used + open.unsaved >= limit) throw spent();
    try {
      const counted = await counters.increment(open.all, open.unsaved + 1, open.used);
      open.used = Math.max(open.used, counted);
      open.unsaved = 0;
      open.isKnown = true;
      open.isAlone = false;
    } catch {
      open.isAlone = true;
      if (leftOf(open) === 0) throw createShareError(resetsAt);
      open.unsaved += 1;
      return;
    }
    if (open.used > limit) throw spent();
    if (purpose === 'interactive') {
      open.usedInteractive += 1;
      const counted = await counters.increment(open.interactive, 1, open.usedInteractive - 1).catch(() => 0);
      open.usedInteractive = Math.max(open.usedInteractive, counted);
    }
  }

  async function settleNext(): Promise<void> {
    const open = await today();
    const counted = await (open.unsaved > 0
      ? counters.increment(open.all, open.unsaved, open.used)
      : counters.count(open.all));
    open.used = Math.max(open.used, counted);
    open.unsaved = 0;
    open.isKnown = true;
    open.isAlone = false;
  }

  return {
    view(spacingMs) {
      const at = now();
      const open = day.date === dayOf(at) ? day : { ...day, used: 0, unsaved: 0, usedInteractive: 0 };
      const used = open.used + open.unsaved;
      const { usedInteractive } = open;
      const resetsAt = endOfDay(at);
      const left = leftOf(open);
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
    spend(purpose) {
      const spent = turn.then(() => spendNext(purpose));
      turn = spent.catch(() => {});
      return spent;
    },
    settle() {
      const settled = turn.then(settleNext);
      turn = settled.catch(() => {});
      return settled;
    },
    learn(name, count) {
      if (name === day.all) day.used = Math.max(day.used, count);
      if (name === day.interactive) day.usedInteractive = Math.max(day.usedInteractive, count);
    },
  };
}

/** What is known of a day. */
type Day = {
  readonly date: string;
  /** Names of its counters. */
  readonly all: string;
  readonly interactive: string;
  /** Whether the counters could be asked. */
  isKnown: boolean;
  /** Whether they could not be reached the last time: others spend what is not known here. */
  isAlone: boolean;
  used: number;
  usedInteractive: number;
  /** Calls that the counters do not know of. */
  unsaved: number;
};

/** The error of a day whose quota this gateway has spent. */
export function createQuotaError({ limit, resetsAt }: Pick<QuotaView, 'limit' | 'resetsAt'>): KometError {
  return new KometError(
    'KOMET_QUOTA_EXHAUSTED',
    `today's ${limit} calls are spent; the next day begins at ${new Date(resetsAt).toISOString()}`,
    { retryAt: resetsAt },
  );
}

function createShareError(resetsAt: number): KometError {
  return new KometError(
    'KOMET_QUOTA_EXHAUSTED',
    "what this process may spend of today's calls is spent while the store that counts them cannot be reached",
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
