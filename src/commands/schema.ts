import { formats, printGraph } from '../../schema/print.ts';
import { schema as graph } from '../../schema/schema.ts';
import { type Command, readOptions, UsageError } from './usage.ts';

export const schema: Command = {
  summary: 'print the SDL of the graph',
  help: () => `komet-graphql schema [--format NAME]

Prints the graph's schema in GraphQL's schema definition language.

Options
  --format NAME  graphql: the plain graph; federation: as an Apollo Federation 2 subgraph;
                 stitching: with the directives of schema stitching (graphql)

Example
  komet-graphql schema > schema.graphql
`,
  async run(args) {
    const { format = 'graphql' } = readOptions(args, { format: { type: 'string' } });
    const known = formats.find((each) => each === format);
    if (!known) throw new UsageError(`--format wants one of ${formats.join(', ')}`);
    process.stdout.write(`${printGraph(graph, known)}\n`);
  },
};
