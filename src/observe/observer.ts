import type { Logger } from 'pino';
import type { Refresh } from '../customers/sync.ts';
import { KometError } from '../komet/errors.ts';
import type { OnExchange } from '../komet/transport.ts';
import { type Metrics, outcomeOf } from './metrics.ts';
import { createRequestLog } from './request-log.ts';
import type { Traces } from './traces.ts';
import type { Visit } from './visit.ts';

/** Whoever is told of what happens, and passes it on to log, metrics and traces. */
export type Observer = {
  /** Where requests are traced. */
  readonly traces: Traces | undefined;
  /** The answer to a request is out. */
  answered(visit: Visit, status: number): void;
  /** A subscription began; the function says that it ended. */
  subscribed(visit: Visit): () => void;
  /** As {@link OnExchange}. */
  called: OnExchange;
  refreshed(refresh: Refresh): void;
  droppedRows(rows: number): void;
  /** Something that a person should know. */
  warned(event: string, facts: Record<string, unknown>): void;
  /** Something that we have not thought of; `reference` is what the caller was told. */
  failed(reference: string, error: unknown): void;
};

export function createObserver(options: {
  readonly metrics: Metrics;
  readonly logger: Logger | undefined;
  readonly traces: Traces | undefined;
}): Observer {
  const { metrics, logger, traces } = options;
  const logRequest = logger && createRequestLog(logger);

  return {
    traces,
    answered(visit, status) {
      const durationMs = performance.now() - visit.startedAt;
      metrics.answered(visit, status, durationMs);
      traces?.end(visit, status);
      logRequest?.(visit, status, durationMs);
    },
    subscribed(visit) {
      visit.isSubscription = true;
      return metrics.subscribed();
    },
    called(url) {
      const traced = traces?.called(url);
      return (end) => {
        metrics.called(end);
        traced?.(end);
        const { durationMs, statusCode, error } = end;
        const facts = { method: 'customer.list', statusCode, durationMs: Math.round(durationMs) };
        logger?.debug({ ...facts, outcome: outcomeOf(error) }, 'called Komet');
      };
    },
    refreshed(refresh) {
      metrics.refreshed(refresh);
      const durationMs = Math.round(refresh.durationMs);
      if ('error' in refresh) {
        const { error } = refresh;
        const code = error instanceof KometError ? error.code : 'INTERNAL_SERVER_ERROR';
        const why = error instanceof Error ? error.message : String(error);
        logger?.warn({ code, why, durationMs }, 'the customer list could not be read');
      } else logger?.info({ ...refresh, durationMs }, 'customer list read');
    },
    droppedRows(rows) {
      metrics.droppedRows(rows);
      logger?.warn({ rows }, 'rows of customer.list were not customers and were left out');
    },
    warned: (event, facts) => logger?.warn(facts, event),
    failed: (reference, error) => logger?.error({ reference, err: error }, 'unexpected error'),
  };
}
