import { LRUCache } from 'lru-cache';
import type { Customers } from './customers/customers.ts';
import type { CallHistory } from './observe/call-history.ts';

/** One Komet token's customers, with the way to let go of them. */
export type Tenant = {
  /** What its token is called wherever something is kept for it. */
  readonly name: string;
  readonly customers: Customers;
  /** What became of its calls to Komet. */
  readonly calls: CallHistory;
  /** Rows that are held in memory for it. */
  rows(): number;
  /** Its token has brought a list: what is kept for it may outlive it. */
  trust(): void;
  endSubscriptions(): void;
  close(): Promise<void>;
};

export type Tenants = {
  /** The tenant of a token; opened where it is not known. */
  of(token: string): Tenant;
  /** Those that are in memory. */
  all(): readonly Tenant[];
  /** Whether a token is in use already. */
  has(token: string): boolean;
  endSubscriptions(): void;
  close(): Promise<void>;
};

export type TenantOpener = {
  open(token: string): Tenant;
  /** What a token is called; tokens themselves are not kept as keys. */
  nameOf(token: string): string;
};

/** Tokens that have not brought a list yet: few are kept, so that guesses push nobody out but guesses. */
const mostUnproven = 200;
/** Tenants whose token was good, and rows of all of them together; the least recently used goes first. */
const mostProven = 2_000;
const mostRows = 2_000_000;

/**
 * Keeps tenants apart and in bounds. What is evicted is saved in its store and opened again at the next need.
 */
export function createTenants({ open, nameOf }: TenantOpener): Tenants {
  const closing = new Set<Promise<void>>();
  const close = (tenant: Tenant) => {
    const closed = tenant.close().catch(() => {});
    closing.add(closed);
    void closed.then(() => closing.delete(closed));
  };
  const proven = new LRUCache<string, Tenant>({
    max: mostProven,
    maxSize: mostRows,
    sizeCalculation: (tenant) => Math.min(mostRows, 1 + tenant.rows()),
    dispose: (tenant, _name, reason) => reason === 'evict' && close(tenant),
  });
  const unproven = new LRUCache<string, Tenant>({
    max: mostUnproven,
    dispose(tenant, name, reason) {
      if (reason !== 'evict') return;
      // Its first query may have been its last so far.
      if (tenant.rows() > 0) prove(name, tenant);
      else close(tenant);
    },
  });
  const prove = (name: string, tenant: Tenant) => {
    tenant.trust();
    // Also where it is there already, as its size may have changed.
    proven.set(name, tenant);
  };

  const all = () => [...new Set([...unproven.values(), ...proven.values()])];

  return {
    of(token) {
      const name = nameOf(token);
      const known = proven.get(name) ?? unproven.get(name);
      const tenant = known ?? open(token);
      if (tenant.rows() > 0) {
        unproven.delete(name);
        prove(name, tenant);
      } else if (!proven.has(name)) unproven.set(name, tenant);
      return tenant;
    },
    all,
    has(token) {
      const name = nameOf(token);
      return proven.has(name) || unproven.has(name);
    },
    endSubscriptions() {
      for (const tenant of all()) tenant.endSubscriptions();
    },
    async close() {
      const open = all();
      unproven.clear();
      proven.clear();
      await Promise.all([...open.map((tenant) => tenant.close()), ...closing]);
    },
  };
}
