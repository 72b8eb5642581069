import { type Cache, cacheExchange, type FieldInfo } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { Client, fetchExchange, stringifyVariables, subscriptionExchange } from 'urql';
import { introspection } from './generated/introspection.ts';
import type { WatchCustomersSubscription } from './generated/operations.ts';
import { subscribe } from './sse.ts';

const embedded = () => null;

const cache = cacheExchange({
  // Knowing the schema, it shows a list as far as it is known while the next page is on its way.
  schema: introspection,
  keys: {
    CustomerConnection: embedded,
    CustomerEdge: embedded,
    PageInfo: embedded,
    CustomerFacets: embedded,
    FacetCount: embedded,
    ActiveFacetCount: embedded,
    KometStatus: embedded,
    KometQuota: embedded,
    KometError: embedded,
  },
  resolvers: {
    Query: {
      customerConnection: relayPagination(),
      // A customer that a list has brought is shown without asking for it.
      customer: (_parent, args, store, { parentKey, fieldName }) => {
        const known = store.resolve(parentKey, fieldName, args);
        return known === undefined ? { __typename: 'Customer', id: String(args['id']) } : known;
      },
      customerByCode: (_parent, args, store, { parentKey, fieldName }) => {
        const known = store.resolve(parentKey, fieldName, args);
        return known === undefined ? findByCode(store, String(args['code'])) : known;
      },
    },
  },
  updates: {
    Query: {
      // A list that is read from its beginning replaces all its pages.
      customerConnection(_result, args, store) {
        if (args['after'] != null) return;
        for (const { fieldName, arguments: other } of pagesIn(store)) {
          const isOther = other?.['first'] !== args['first'] || other?.['after'] != null;
          if (isOther && isSameList(args, other)) store.invalidate('Query', fieldName, other);
        }
      },
    },
    Subscription: {
      // A changed customer is taken in by its id, wherever it is shown; only one that is gone needs a word.
      customerChanged(result, _args, store) {
        const { kind, customer } = (result as WatchCustomersSubscription).customerChanged;
        if (kind === 'REMOVED') store.invalidate({ __typename: 'Customer', id: customer.id });
      },
    },
  },
});

const pagesIn = (store: Cache) =>
  store.inspectFields('Query').filter(({ fieldName }) => fieldName === 'customerConnection');

function isSameList(one: FieldInfo['arguments'], other: FieldInfo['arguments']): boolean {
  const list = (args: FieldInfo['arguments']) => stringifyVariables([args?.['filter'], args?.['orderBy']]);
  return list(one) === list(other);
}

/** Codes ignore case, and nothing keeps two customers from sharing one: then the gateway has to say so. */
function findByCode(store: Cache, code: string): string | undefined {
  const found = new Set<string>();
  for (const { fieldKey } of pagesIn(store)) {
    const edges = store.resolve(store.resolve('Query', fieldKey) as string, 'edges');
    for (const edge of Array.isArray(edges) ? edges : []) {
      const customer = store.resolve(edge as string, 'node') as string;
      if (String(store.resolve(customer, 'code')).toLowerCase() === code.toLowerCase()) found.add(customer);
    }
  }
  const [first, second] = found;
  return second === undefined ? first : undefined;
}

export const client = new Client({
  url: '/graphql',
  exchanges: [
    cache,
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query = '', variables, operationName }) => ({
        subscribe: ({ next }) => ({
          unsubscribe: subscribe({ query, variables, operationName }, (result) =>
            next(result as Parameters<typeof next>[0]),
          ),
        }),
      }),
    }),
  ],
});
