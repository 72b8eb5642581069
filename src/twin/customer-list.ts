import type { TwinBehaviour, TwinProfile } from './behaviour.ts';
import { type CompanyBooks, defaultCompany } from './company.ts';
import type { Fault, FaultName } from './faults.ts';
import { firstOf, rowFaults } from './mischief.ts';
import { createRandom, shuffled } from './random.ts';
import { htmlReply, jsonReply, type Reply } from './reply.ts';
import { findCustomers, readSearch } from './search.ts';
import { failureBody, rowWriter, successBody } from './wire.ts';

/** A token and what it may do. Kinds and the list of methods: komet-api.md 2.2. */
export type TwinToken = {
  /** Only Company and Vendor tokens may call `customer.list` (komet-api.md 1.1). */
  readonly kind: 'company' | 'vendor' | 'customer' | 'user';
  /** Whose customers it shows; the default company unless given. */
  readonly company?: string;
  /** The methods it was limited to when it was made; all of them unless given. */
  readonly methods?: readonly string[];
};

/** What a call without faults of the connection gets. */
export type Verdict = {
  readonly company: CompanyBooks | undefined;
  readonly outcome: 'answered' | 'rejected' | FaultName;
  readonly reply: Reply;
  /** Customers in the reply. */
  readonly rows?: number;
};

/** Bytes of ready-made replies that a company keeps. */
const keptBytes = 128 * 1024 * 1024;

type Kept = { revision: number; bytes: number; replies: Map<string, { reply: Reply; rows: number }> };

/** The method itself: token, quota, search and envelope, without the network. */
export function createCustomerList(options: {
  readonly profile: TwinProfile;
  readonly seed: number;
  readonly tokens: Readonly<Record<string, TwinToken>> | undefined;
  readonly companyOf: (name: string) => CompanyBooks;
  readonly now: () => number;
}): {
  readonly call: (
    parameters: Readonly<Record<string, string>>,
    behaviour: TwinBehaviour,
    faults: readonly Fault[],
  ) => Verdict;
  readonly quotaReply: (behaviour: TwinBehaviour) => Reply;
} {
  const { profile, tokens, companyOf, now } = options;
  const random = createRandom(options.seed);
  const kept = new WeakMap<CompanyBooks, Kept>();

  const tokenOf = (text: string): TwinToken | undefined => {
    if (text.trim() === '') return undefined;
    if (!tokens) return { kind: 'company' };
    return Object.hasOwn(tokens, text) ? tokens[text] : undefined;
  };

  const refuse = (text: string, behaviour: TwinBehaviour): Reply =>
    jsonReply(failureBody(text, behaviour), behaviour.failureHttpStatus);

  const quotaReply = (behaviour: TwinBehaviour): Reply => {
    if (behaviour.quotaForm === 'envelope') return refuse(behaviour.quotaText, behaviour);
    const midnight = Math.ceil((86_400_000 - (now() % 86_400_000)) / 1000);
    const wait = behaviour.quotaRetryAfter === 'midnight' ? midnight : behaviour.quotaRetryAfter;
    const headers: Record<string, string> = wait === null ? {} : { 'retry-after': `${wait}` };
    return behaviour.quotaForm === '429'
      ? htmlReply(429, '429 Too Many Requests', headers)
      : htmlReply(503, '503 Service Temporarily Unavailable', headers);
  };

  const call = (
    parameters: Readonly<Record<string, string>>,
    behaviour: TwinBehaviour,
    faults: readonly Fault[],
  ): Verdict => {
    const { authenticationToken = '' } = parameters;
    const token = tokenOf(authenticationToken);
    const company = token && companyOf(token.company ?? defaultCompany);
    const rejected = (reply: Reply): Verdict => ({ company, outcome: 'rejected', reply });
    if (!token || !company) return rejected(refuse(behaviour.badTokenText, behaviour));
    const permitted = token.kind === 'company' || token.kind === 'vendor';
    if (!permitted || token.methods?.includes('customer.list') === false) {
      return rejected(refuse(behaviour.forbiddenMethodText, behaviour));
    }
    if (company.quotaSpent()) return rejected(quotaReply(behaviour));

    const search = readSearch(parameters, profile, behaviour);
    const vendor = token.kind === 'vendor';
    const spoiled = firstOf(rowFaults, faults);
    const key = JSON.stringify([search, vendor, behaviour]);
    const store = keptBy(company);
    const ready = spoiled || behaviour.rowOrder === 'shuffled' ? undefined : store.replies.get(key);
    if (ready) return { company, outcome: 'answered', ...ready };

    const matching = findCustomers(company, search, behaviour, vendor);
    if (matching === 'rejected') return rejected(refuse(behaviour.badParameterText, behaviour));
    const found = behaviour.rowOrder === 'shuffled' ? shuffled(matching, random) : matching;
    const write = rowWriter(profile, behaviour);
    if (spoiled) {
      const rows = spoiled.act(found, company.customers, write);
      const reply = jsonReply(successBody(rows, (row) => row, behaviour));
      return { company, outcome: spoiled.fault.name, reply, rows: rows.length };
    }
    const reply = jsonReply(successBody(found, write, behaviour));
    if (behaviour.rowOrder !== 'shuffled') keep(store, key, reply, found.length);
    return { company, outcome: 'answered', reply, rows: found.length };
  };

  /** What is kept of an earlier revision of the list is dropped as a whole. */
  const keptBy = (company: CompanyBooks): Kept => {
    const revision = company.revision();
    const earlier = kept.get(company);
    if (earlier?.revision === revision) return earlier;
    const fresh: Kept = { revision, bytes: 0, replies: new Map() };
    kept.set(company, fresh);
    return fresh;
  };

  return { call, quotaReply };
}

/** Oldest out first; short replies are as quickly made as found. */
function keep(store: Kept, key: string, reply: Reply, rows: number): void {
  if (rows < 20) return;
  for (const [oldest, { reply: old }] of store.replies) {
    if (store.bytes + reply.body.length <= keptBytes) break;
    store.replies.delete(oldest);
    store.bytes -= old.body.length;
  }
  store.replies.set(key, { reply, rows });
  store.bytes += reply.body.length;
}
