import { useMemo } from 'react';
import type { FreshnessFragment } from '../generated/operations.ts';
import { age, ago, moment, number, useNow } from './format.ts';

const words = { live: 'Live', stale: 'Out of date', connecting: 'Connecting…' };

type Props = {
  readonly freshness: FreshnessFragment | undefined;
  /** Changes arrive as they are noticed. */
  readonly isLive: boolean;
  /** What is shown is older than it should be. */
  readonly isStale: boolean;
};

/** How old the data is and what it took. Ages by this machine's clock alone, whatever the gateway's says. */
export function FreshnessBadge({ freshness, isLive, isStale }: Props) {
  const now = useNow();
  const asOf = useMemo(
    () => (freshness?.ageSeconds == null ? null : Date.now() - freshness.ageSeconds * 1000),
    [freshness],
  );
  const state = isStale ? 'stale' : isLive ? 'live' : 'connecting';
  return (
    <p className="freshness" data-state={state}>
      <span className="dot" aria-hidden="true" />
      <span>{words[state]}</span>
      {asOf !== null && <span>updated {isStale ? `${age(now - asOf)} ago` : ago(now - asOf)}</span>}
      {freshness && (
        <span title={`The count begins anew on ${moment(freshness.quota.resetsAt)}`}>
          {number(freshness.quota.used)} of {number(freshness.quota.limit)} calls today
        </span>
      )}
    </p>
  );
}
