import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stitchSchemas } from '@graphql-tools/stitch';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createYoga } from 'graphql-yoga';
// Outside this repository these are 'komet-graphql', 'komet-graphql/stitching' and 'komet-graphql/twin'.
import { createGateway } from '../../src/gateway.ts';
import { createKometSubschema } from '../../src/stitching.ts';
import { startTwin } from '../../src/twin/twin.ts';
import { createOrdersSubschema, inventOrders } from './orders.ts';

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
const gateway = createGateway({ komet: { baseUrl: twin.url, token: 'embedded-twin' } });
const ids = twin.company.customers.map(({ id }) => id);

const schema = stitchSchemas({
  subschemas: [createKometSubschema({ gateway }), createOrdersSubschema(inventOrders(1000, ids))],
});
const yoga = createYoga({
  schema,
  landingPage: false,
  graphiql: { title: 'Customers and orders, stitched', defaultQuery: query },
  // All of GraphiQL from here instead of a CDN.
  renderGraphiQL,
});

const server = createServer(yoga).listen(Number(process.env['PORT'] ?? 4001), 'localhost');
await once(server, 'listening');

console.log(`Customers and orders, stitched: http://localhost:${(server.address() as AddressInfo).port}/graphql

Paste this there, or open it in a browser, where GraphiQL has it already:

${query}
`);
