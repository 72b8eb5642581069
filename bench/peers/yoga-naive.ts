import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { customerFields, cutPage, listCustomers, type Page, port, typeDefs } from './graph.ts';

/** GraphQL Yoga as its tutorial has it: each field calls the upstream itself. */
const yoga = createYoga({
  logging: false,
  graphiql: false,
  schema: createSchema({
    typeDefs,
    resolvers: {
      Query: {
        customer: async (_root, { id }: { id: string }) => (await listCustomers({ id }))[0] ?? null,
        customerByCode: async (_root, { code }: { code: string }) =>
          (await listCustomers({ code }))[0] ?? null,
        customers: async (_root, page: Page) => cutPage(await listCustomers(), page),
      },
      Customer: customerFields,
    },
  }),
});

createServer(yoga).listen(port, '127.0.0.1');
