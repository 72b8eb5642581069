import { type GraphQLSchema, introspectionFromSchema } from 'graphql';

/** Gives GraphQL Code Generator the schema as Graphcache wants it: object types and their fields, no words. */
export function plugin(schema: GraphQLSchema): string {
  const { __schema } = introspectionFromSchema(schema, { descriptions: false });
  const { queryType, mutationType, subscriptionType } = __schema;
  const types = __schema.types.flatMap((type) =>
    type.kind === 'OBJECT' && !type.name.startsWith('__')
      ? [{ kind: type.kind, name: type.name, fields: type.fields.map(withoutDefaults), interfaces: [] }]
      : [],
  );
  const introspection = { __schema: { queryType, mutationType, subscriptionType, types } };
  return `export const introspection = ${JSON.stringify(introspection, null, 1)} as const;\n`;
}

function withoutDefaults({
  name,
  type,
  args,
}: {
  name: string;
  type: unknown;
  args: readonly { name: string; type: unknown }[];
}) {
  return { name, type, args: args.map((argument) => ({ name: argument.name, type: argument.type })) };
}
