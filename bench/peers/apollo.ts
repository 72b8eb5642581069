import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { startStandaloneServer } from '@apollo/server/standalone';
import responseCachePlugin from '@apollo/server-plugin-response-cache';
import {
  callFor,
  customerFields,
  cutPage,
  keepsAnswers,
  keptForMs,
  type Page,
  port,
  readRows,
  typeDefs,
  upstream,
} from './graph.ts';

/** What Apollo's documentation puts in front of a REST service; equal calls of one request are made once. */
class KometSource extends RESTDataSource {
  override baseURL = upstream;

  async list(filter: Readonly<Record<string, string>> = {}) {
    return readRows(await this.get(callFor(filter)));
  }
}

type Context = { readonly komet: KometSource };

const server = new ApolloServer<Context>({
  typeDefs,
  introspection: false,
  plugins: keepsAnswers
    ? [ApolloServerPluginCacheControl({ defaultMaxAge: keptForMs / 1000 }), responseCachePlugin()]
    : [],
  resolvers: {
    Query: {
      customer: async (_root, { id }: { id: string }, { komet }) => (await komet.list({ id }))[0] ?? null,
      customerByCode: async (_root, { code }: { code: string }, { komet }) =>
        (await komet.list({ code }))[0] ?? null,
      customers: async (_root, page: Page, { komet }) => cutPage(await komet.list(), page),
    },
    Customer: customerFields,
  },
});

await startStandaloneServer(server, {
  listen: { port, host: '127.0.0.1' },
  context: async () => ({ komet: new KometSource({ cache: server.cache }) }),
});
