import { createHash } from 'node:crypto';
import type { DocumentNode } from 'graphql';
import { createGraphQLError, type Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

/** Documents that may be asked for by the SHA-256 (hex) of their text. */
export type TrustedDocuments = {
  readonly documents: ReadonlyMap<string, string>;
  /** Whether nothing else is executed. */
  readonly only: boolean;
};

/** Text kept of documents that clients registered, and of those that are parsed, in characters. */
const mostKept = 8_000_000;
const mostParsed = 300_000;
/** What an entry takes besides its text: a flood of short ones must not be had for nothing. */
const entrySize = 300;

/**
 * What yoga keeps of documents, bounded by the length of their texts: a syntax tree takes some 120 bytes a
 * character, so that a number of documents alone would be no bound.
 */
export function createDocumentCaches() {
  const createCache = <Kept extends object>() =>
    new LRUCache<string, Kept>({
      maxSize: mostParsed,
      sizeCalculation: (_kept, text) => text.length + entrySize,
    });
  return { documentCache: createCache<DocumentNode>(), errorCache: createCache<Error>() };
}

/**
 * Lets clients send the hash of a document instead of its text: documents of a manifest, and, as Apollo's
 * automatic persisted queries do it, whatever a client has sent once with its hash.
 *
 * Yoga's own plugin for the latter pins an older @graphql-tools/utils and cannot be installed beside it.
 */
export function usePersistedDocuments(
  trusted: TrustedDocuments = { documents: new Map(), only: false },
): Plugin {
  const registered = new LRUCache<string, string>({
    maxSize: mostKept,
    sizeCalculation: (text) => text.length + entrySize,
  });

  return {
    onParams({ params, setParams }) {
      const hash = readHash(params.extensions);
      if (!params.query) {
        if (hash === undefined) return;
        const query = trusted.documents.get(hash) ?? (trusted.only ? undefined : registered.get(hash));
        if (query === undefined) throw notFound();
        setParams({ ...params, query });
        return;
      }
      if (hash !== undefined && hash !== hashDocument(params.query)) {
        throw refusal('BAD_USER_INPUT', 'extensions.persistedQuery.sha256Hash is not the hash of the query.');
      }
      if (trusted.only && !trusted.documents.has(hashDocument(params.query))) {
        throw refusal('FORBIDDEN', 'This gateway executes only the operations that it knows beforehand.');
      }
      if (hash !== undefined) registered.set(hash, params.query);
    },
  };
}

/** What a document is asked for by: its SHA-256, in hex. */
export function hashDocument(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function readHash(extensions: unknown): string | undefined {
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: { sha256Hash?: unknown } | null };
  const hash = persistedQuery?.sha256Hash;
  return typeof hash === 'string' ? hash.toLowerCase() : undefined;
}

/** By this message and code clients know to send the text along. */
const notFound = () =>
  createGraphQLError('PersistedQueryNotFound', {
    extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', http: { status: 200 } },
  });

const refusal = (code: string, message: string) =>
  createGraphQLError(message, { extensions: { code, http: { status: code === 'FORBIDDEN' ? 403 : 400 } } });
