import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
// Outside this repository these are 'komet-graphql' and 'komet-graphql/twin'.
import { createGateway } from '../../src/gateway.ts';
import { startTwin } from '../../src/twin/twin.ts';
import { createOrdersGraph, inventOrders } from './orders.ts';

const query = `query OrdersWithTheirCustomers {
  orders(first: 3) {
    id
    product
    customer {
      name
      salesPerson
    }
  }
  customers(filter: { name: "rose" }, limit: 2) {
    name
    orders {
      product
      boxes
    }
  }
}`;

const twin = await startTwin();
const komet = createGateway({ komet: { baseUrl: twin.url, token: 'embedded-twin' }, graphiql: false });
const ids = twin.company.customers.map(({ id }) => id);
const orders = createOrdersGraph(inventOrders(1000, ids));

const subgraphs = [
  { name: 'customers', url: await listen(komet.nodeListener, 0) },
  { name: 'orders', url: await listen(orders, 0) },
];
const supergraph = composeServices(
  await Promise.all(subgraphs.map(async (each) => ({ ...each, typeDefs: parse(await readSdl(each.url)) }))),
);
if (supergraph.errors) throw new AggregateError(supergraph.errors, 'the subgraphs do not compose');

const router = createGatewayRuntime({
  supergraph: supergraph.supergraphSdl,
  // As @graphql-mesh/transport-http, which all of Hive Gateway would bring along.
  transports: {
    http: {
      getSubgraphExecutor: ({ transportEntry }) => buildHTTPExecutor({ endpoint: transportEntry.location }),
    },
  },
  logging: 'warn',
  landingPage: false,
  graphiql: { title: 'Customers and orders, federated', defaultQuery: query },
  // All of GraphiQL from here instead of a CDN.
  renderGraphiQL,
});
const url = await listen(router, Number(process.env['PORT'] ?? 4002));

console.log(`Customers and orders, federated: ${url}

${subgraphs.map(({ name, url }) => `  ${name.padEnd(9)}  ${url}`).join('\n')}

Paste this there, or open it in a browser, where GraphiQL has it already:

${query}
`);

async function listen(listener: RequestListener, port: number): Promise<string> {
  const server = createServer(listener).listen(port, 'localhost');
  await once(server, 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}/graphql`;
}

async function readSdl(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ query: '{ _service { sdl } }' });
  const response = await fetch(url, { method: 'POST', headers, body });
  const { data } = (await response.json()) as { data: { _service: { sdl: string } } };
  return data._service.sdl;
}
