import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AnswerSource } from '../customers/customers.ts';
import type { Refresh } from '../customers/sync.ts';
import { KometError, type KometErrorCode } from '../komet/errors.ts';
import type { ExchangeEnd } from '../komet/transport.ts';
import { createHistogram } from './histogram.ts';
import { createProcessMetrics } from './process-metrics.ts';
import type { Standing } from './standing.ts';
import type { Visit } from './visit.ts';

export type Metrics = {
  answered(visit: Visit, status: number, durationMs: number): void;
  /** A subscription began; the function says that it ended. */
  subscribed(): () => void;
  /** A call to Komet ended. */
  called(end: ExchangeEnd): void;
  refreshed(refresh: Refresh): void;
  droppedRows(rows: number): void;
  /** All of it in Prometheus' text format. */
  scrape(): Promise<string>;
  readonly contentType: string;
  /** Stops watching the process. */
  close(): void;
};

/** Every code that an answer of ours can have. Others count as `OTHER`, so that nobody can invent series. */
const errorCodes = [
  'BAD_USER_INPUT',
  'FORBIDDEN',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'INTERNAL_SERVER_ERROR',
  'KOMET_BAD_RESPONSE',
  'KOMET_QUOTA_EXHAUSTED',
  'KOMET_REJECTED',
  'KOMET_TIMEOUT',
  'KOMET_UNAUTHORIZED',
  'KOMET_UNAVAILABLE',
  'OTHER',
  'PERSISTED_QUERY_NOT_FOUND',
  'QUERY_TOO_COMPLEX',
  'RATE_LIMITED',
  'UNAUTHENTICATED',
] as const;

const sources = ['snapshot', 'upstream', 'stale', 'none'] as const satisfies (AnswerSource | 'none')[];
const refreshOutcomes = ['full', 'delta', 'failed'] as const;
const callOutcomes = [
  'ok',
  'aborted',
  'KOMET_BAD_RESPONSE',
  'KOMET_QUOTA_EXHAUSTED',
  'KOMET_REJECTED',
  'KOMET_TIMEOUT',
  'KOMET_UNAUTHORIZED',
  'KOMET_UNAVAILABLE',
] as const satisfies ('ok' | 'aborted' | KometErrorCode)[];

const prefix = 'komet_graphql_';

/**
 * Counts what happens, and looks at what is there when somebody asks. Series are all made beforehand: they are
 * there at zero from the start, there are never more of them, and to count is to add to a number.
 */
export function createMetrics(options: {
  readonly version: string;
  readonly maxStalenessMs: number;
  readonly now: () => number;
  readonly readStanding: () => Promise<Standing>;
}): Metrics {
  const { now, readStanding } = options;
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name: `${prefix}${name}`, help, registers });

  new Gauge({
    name: `${prefix}info`,
    help: 'What runs here; always 1.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version: options.version, node: process.version }, 1);
  const durations = createHistogram(registry, {
    name: `${prefix}request_duration_seconds`,
    help: 'GraphQL requests by the source of their answer, from the head of the request to the end of the answer; without subscriptions.',
    buckets: [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  });
  const requests = namedBy(sources, (source) =>
    namedBy(['ok', 'error', 'aborted'], (outcome) => durations({ source, outcome })),
  );
  let knownAnswers = 0;
  new Counter({
    name: `${prefix}known_answers_total`,
    help: 'Answers that had been given before, from the same snapshot, and were kept.',
    registers,
    // Added up by hand until then: an answer takes 20 microseconds, and waits for nothing that can be put off.
    collect() {
      this.inc(knownAnswers);
      knownAnswers = 0;
    },
  });
  const errors = new Counter({
    name: `${prefix}errors_total`,
    help: 'Errors in answers, by code.',
    labelNames: ['code'],
    registers,
  });
  const errorsBy = namedBy(errorCodes, (code) => errors.labels(code));
  const subscriptions = gauge('subscriptions', 'Subscriptions that are open.');
  const calls = new Histogram({
    name: `${prefix}upstream_call_duration_seconds`,
    help: 'Calls to Komet by how they ended, waiting for a connection not included.',
    labelNames: ['outcome'],
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60],
    registers,
  });
  const callsBy = namedBy(callOutcomes, (outcome) => calls.labels(outcome));
  const refreshes = new Counter({
    name: `${prefix}refreshes_total`,
    help: 'Readings of the list, whole or of what changed, and those that failed.',
    labelNames: ['outcome'],
    registers,
  });
  const refreshesBy = namedBy(refreshOutcomes, (outcome) => refreshes.labels(outcome));
  const dropped = new Counter({
    name: `${prefix}dropped_rows_total`,
    help: 'Rows of customer.list that were not customers and were left out.',
    registers,
  });
  // A series that begins at one has no rate.
  for (const outcome of callOutcomes) calls.zero({ outcome });
  for (const child of [...Object.values(errorsBy), ...Object.values(refreshesBy)]) child.inc(0);

  gauge('staleness_limit_seconds', 'How old an answer may be before the list is read again.').set(
    options.maxStalenessMs / 1000,
  );
  const tenants = gauge('tenants', 'Komet tokens that are in use.');
  const rows = gauge('snapshot_rows', 'Customers in memory, of all tokens.');
  const age = gauge('snapshot_age_seconds', 'Age of the oldest snapshot; absent before the first.');
  const limit = gauge('quota_limit_calls', 'Calls to Komet a day.');
  const used = gauge('quota_used_calls', 'Calls spent today, by the token with the least left.');
  const left = gauge('quota_left_calls', 'Calls left today, for the token with the least left.');
  const reserved = gauge(
    'quota_reserved_calls',
    'Calls of those that refreshes leave to callers who insist.',
  );

  const ofProcess = createProcessMetrics(registry);

  function look({ quota, oldestAsOf, ...standing }: Standing) {
    tenants.set(standing.tenants);
    rows.set(standing.rows);
    // A gauge that nobody sets says zero, which would be a claim.
    if (oldestAsOf === undefined) age.remove();
    else age.set(Math.max(0, now() - oldestAsOf) / 1000);
    if (!quota) return;
    limit.set(quota.limit);
    used.set(quota.used);
    left.set(quota.limit - quota.used);
    reserved.set(quota.reserved);
  }

  return {
    answered({ effort, isKnown, codes, isSubscription }, status, durationMs) {
      const source = effort && effort.asOf !== null ? effort.source : 'none';
      const outcome = status === 499 ? 'aborted' : codes.length === 0 && status < 400 ? 'ok' : 'error';
      if (!isSubscription) requests[source][outcome](durationMs / 1000);
      if (isKnown) knownAnswers += 1;
      for (const code of codes) (errorsBy[code as keyof typeof errorsBy] ?? errorsBy.OTHER).inc();
    },
    subscribed() {
      subscriptions.inc();
      return () => subscriptions.dec();
    },
    called: ({ durationMs, error }) => callsBy[outcomeOf(error)].observe(durationMs / 1000),
    refreshed: (refresh) =>
      refreshesBy['error' in refresh ? 'failed' : refresh.kind === 'FULL' ? 'full' : 'delta'].inc(),
    droppedRows: (count) => dropped.inc(count),
    async scrape() {
      ofProcess.look();
      look(await readStanding());
      return registry.metrics();
    },
    contentType: registry.contentType,
    close: ofProcess.close,
  };
}

const namedBy = <Name extends string, Value>(names: readonly Name[], create: (name: Name) => Value) =>
  Object.fromEntries(names.map((name) => [name, create(name)])) as Record<Name, Value>;

/** A caller who leaves ends the call that was made for it. */
export const outcomeOf = (error: unknown): (typeof callOutcomes)[number] =>
  error === undefined ? 'ok' : error instanceof KometError ? error.code : 'aborted';
