import { useState } from 'react';

/** What was last known: kept while the next answer is on its way, and while it cannot be had. */
export function useLatest<Value>(key: string, value: Value | null | undefined) {
  const [latest, setLatest] = useState({ key, value });
  if (value && (latest.value !== value || latest.key !== key)) setLatest({ key, value });
  const { key: keyOfLatest, value: known } = value ? { key, value } : latest;
  return { value: known ?? undefined, isCurrent: keyOfLatest === key };
}
