import type { Demand } from '../customers/plan.ts';

/** What a request's `cache-control` asks for: `no-cache` or `max-age=SECONDS` (RFC 9111, 5.2.1). */
export function readDemand(headers: Headers): Demand {
  const directives = (headers.get('cache-control') ?? '').toLowerCase();
  if (/(^|[\s,])no-cache([\s,]|$)/.test(directives)) return { maxAgeMs: 0 };
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/.exec(directives)?.[1];
  return maxAge === undefined ? {} : { maxAgeMs: Number(maxAge) * 1000 };
}
