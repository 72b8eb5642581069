import { createHash } from 'node:crypto';
import {
  ApolloClient,
  ApolloLink,
  CombinedGraphQLErrors,
  HttpLink,
  InMemoryCache,
  Observable,
} from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { Client, cacheExchange, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { persistedExchange } from '@urql/exchange-persisted';
import { parse, print } from 'graphql';
import { ClientError, GraphQLClient } from 'graphql-request';
import { createClient } from 'graphql-sse';
import { describe, expect, test } from 'vitest';
import {
  CustomerByCodeDocument,
  CustomerChangesDocument,
  CustomerListDocument,
  CustomersByIdDocument,
} from './generated/operations.ts';
import { startGateway, type TestGateway } from './harness/gateway.ts';

const live = { KOMET_MAX_STALENESS: '100ms', KOMET_DAILY_QUOTA: '1000000' };
const partly = '{ good: customer(id: "23423") { name } bad: customer(id: "12a") { name } }';
const half = { good: { name: 'ABC Wholesale' }, bad: null };

describe('Apollo Client', () => {
  test.for([
    ['POST', false],
    ['GET', true],
  ] as const)(
    'reads customers by %s, with the types that are generated for it',
    async ([method, useGETForQueries]) => {
      await using gateway = await startGateway({ twin: { customers: 2 } });
      const { fetch, requests } = watchFetch();
      const client = createApollo(new HttpLink({ uri: gateway.url, fetch, useGETForQueries }));
      const { data } = await client.query({ query: CustomerByCodeDocument, variables: { code: 'abc' } });
      expect(data?.customerByCode?.name).toBe('ABC Wholesale');
      const list = await client.query({
        query: CustomerListDocument,
        variables: { filter: { name: 'retailer' } },
      });
      expect(list.data?.customers?.map(({ code }) => code)).toEqual(['DEF']);
      expect(requests.map((each) => each.method)).toEqual([method, method]);
    },
  );

  test('keeps what there is of an answer with an error', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const client = createApollo(new HttpLink({ uri: gateway.url }));
    const { data, error } = await client.query({ query: parse(partly), errorPolicy: 'all' });
    expect(data).toEqual({ good: { __typename: 'Customer', name: 'ABC Wholesale' }, bad: null });
    if (!CombinedGraphQLErrors.is(error)) throw new Error('Apollo saw no GraphQL error');
    expect(error.errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('has its cache changed by a subscription over graphql-sse', async () => {
    await using gateway = await startGateway({ settings: live, twin: { customers: 2, quota: 1_000_000 } });
    const sse = createClient({ url: gateway.url, retryAttempts: 0 });
    const subscriptions = new ApolloLink(
      ({ query, variables, operationName }) =>
        new Observable((observer) =>
          sse.subscribe(
            { query: print(query), variables, ...(operationName && { operationName }) },
            {
              next: (result) => observer.next(result as ApolloLink.Result),
              error: (error) => observer.error(error),
              complete: () => observer.complete(),
            },
          ),
        ),
    );
    const client = createApollo(
      ApolloLink.split(
        ({ operationType }) => operationType === 'subscription',
        subscriptions,
        new HttpLink({ uri: gateway.url }),
      ),
    );
    const wanted = { query: CustomersByIdDocument, variables: { ids: ['23423'] } };
    await client.query(wanted);
    const changed = Promise.withResolvers<void>();
    const watching = client.watchQuery(wanted).subscribe(({ data }) => {
      if (data?.customersById?.[0]?.name === 'ABC Retail') changed.resolve();
    });
    const listening = client
      .subscribe({ query: CustomerChangesDocument })
      .subscribe({ error: changed.reject });
    gateway.twin.company.update('23423', { name: 'ABC Retail' });
    await changed.promise;
    listening.unsubscribe();
    watching.unsubscribe();
    sse.dispose();
  });

  test('sends hashes instead of documents, once the gateway has seen them', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
    const ask = async () => {
      const { fetch, requests } = watchFetch();
      const link = new PersistedQueryLink({ sha256, useGETForHashedQueries: true });
      const client = createApollo(link.concat(new HttpLink({ uri: gateway.url, fetch })));
      const { data } = await client.query({ query: CustomerByCodeDocument, variables: { code: 'abc' } });
      expect(data?.customerByCode?.name).toBe('ABC Wholesale');
      return requests.map(({ method, text }) => [method, text.includes('customerByCode')]);
    };
    expect(await ask()).toEqual([
      ['GET', false],
      ['POST', true],
    ]);
    expect(await ask()).toEqual([['GET', false]]);
  });
});

describe('urql', () => {
  test.for([
    ['POST', false],
    ['GET', 'force'],
  ] as const)(
    'reads customers by %s, with the types that are generated for it',
    async ([method, preferGetMethod]) => {
      await using gateway = await startGateway({ twin: { customers: 2 } });
      const { fetch, requests } = watchFetch();
      const client = createUrql(gateway, { fetch, preferGetMethod });
      const { data } = await client.query(CustomerByCodeDocument, { code: 'abc' }).toPromise();
      expect(data?.customerByCode?.name).toBe('ABC Wholesale');
      expect(requests.map((each) => each.method)).toEqual([method]);
    },
  );

  test('sends the hash of a query alone once the gateway knows its text', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { fetch, requests } = watchFetch();
    const createOne = () =>
      new Client({
        url: gateway.url,
        fetch,
        preferGetMethod: false,
        exchanges: [persistedExchange({ preferGetForPersistedQueries: true }), fetchExchange],
      });
    for (const client of [createOne(), createOne()]) {
      const { data } = await client.query(CustomerByCodeDocument, { code: 'abc' }).toPromise();
      expect(data?.customerByCode?.name).toBe('ABC Wholesale');
    }
    expect(requests.map(({ text }) => text.includes('customerByCode('))).toEqual([false, true, false]);
  });

  test('keeps what there is of an answer with an error', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { data, error } = await createUrql(gateway).query(gql(partly), {}).toPromise();
    expect(data).toMatchObject(half);
    expect(error?.graphQLErrors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(error?.networkError).toBeUndefined();
  });

  test.for([
    ['graphql-sse', 'graphql-sse'],
    ['its own fetch', 'fetch'],
  ] as const)('hears of changes over %s', async ([, by]) => {
    await using gateway = await startGateway({ settings: live, twin: { customers: 2, quota: 1_000_000 } });
    await gateway.query('{ customers { id } }');
    const sse = createClient({ url: gateway.url, retryAttempts: 0 });
    const client = createUrql(gateway, {
      fetchSubscriptions: by === 'fetch',
      exchanges:
        by === 'fetch'
          ? [fetchExchange]
          : [
              fetchExchange,
              subscriptionExchange({
                forwardSubscription: ({ query = '', variables }) => ({
                  subscribe: (sink) => ({ unsubscribe: sse.subscribe({ query, variables }, sink) }),
                }),
              }),
            ],
    });
    const heard = Promise.withResolvers<unknown>();
    const { unsubscribe } = client
      .subscription(CustomerChangesDocument, {})
      .subscribe(({ data, error }) => (error ? heard.reject(error) : heard.resolve(data?.customerChanged)));
    gateway.twin.company.update('23423', { name: 'ABC Retail' });
    expect(await heard.promise).toMatchObject({ kind: 'UPDATED', customer: { name: 'ABC Retail' } });
    unsubscribe();
    sse.dispose();
  });
});

describe('graphql-request', () => {
  test.for(['POST', 'GET'] as const)('reads customers by %s', async (method) => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { fetch, requests } = watchFetch();
    const client = new GraphQLClient(gateway.url, { method, fetch, jsonSerializer: JSON });
    const { customersById } = await client.request(CustomersByIdDocument, { ids: ['25555', '1'] });
    expect(customersById?.map((customer) => customer?.code)).toEqual(['DEF', undefined]);
    expect(requests.map((each) => each.method)).toEqual([method]);
  });

  test('gets what there is of an answer with an error, or throws, as it is told', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const { data, errors } = await new GraphQLClient(gateway.url, { errorPolicy: 'all' }).rawRequest(partly);
    expect(data).toEqual(half);
    expect(errors).toMatchObject([{ path: ['bad'], extensions: { code: 'BAD_USER_INPUT' } }]);
    await expect(new GraphQLClient(gateway.url).request(partly)).rejects.toThrow(ClientError);
    await expect(new GraphQLClient(gateway.url).request('{ nothing }')).rejects.toMatchObject({
      response: { status: 400, errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    });
  });
});

describe('graphql-sse', () => {
  test('hears of changes, one connection for each subscription, until it has enough', async () => {
    await using gateway = await startGateway({ settings: live, twin: { customers: 2, quota: 1_000_000 } });
    await gateway.query('{ customers { id } }');
    const connected = Promise.withResolvers<void>();
    let connections = 0;
    const client = createClient({
      url: gateway.url,
      retryAttempts: 0,
      on: { connected: () => ++connections === 2 && connected.resolve() },
    });
    const query = '{ customerChanged { kind customer { name } } }';
    const first = client.iterate({ query: `subscription ${query}` });
    const second = client.iterate({ query: `subscription ${query}` });
    const heard = [first.next(), second.next()];
    await connected.promise;
    gateway.twin.company.update('23423', { name: 'ABC Retail' });
    const change = { kind: 'UPDATED', customer: { name: 'ABC Retail' } };
    for (const next of heard) expect((await next).value).toEqual({ data: { customerChanged: change } });
    await first.return?.();
    gateway.twin.company.update('25555', { name: 'DEF Retailer' });
    expect((await second.next()).value).toMatchObject({
      data: { customerChanged: { customer: { name: 'DEF Retailer' } } },
    });
    client.dispose();
  });

  test('reads a query too, and hears what is wrong with a subscription', async () => {
    await using gateway = await startGateway({ twin: { customers: 2 } });
    const client = createClient({ url: gateway.url, retryAttempts: 0 });
    const right = client.iterate({ query: partly });
    expect((await right.next()).value).toMatchObject({ data: half, errors: [{ path: ['bad'] }] });
    expect((await right.next()).done).toBe(true);
    const wrong = client.iterate({ query: 'subscription { customerChanged(after: "never") { id } }' });
    expect((await wrong.next()).value).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
    });
    client.dispose();
  });
});

function createApollo(link: ApolloLink) {
  return new ApolloClient({ link, cache: new InMemoryCache() });
}

function createUrql({ url }: TestGateway, options: Partial<ConstructorParameters<typeof Client>[0]> = {}) {
  return new Client({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange], ...options });
}

/** The real fetch, and what went through it. */
function watchFetch() {
  const requests: { method: string; text: string }[] = [];
  const watched: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = await request.clone().text();
    requests.push({ method: request.method, text: `${decodeURIComponent(request.url)} ${body}` });
    return fetch(request);
  };
  return { fetch: watched, requests };
}
