import { join } from 'node:path';
import graphqlEslint from '@graphql-eslint/eslint-plugin';
import { ESLint, type Linter } from 'eslint';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Types of which each instance is a value, a page or a state, not a thing with an id of its own. */
const withoutId = [
  'ActiveFacetCount',
  'CustomerConnection',
  'CustomerEdge',
  'CustomerFacets',
  'FacetCount',
  'KometCapabilities',
  'KometError',
  'KometQuota',
  'KometStatus',
  'PageInfo',
];

/** Remarks that are right in general and not here. */
const answered = [
  // As customer.list calls it; `type` would be another word for the same thing, and an easily mistaken one.
  'Field "customerType" starts with the name of the parent type "Customer"',
];

describe('graphql-eslint', () => {
  test('recommends nothing for schema.graphql that was not thought of', async () => {
    const remarks = await lint('schema/schema.graphql', {
      ...graphqlEslint.configs['flat/schema-recommended'].rules,
      '@graphql-eslint/strict-id-in-types': ['error', { exceptions: { types: withoutId } }],
    });
    expect(remarks).toEqual(answered);
  });

  test('recommends nothing for the operations that types are generated from', async () => {
    const remarks = await lint('schema/operations/*.graphql', {
      ...graphqlEslint.configs['flat/operations-recommended'].rules,
    });
    expect(remarks).toEqual([]);
  });
});

async function lint(files: string, rules: Linter.RulesRecord): Promise<string[]> {
  const eslint = new ESLint({
    cwd: root,
    // These settings are all that there is.
    overrideConfigFile: true,
    overrideConfig: {
      files: ['**/*.graphql'],
      plugins: { '@graphql-eslint': graphqlEslint as unknown as ESLint.Plugin },
      languageOptions: {
        parser: graphqlEslint.parser,
        parserOptions: {
          graphQLConfig: {
            schema: join(root, 'schema', 'schema.graphql'),
            documents: join(root, 'schema', 'operations', '*.graphql'),
          },
        },
      },
      rules,
    },
  });
  const results = await eslint.lintFiles(files);
  return results.flatMap(({ messages }) => messages.map(({ message }) => message));
}
