import { createSchema, createYoga } from 'graphql-yoga';

export type Order = {
  readonly id: string;
  readonly product: string;
  readonly boxes: number;
  readonly customerId: string;
};

const products = ['Freedom roses, 60 cm', 'Hydrangeas, blue', 'Carnations, mixed', 'Alstroemeria, white'];

/** So many orders, given out to the customers in turn. */
export function inventOrders(count: number, customerIds: readonly string[]): Order[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `${1000 + index}`,
    product: products[index % products.length] ?? '',
    boxes: 1 + ((index * 7) % 12),
    customerId: customerIds[index % customerIds.length] ?? '',
  }));
}

/** What a router composes: it knows of a customer the id only, and gives it orders. */
const sdl = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])

  type Query {
    orders(first: Int = 10): [Order!]!
  }

  type Order @key(fields: "id") {
    id: ID!
    product: String!
    boxes: Int!
    customer: Customer
  }

  type Customer @key(fields: "id") {
    id: ID!
    orders: [Order!]!
  }
`;

/** What a router asks besides. A library such as @apollo/subgraph would add this. */
const machinery = `
  scalar _Any
  scalar _Import
  union _Entity = Order | Customer
  type _Service { sdl: String! }
  directive @link(url: String!, import: [_Import]) repeatable on SCHEMA
  directive @key(fields: String!) repeatable on OBJECT

  extend type Query {
    _service: _Service!
    _entities(representations: [_Any!]!): [_Entity]!
  }
`;

type Representation = { readonly __typename: 'Order' | 'Customer'; readonly id: string };

/** The orders as a subgraph, at `/graphql`. */
export function createOrdersGraph(orders: readonly Order[]) {
  const byCustomer = Map.groupBy(orders, ({ customerId }) => customerId);
  const schema = createSchema({
    typeDefs: `${sdl}${machinery}`,
    resolvers: {
      Query: {
        orders: (_root: unknown, { first }: { first: number }) => orders.slice(0, first),
        _service: () => ({ sdl }),
        _entities: (_root: unknown, { representations }: { representations: Representation[] }) =>
          representations.map(({ __typename, id }) =>
            __typename === 'Customer' ? { __typename, id } : orders.find((order) => order.id === id),
          ),
      },
      _Entity: { __resolveType: ({ __typename = 'Order' }: Partial<Representation>) => __typename },
      Order: { customer: ({ customerId }: Order) => ({ id: customerId }) },
      Customer: { orders: ({ id }: { id: string }) => byCustomer.get(id) ?? [] },
    },
  });
  return createYoga({ schema, graphiql: false, logging: false });
}
