import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { print } from 'graphql';
import { GraphQLClient } from 'graphql-request';
import { describe, expect, test } from 'vitest';
import { hashDocument } from '../src/graph/documents.ts';
import { CustomerByCodeDocument, CustomersByIdDocument } from './generated/operations.ts';
import { post, startGateway } from './harness/gateway.ts';

const known = print(CustomerByCodeDocument);
const unknown = print(CustomersByIdDocument);

/** A gateway that knows one document from a manifest, and perhaps executes nothing else. */
async function startTrusting(only: 'on' | 'off') {
  const folder = await mkdtemp(join(tmpdir(), 'komet-documents-'));
  const file = join(folder, 'manifest.json');
  await writeFile(file, JSON.stringify({ [hashDocument(known)]: known }));
  const gateway = await startGateway({
    settings: { GATEWAY_DOCUMENTS: file, GATEWAY_DOCUMENTS_ONLY: only },
    twin: { customers: 2 },
  });
  return {
    ...gateway,
    byHash: (query: string, variables: object) =>
      post(gateway.url, {
        variables,
        extensions: { persistedQuery: { version: 1, sha256Hash: hashDocument(query) } },
      }),
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

describe('a gateway with trusted documents', () => {
  test('executes them by their hash, at the first time already', async () => {
    await using gateway = await startTrusting('off');
    const { data } = await gateway.byHash(known, { code: 'abc' });
    expect(data.customerByCode.name).toBe('ABC Wholesale');
  });

  test('that executes nothing else takes their text from a client, and refuses any other', async () => {
    await using gateway = await startTrusting('on');
    const client = new GraphQLClient(gateway.url, { errorPolicy: 'all' });
    const data = await client.request(CustomerByCodeDocument, { code: 'abc' });
    expect(data.customerByCode?.name).toBe('ABC Wholesale');
    for (const query of [unknown, '{ customers { id } }', `${known} `]) {
      for (let turn = 0; turn < 2; turn++) {
        const reply = await gateway.query(query, { ids: ['23423'], code: 'abc' });
        expect(reply.data).toBeUndefined();
        expect(reply.errors?.[0]?.extensions['code']).toBe('FORBIDDEN');
      }
    }
    const unknownHash = await gateway.byHash(unknown, { ids: ['23423'] });
    expect(unknownHash.errors?.[0]?.extensions['code']).toBe('PERSISTED_QUERY_NOT_FOUND');
  });
});
