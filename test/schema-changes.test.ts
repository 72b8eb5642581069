import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (...path: string[]) => readFile(join(root, ...path), 'utf8');

/**
 * schema/released.graphql is schema/schema.graphql as callers know it from the last release; a release copies the
 * one over the other when it gives the changelog's Unreleased section a version.
 */
describe('what changed in the schema since the last release', () => {
  test('is named in the changelog, by its coordinate and under Unreleased, where it breaks callers', async () => {
    const [released, current, changelog] = await readAll();
    expect(await unannounced(released, current, changelog)).toEqual([]);
  });

  test('is nothing where nothing is unreleased', async () => {
    const [released, current, changelog] = await readAll();
    if (unreleasedIn(changelog) === '') expect(current).toBe(released);
  });
});

describe('a change that breaks callers', () => {
  const released = `
    type Query { customers(limit: Int, gone: Int): [Customer!] status: String! }
    type Customer { id: ID! code: String name: String! kind: Kind }
    enum Kind { FLORIST GROCER }
    input Filter { name: String }
    type Forgotten { id: ID! }
  `;
  const current = `
    type Query { customers(limit: Int!, must: Int!, may: Int): [Customer!] status: String fresh: Int }
    type Customer { id: ID! name: Int! kind: Kind note: String }
    enum Kind { FLORIST }
    input Filter { name: String! id: ID! code: String }
  `;
  const breaking = [
    'Customer.code',
    'Customer.name',
    'Filter.id',
    'Filter.name',
    'Forgotten',
    'Kind.GROCER',
    'Query.customers(gone:)',
    'Query.customers(limit:)',
    'Query.customers(must:)',
    'Query.status',
  ];
  const changelog = (unreleased: string, older = '') =>
    `# Changelog\n\n## Unreleased\n\n${unreleased}\n\n## 0.1.0\n\n${older}\n`;

  test('is found, whatever it is, and what only adds is not one', async () => {
    expect(await unannounced(released, current, changelog(''))).toEqual(breaking);
    expect(await unannounced(released, released, changelog(''))).toEqual([]);
  });

  test('must be named as a whole, and since the last release', async () => {
    const names = breaking.map((name) => `- \`${name}\` changed, because.`).join('\n');
    expect(await unannounced(released, current, changelog(names))).toEqual([]);
    expect(await unannounced(released, current, changelog('', names))).toEqual(breaking);
    expect(await unannounced(released, current, '# Changelog\n')).toEqual(breaking);
    const almost = names.replace('`Customer.code`', '`Customer.codes`');
    expect(await unannounced(released, current, changelog(almost))).toEqual(['Customer.code']);
  });
});

const readAll = () =>
  Promise.all([read('schema', 'released.graphql'), read('schema', 'schema.graphql'), read('CHANGELOG.md')]);

/** The coordinates of changes that break callers and that the changelog does not name. */
async function unannounced(released: string, current: string, changelog: string): Promise<string[]> {
  const changes = await diff(buildSchema(released), buildSchema(current));
  const coordinates = changes
    .filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking)
    .map(({ path, message }) => (path === undefined ? message : coordinateOf(path)));
  const named = unreleasedIn(changelog);
  return [...new Set(coordinates)].filter((coordinate) => !named.includes(`\`${coordinate}\``)).sort();
}

/** An argument's path is `Query.customers.limit`, its coordinate `Query.customers(limit:)`. */
function coordinateOf(path: string): string {
  const [type, field, argument] = path.split('.');
  return argument === undefined ? path : `${type}.${field}(${argument}:)`;
}

function unreleasedIn(changelog: string): string {
  const [, unreleased = ''] = changelog.split(/^## Unreleased$/m);
  return (unreleased.split(/^## /m)[0] ?? '').trim();
}
