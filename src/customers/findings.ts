import { seal } from '../store/seal.ts';
import type { Store } from '../store/store.ts';

/** What the `doctor` command found out about an endpoint and that changes how it is asked. */
export type Findings = {
  /** Komet's LIKE differs from ours, so only Komet knows whom a name filter finds. */
  readonly nameFiltersGoUpstream: boolean;
  /** Komet's documents have both (komet-api.md 1.1). */
  readonly includeInactiveSpelling: '1' | 'true';
};

/** The documented reading, which holds until somebody has looked. */
export const assumedFindings: Findings = { nameFiltersGoUpstream: false, includeInactiveSpelling: '1' };

/** Where a token's findings are kept. */
export const findingsNameOf = (tenant: string) => `${tenant}.findings`;

/** @throws {Error} when it is not what {@link saveFindings} wrote */
export function readFindings(text: string): Findings {
  const { format, nameFiltersGoUpstream, includeInactiveSpelling } = JSON.parse(text) as Partial<
    Findings & { format: number }
  >;
  if (format !== 1) throw new Error('it is of another format');
  return {
    nameFiltersGoUpstream: nameFiltersGoUpstream === true,
    includeInactiveSpelling: includeInactiveSpelling === 'true' ? 'true' : '1',
  };
}

/** Seals what was found and keeps it for every gateway that opens this token's data later. */
export async function saveFindings(
  { store, token, name }: { readonly store: Store; readonly token: string; readonly name: string },
  findings: Findings,
): Promise<void> {
  const blobName = findingsNameOf(name);
  await store.write(blobName, await seal(token, blobName, [JSON.stringify({ format: 1, ...findings })]));
}
