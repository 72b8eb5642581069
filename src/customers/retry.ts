import { DelegateBackoff, handleWhen, retry } from 'cockatiel';
import { KometError } from '../komet/errors.ts';

/** Runs a call to Komet, and again where its failure is likely to pass. */
export type Retry = <Result>(call: () => Promise<Result>, signal?: AbortSignal) => Promise<Result>;

const mostRetries = 2;
/** Of the first pause and the longest (ms); how much of it is waited is drawn by lot. */
const firstPauseMs = 200;
const longestPauseMs = 2_000;
/** A `retry-after` (ms) that is worth waiting for while somebody waits for us. */
const mostPatienceMs = 5_000;
/** Retries that a call allows: one in ten, so that an upstream in trouble is not asked three times as much. */
const retriesPerCall = 0.1;
const mostSaved = 2;

/**
 * Retries connection failures, 502, 503, 504, and a 429 whose `retry-after` is short; at most twice, and out
 * of a budget of a tenth of all calls. Never what Komet has refused.
 */
export function createRetry(now: () => number): Retry {
  let saved = mostSaved;
  const policy = retry(
    handleWhen((error) => saved >= 1 && isWorthRetrying(error, now())),
    {
      maxAttempts: mostRetries,
      backoff: new DelegateBackoff(({ attempt, result }) => pauseBefore(attempt, result, now())),
    },
  );
  policy.onRetry(() => {
    saved -= 1;
  });
  return (call, signal) => {
    saved = Math.min(mostSaved, saved + retriesPerCall);
    return policy.execute(call, signal);
  };
}

function isWorthRetrying(error: unknown, now: number): boolean {
  if (!(error instanceof KometError)) return false;
  const { retryAt, isTransient, code } = error;
  if (retryAt !== undefined)
    return retryAt - now <= mostPatienceMs && (isTransient || code === 'KOMET_QUOTA_EXHAUSTED');
  return isTransient;
}

/** What Komet asked for, else a part of a pause that doubles, by lot, so that many do not come back at once. */
function pauseBefore(attempt: number, result: object, now: number): number {
  const { error } = result as { error?: KometError };
  const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
  return error?.retryAt === undefined ? Math.random() * ceiling : Math.max(0, error.retryAt - now);
}
