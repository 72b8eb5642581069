import { createSchema } from 'graphql-yoga';

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

/** The orders as a graph of their own, which knows of a customer the id only, and gives it orders. */
function createOrdersSchema(orders: readonly Order[]) {
  const byCustomer = Map.groupBy(orders, ({ customerId }) => customerId);
  return createSchema({
    typeDefs: `
      type Query {
        orders(first: Int = 10): [Order!]!
        "For stitching: a customer for each id."
        customersWithOrders(ids: [ID!]!): [Customer!]!
      }

      type Order {
        id: ID!
        product: String!
        boxes: Int!
        customer: Customer
      }

      type Customer {
        id: ID!
        orders: [Order!]!
      }
    `,
    resolvers: {
      Query: {
        orders: (_root: unknown, { first }: { first: number }) => orders.slice(0, first),
        customersWithOrders: (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
      },
      Order: { customer: ({ customerId }: Order) => ({ id: customerId }) },
      Customer: { orders: ({ id }: { id: string }) => byCustomer.get(id) ?? [] },
    },
  });
}

/** The orders as `stitchSchemas` takes them. */
export function createOrdersSubschema(orders: readonly Order[]) {
  return {
    schema: createOrdersSchema(orders),
    batch: true,
    merge: {
      Customer: {
        selectionSet: '{ id }',
        fieldName: 'customersWithOrders',
        key: ({ id }: { id?: string }) => id,
        argsFromKeys: (ids: readonly unknown[]) => ({ ids }),
      },
    },
  };
}
