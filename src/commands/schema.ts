import { printSchema } from 'graphql';
import { schema as graph } from '../../schema/schema.ts';
import { type Command, readOptions, UsageError } from './usage.ts';

const formats = ['graphql'] as const;

export const schema: Command = {
  summary: 'print the SDL of the graph',
  help: () => `komet-graphql schema [--format graphql]

Prints the graph's schema in GraphQL's schema definition language.

Options
  --format NAME  ${formats.join(', ')} (graphql)

Example
  komet-graphql schema > schema.graphql
`,
  async run(args) {
    const { format = 'graphql' } = readOptions(args, { format: { type: 'string' } });
    if (!formats.some((each) => each === format))
      throw new UsageError(`--format wants one of ${formats.join(', ')}`);
    process.stdout.write(`${printSchema(graph)}\n`);
  },
};
