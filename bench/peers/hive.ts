import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import InMemoryLruCache from '@graphql-mesh/cache-inmemory-lru';
import { composeSubgraphs } from '@graphql-mesh/fusion-composition';
import rest from '@graphql-mesh/transport-rest';
import { loadNonExecutableGraphQLSchemaFromJSONSchemas } from '@omnigraph/json-schema';
import { keepsAnswers, keptForMs, port, token, upstream } from './graph.ts';

const text = { type: 'string' } as const;
const customerSchema = {
  title: 'Customer',
  type: 'object',
  properties: { id: text, name: text, code: text, active: text, salesPerson: text, customerType: text },
} as const;

/** Hive Gateway over a JSON schema of customer.list, which it calls itself: there is no resolver to write. */
const schema = await loadNonExecutableGraphQLSchemaFromJSONSchemas('komet', {
  endpoint: upstream.slice(0, -1),
  queryParams: { authenticationToken: token },
  operations: [
    {
      type: 'Query',
      field: 'customerList',
      path: '/customer.list',
      method: 'GET',
      argTypeMap: { id: { type: 'string' }, code: { type: 'string' } },
      queryParamArgMap: { id: 'id', code: 'code' },
      responseSchema: {
        title: 'CustomerList',
        type: 'object',
        properties: { status: text, message: text, customers: { type: 'array', items: customerSchema } },
      },
    },
  ],
});
const { supergraphSdl, errors } = composeSubgraphs([{ name: 'komet', schema }]) as {
  supergraphSdl: string;
  errors?: readonly Error[];
};
if (errors?.length) throw new AggregateError(errors, 'the schema does not compose');

const gateway = createGatewayRuntime({
  supergraph: supergraphSdl,
  transports: { rest },
  logging: false,
  landingPage: false,
  graphiql: false,
  ...(keepsAnswers && {
    cache: new InMemoryLruCache(),
    responseCaching: { session: () => null, ttl: keptForMs },
  }),
});
createServer(gateway).listen(port, '127.0.0.1');
