import { createServer } from 'node:http';
import { useGraphQlJit } from '@envelop/graphql-jit';
import { useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createSchema, createYoga } from 'graphql-yoga';
import {
  createLoaders,
  customerFields,
  cutPage,
  keepsAnswers,
  keptForMs,
  type Loaders,
  listCustomers,
  type Page,
  port,
  typeDefs,
} from './graph.ts';

/** GraphQL Yoga with compiled queries and loaders. */
const yoga = createYoga({
  logging: false,
  graphiql: false,
  context: createLoaders,
  plugins: [
    useGraphQlJit(),
    ...(keepsAnswers ? [useResponseCache({ session: () => null, ttl: keptForMs })] : []),
  ],
  schema: createSchema<Loaders>({
    typeDefs,
    resolvers: {
      Query: {
        customer: (_root, { id }: { id: string }, { byId }) => byId.load(id),
        customerByCode: (_root, { code }: { code: string }, { byCode }) => byCode.load(code),
        customers: async (_root, page: Page) => cutPage(await listCustomers(), page),
      },
      Customer: customerFields,
    },
  }),
});

createServer(yoga).listen(port, '127.0.0.1');
