import type { GraphQLSchema } from 'graphql';
import { type Format, printGraph } from './print.ts';

/** GraphQL Code Generator's way to {@link printGraph}, so that one command writes every generated file. */
export function plugin(
  schema: GraphQLSchema,
  _documents: unknown,
  config: { readonly format: Format },
): string {
  return `${printGraph(schema, config.format)}\n`;
}
