import type { Demand } from '../customers/plan.ts';

/**
 * What a request asks for: the freshness that its `cache-control` names, and an answer while its caller waits.
 * @param timeoutMs the longest that any caller waits
 */
export function readDemand({ headers, signal }: Request, timeoutMs: number): Demand {
  return {
    ...readFreshness(headers),
    signal: () => AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  };
}

/** `no-cache` or `max-age=SECONDS` (RFC 9111, 5.2.1). */
function readFreshness(headers: Headers): Pick<Demand, 'maxAgeMs'> {
  const directives = (headers.get('cache-control') ?? '').toLowerCase();
  if (/(^|[\s,])no-cache([\s,]|$)/.test(directives)) return { maxAgeMs: 0 };
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})(?=[\s,]|$)/.exec(directives)?.[1];
  return maxAge === undefined ? {} : { maxAgeMs: Number(maxAge) * 1000 };
}
