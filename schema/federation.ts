import { extendSchema, GraphQLError, type GraphQLSchema, type GraphQLUnionType, parse } from 'graphql';
import type { Customer, GraphContext } from './context.ts';
import { printGraph } from './print.ts';

const machinery = parse(`
  "A reference to an entity of this graph: its __typename and one of its keys."
  scalar _Any

  "The types that other graphs can refer to."
  union _Entity = Customer

  "This graph as a part of a federated one."
  type _Service {
    "The SDL of the subgraph."
    sdl: String!
  }

  extend type Query {
    "For federation routers: the SDL of this subgraph."
    _service: _Service!
    "For federation routers: the entities that are referred to, in their order; null for one that there is not."
    _entities(
      "What is referred to."
      representations: [_Any]!
    ): [_Entity]!
  }
`);

/**
 * The graph with what an Apollo Federation 2 router asks of a subgraph. A reference that is wrong fails alone,
 * which is why this does not go through a library: theirs fail the whole list.
 */
export function addFederation(graph: GraphQLSchema): GraphQLSchema {
  const schema = extendSchema(graph, machinery);
  const { _service: service, _entities: entities } = schema.getQueryType()?.getFields() ?? {};
  if (!service || !entities) throw new TypeError('the graph has no query type');
  (schema.getType('_Entity') as GraphQLUnionType).resolveType = () => 'Customer';
  let sdl: string | undefined;
  service.resolve = () => {
    sdl ??= printGraph(graph, 'federation');
    return { sdl };
  };
  entities.resolve = (
    _root,
    { representations }: { representations: readonly unknown[] },
    context: GraphContext,
  ) => representations.map((representation) => resolveReference(representation, context));
  return schema;
}

async function resolveReference(
  representation: unknown,
  { customers }: GraphContext,
): Promise<Customer | null> {
  if (typeof representation !== 'object' || representation === null) {
    throw wrongReference('A representation is an object with __typename and a key.');
  }
  const { __typename: type, id, code } = representation as Record<string, unknown>;
  if (type !== 'Customer')
    throw wrongReference(`This graph has no entity ${JSON.stringify(type)}; it has Customer.`);
  if (typeof id === 'string' || Number.isSafeInteger(id)) return customers.byId(String(id));
  if (typeof code === 'string') return customers.byCode(code);
  throw wrongReference('A Customer is referred to by id or by code, as a string.');
}

function wrongReference(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}
