import type { Level, Logger } from 'pino';
import type { Visit } from './visit.ts';

/** Requests that take longer than this (ms) are worth a line at `info`. */
const slowMs = 1_000;
/** Lines a second about requests at `info` and above: a flood of refusals must not fill a disk. */
const mostLines = 50;

/**
 * Writes what became of requests: at `debug` the many that went well, at `info` those that were slow, stale,
 * refused or had Komet called, at `warn` those that Komet failed, at `error` those that we did.
 */
export function createRequestLog(logger: Logger): (visit: Visit, status: number, durationMs: number) => void {
  let second = 0;
  let lines = 0;
  let omitted = 0;

  function hasRoom(): boolean {
    const now = Math.floor(performance.now() / 1_000);
    if (now !== second) {
      if (omitted > 0) logger.warn({ omitted }, 'lines about requests were left out');
      second = now;
      lines = 0;
      omitted = 0;
    }
    lines += 1;
    if (lines > mostLines) omitted += 1;
    return lines <= mostLines;
  }

  return (visit, status, durationMs) => {
    const level = levelOf(visit, status, durationMs);
    if (!logger.isLevelEnabled(level)) return;
    // Whoever asks for each request gets each request.
    if (!logger.isLevelEnabled('debug') && !hasRoom()) return;
    logger[level](
      factsOf(visit, status, durationMs),
      visit.isSubscription ? 'subscription ended' : 'request',
    );
  };
}

function levelOf({ codes, effort, isSubscription }: Visit, status: number, durationMs: number): Level {
  if (codes.includes('INTERNAL_SERVER_ERROR')) return 'error';
  if (codes.some((code) => code.startsWith('KOMET_'))) return 'warn';
  if (codes.length > 0 || status >= 400) return 'info';
  if (effort && (effort.upstreamCalls > 0 || effort.source === 'stale')) return 'info';
  return durationMs >= slowMs && !isSubscription ? 'info' : 'debug';
}

function factsOf(visit: Visit, status: number, durationMs: number) {
  const { id, caller, operation, effort, codes, references, traceId } = visit;
  return {
    requestId: id,
    ...(caller !== undefined && { caller }),
    ...(operation && {
      operation: operation.name?.slice(0, 100),
      type: operation.type,
      hash: operation.hash(),
    }),
    status,
    durationMs: Number(durationMs.toFixed(2)),
    ...(effort && effort.asOf !== null && { source: effort.source }),
    ...(effort && { upstreamCalls: effort.upstreamCalls }),
    ...(codes.length > 0 && { codes: [...new Set(codes)] }),
    ...(references.length > 0 && { references }),
    ...(traceId !== undefined && { traceId }),
  };
}
