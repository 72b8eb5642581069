import type { Findings } from '../customers/findings.ts';
import type { Evidence } from './evidence.ts';
import { isList, isRefusal, type Reply } from './interview.ts';
import { isOurs, isOursButForAccents } from './like-readings.ts';

/** What `includeInactive` did; `null` where it did not show. */
export type InactiveReading = {
  readonly one: boolean | null;
  readonly true: boolean | null;
  /** Whether inactive customers come without it. */
  readonly byDefault: boolean | null;
};

export function readInactive({ spelledOne, plain, spelledTrue }: Evidence): InactiveReading {
  const rowsOf = (reply: Reply) => (isList(reply) ? reply.customers : []);
  const shows = (reply: Reply) =>
    rowsOf(reply).some(({ active }) => !active) ||
    (isList(plain) && rowsOf(reply).length > plain.customers.length);
  const byDefault = shows(plain);
  const anywhere = byDefault || shows(spelledOne) || shows(spelledTrue);
  const read = (reply: Reply) => {
    if (isRefusal(reply)) return false;
    return isList(reply) && anywhere && !byDefault ? shows(reply) : null;
  };
  return {
    one: read(spelledOne),
    true: read(spelledTrue),
    byDefault: isList(plain) && anywhere ? byDefault : null,
  };
}

/** How Komet's LIKE stands to the gateway's, as far as the answers tell. */
export function compareLike({ names, like }: Evidence): 'same' | 'accents' | 'different' | 'unknown' {
  if (!names.some(({ reply }) => isList(reply))) return 'unknown';
  if (like.some(isOurs)) return 'same';
  return like.some(isOursButForAccents) ? 'accents' : 'different';
}

/** How the gateway should ask this endpoint; what did not show stays as it was known. */
export function concludeFindings(evidence: Evidence, known: Findings): Findings {
  const inactive = readInactive(evidence);
  const like = compareLike(evidence);
  return {
    nameFiltersGoUpstream: like === 'unknown' ? known.nameFiltersGoUpstream : like === 'different',
    includeInactiveSpelling: inactive.one ? '1' : inactive.true ? 'true' : known.includeInactiveSpelling,
  };
}
