import type { CodegenConfig } from '@graphql-codegen/cli';

const printed = (format: 'graphql' | 'federation' | 'stitching') => ({
  plugins: [{ './schema/codegen-plugin.ts': { format } }],
});

/** Of one file: several would come in the order in which the disk gives them. */
const typed = (documents: string) => ({
  documents,
  plugins: ['typescript-operations', 'typed-document-node'],
  config: { useTypeImports: true, scalars: { ID: 'string', Date: 'string', DateTime: 'string' } },
});

const config: CodegenConfig = {
  schema: './schema/schema.ts',
  // As the code has it: what belongs together stays together.
  config: { sort: false },
  generates: {
    './schema/schema.graphql': printed('graphql'),
    './schema/subgraph.graphql': printed('federation'),
    './schema/stitching.graphql': printed('stitching'),
    './test/generated/operations.ts': typed('./schema/operations/customers.graphql'),
    './examples/apollo/src/generated/operations.ts': typed('./schema/operations/browser.graphql'),
    './examples/urql/src/generated/operations.ts': typed('./schema/operations/browser.graphql'),
    './examples/urql/src/generated/introspection.ts': {
      plugins: ['./examples/urql/introspection-plugin.ts'],
    },
  },
};

export default config;
