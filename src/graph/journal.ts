import type { Answered, AnswerSource } from '../customers/customers.ts';

/** What answering one request took, gathered over its batches. */
export type Journal = {
  upstreamCalls: number;
  source: AnswerSource;
  /** Ms since 1970; `null` where no batch was needed. */
  asOf: number | null;
  readonly plan: string[];
  /** Of the change that a subscription gives next. */
  eventId?: string;
  /** Batches under way. */
  readonly batches: Promise<unknown>[];
};

export function createJournal(): Journal {
  return { upstreamCalls: 0, source: 'snapshot', asOf: null, plan: [], batches: [] };
}

const weight: Record<AnswerSource, number> = { snapshot: 0, upstream: 1, stale: 2 };

/** Adds a batch: the source that callers should know about most wins, the oldest date counts. */
export function note(journal: Journal, answered: Answered): void {
  journal.upstreamCalls += answered.upstreamCalls;
  if (weight[answered.source] > weight[journal.source]) journal.source = answered.source;
  journal.asOf = Math.min(journal.asOf ?? answered.asOf, answered.asOf);
  journal.plan.push(...answered.plan);
}
