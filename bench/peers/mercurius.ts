import fastify from 'fastify';
import mercurius from 'mercurius';
import cache from 'mercurius-cache';
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

const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  context: () => ({ loaders: createLoaders() }),
  resolvers: {
    Query: {
      customer: (_root: unknown, { id }: { id: string }, context: unknown) =>
        loadersOf(context).byId.load(id),
      customerByCode: (_root: unknown, { code }: { code: string }, context: unknown) =>
        loadersOf(context).byCode.load(code),
      customers: async (_root: unknown, page: Page) => cutPage(await listCustomers(), page),
    },
    Customer: customerFields,
  },
});
if (keepsAnswers) await app.register(cache.default, { ttl: keptForMs / 1000, all: true });
await app.listen({ port, host: '127.0.0.1' });

function loadersOf(context: unknown): Loaders {
  return (context as { readonly loaders: Loaders }).loaders;
}
