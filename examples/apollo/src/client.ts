import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { print } from 'graphql';
import { subscribe } from './sse.ts';

const live = new ApolloLink(
  ({ query, variables, operationName }) =>
    new Observable((observer) =>
      subscribe({ query: print(query), variables, operationName }, (result) =>
        observer.next(result as ApolloLink.Result),
      ),
    ),
);

const cache = new InMemoryCache({
  typePolicies: {
    Query: {
      fields: {
        // Pages of one list are kept as one; a page that is read without `after` replaces all of it.
        customerConnection: relayStylePagination(['filter', 'orderBy']),
        // A customer that a list has brought is shown without asking for it.
        customer: {
          read: (known, { args, toReference, canRead }) => {
            const reference = toReference({ __typename: 'Customer', id: args?.['id'] });
            return known === undefined && canRead(reference) ? reference : known;
          },
        },
        customerByCode: {
          read: (known, { args, toReference }) => {
            const id = known === undefined ? findByCode(String(args?.['code'])) : undefined;
            return id === undefined ? known : toReference({ __typename: 'Customer', id });
          },
        },
      },
    },
    CustomerFacets: { merge: true },
    // There is one, and each reading is complete.
    KometStatus: { keyFields: [] },
  },
});

/** Codes ignore case, and nothing keeps two customers from sharing one: then the gateway has to say so. */
function findByCode(code: string): unknown {
  const found = Object.values(cache.extract()).filter(
    (entity) =>
      entity?.__typename === 'Customer' && String(entity['code']).toLowerCase() === code.toLowerCase(),
  );
  return found.length === 1 ? found[0]?.['id'] : undefined;
}

export const client = new ApolloClient({
  cache,
  link: ApolloLink.split(
    ({ operationType }) => operationType === 'subscription',
    live,
    new HttpLink({ uri: '/graphql' }),
  ),
});
