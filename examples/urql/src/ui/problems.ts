import type { FreshnessFragment } from '../generated/operations.ts';

/** What went wrong, whichever client noticed it. */
export type Problem = { readonly code: string; readonly message: string };

/** The gateway itself did not answer, or not as one does. */
export const gatewayDown: Problem = {
  code: 'GATEWAY_DOWN',
  message: 'It may be starting anew, or the network is down.',
};

const titles: Record<string, string> = {
  GATEWAY_DOWN: 'The gateway does not answer',
  KOMET_UNAVAILABLE: 'Komet Sales cannot be reached',
  KOMET_TIMEOUT: 'Komet Sales did not answer in time',
  KOMET_UNAUTHORIZED: 'Komet Sales does not accept the token',
  KOMET_REJECTED: 'Komet Sales refused the request',
  KOMET_BAD_RESPONSE: 'Komet Sales sent something unreadable',
  KOMET_QUOTA_EXHAUSTED: 'Today’s calls to Komet Sales are used up',
  RATE_LIMITED: 'Too many requests',
  UNAUTHENTICATED: 'You are not signed in',
  FORBIDDEN: 'You may not see this',
  BAD_USER_INPUT: 'That cannot be answered',
};

export const titleOf = ({ code }: Problem) => titles[code] ?? 'Something went wrong';

/** Whether it may be over in a moment without anybody doing anything. */
export const isPassing = ({ code }: Problem) => /^(GATEWAY_DOWN|RATE_LIMITED|KOMET_)/.test(code);

/** The failure that keeps the data from being fresher than it is; an older one is history. */
export function staleBecause(freshness: FreshnessFragment | undefined): Problem | undefined {
  const { lastError, asOf } = freshness ?? {};
  return lastError && asOf && lastError.at > asOf ? lastError : undefined;
}
