import type { Plugin } from 'graphql-yoga';
import type { Customers } from '../customers/customers.ts';
import type { Journal } from './journal.ts';

/** What this plugin needs of a request's context. */
export type ExplainContext = {
  readonly journal: Journal;
  readonly explain: boolean;
  readonly tenant: Customers;
};

/**
 * Puts what an answer took into the response: `extensions.komet` where `x-komet-explain: 1` asks for it, or
 * where the answer is older than promised; and how old it is into the `age` header.
 */
export function useExplain(now: () => number): Plugin<ExplainContext> {
  return {
    onExecute({ executeFn, setExecuteFn }) {
      setExecuteFn(async (args) => {
        const result = await executeFn(args);
        const { journal, explain, tenant } = args.contextValue as ExplainContext;
        const { asOf, source } = journal;
        if (Symbol.asyncIterator in result || (!explain && asOf === null)) return result;
        const komet = explain || source === 'stale' ? { komet: await explanation(journal, tenant) } : {};
        const headers = asOf === null ? {} : { age: String(Math.max(0, Math.floor((now() - asOf) / 1000))) };
        const extensions = { ...result.extensions, ...komet, http: { headers } };
        return { ...result, extensions };
      });
    },
  };
}

async function explanation({ upstreamCalls, source, asOf, plan }: Journal, tenant: Customers) {
  const { limit, used, resetsAt } = (await tenant.status()).quota;
  return {
    upstreamCalls,
    source,
    asOf: asOf === null ? null : new Date(asOf).toISOString(),
    quota: { limit, used, resetsAt: new Date(resetsAt).toISOString() },
    plan,
  };
}
