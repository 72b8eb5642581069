import type { Customer } from '../komet/customer.ts';
import { KometError } from '../komet/errors.ts';

/**
 * Which customers Komet itself named for what a row does not tell: its location, or a name where Komet's LIKE
 * is known to differ from ours. By {@link membershipKey}.
 */
export type Memberships = {
  /** Ids of the members; `undefined` where Komet was not asked yet. */
  idsOf(key: string): ReadonlySet<string> | undefined;
  /** When it was asked, in ms since 1970. */
  asOf(key: string): number | undefined;
  /** Why it would not say. */
  refusal(key: string): KometError | null;
  remember(key: string, members: readonly Customer[], asOf: number): void;
  /** Remembers a refusal, so that a location that Komet does not know costs no call each time; else false. */
  rememberRefusal(key: string, error: unknown, asOf: number): boolean;
};

type Membership = {
  readonly ids: ReadonlySet<string>;
  readonly refusal: KometError | null;
  readonly asOf: number;
};

/** How many are kept; the least recently read goes first. */
const mostKept = 200;

export function createMemberships(): Memberships {
  const known = new Map<string, Membership>();

  function keep(key: string, membership: Membership) {
    known.delete(key);
    known.set(key, membership);
    const [oldest] = known.keys();
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
  }

  return {
    idsOf: (key) => known.get(key)?.ids,
    asOf: (key) => known.get(key)?.asOf,
    refusal: (key) => known.get(key)?.refusal ?? null,
    remember(key, members, asOf) {
      keep(key, { ids: new Set(members.map(({ id }) => id)), refusal: null, asOf });
    },
    rememberRefusal(key, error, asOf) {
      if (!(error instanceof KometError && error.code === 'KOMET_REJECTED')) return false;
      keep(key, { ids: new Set(), refusal: error, asOf });
      return true;
    },
  };
}

export function membershipKey(kind: 'locationId' | 'name', value: string): string {
  return `${kind}=${kind === 'name' ? value.toLowerCase() : value}`;
}
