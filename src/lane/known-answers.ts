import { LRUCache } from 'lru-cache';
import type { Operation } from '../observe/visit.ts';

/** A body, ready to be written, and what it answers. */
export type Body = {
  readonly content: string | Buffer;
  readonly bytes: number;
  readonly operation: Operation;
};

/** Answers to the same bytes from the same snapshot, kept until the snapshot changes. */
export type KnownAnswers = {
  recall(tenantName: string, version: string, request: string): Body | undefined;
  remember(tenantName: string, version: string, request: string, body: Body): void;
};

/** The answers of one snapshot by their request. */
type Answers = { readonly version: string; readonly known: LRUCache<string, Body> };

/** Tenants whose answers are kept. */
const mostTenants = 2_000;

/**
 * Keeps answers, at most `mostBytes` of them in all with their requests. A tenant's answers go with their
 * snapshot; where there are too many, those of the tenant that was asked longest ago go first.
 */
export function createKnownAnswers(mostBytes: number): KnownAnswers {
  let bytes = 0;
  const tenants = new LRUCache<string, Answers>({
    max: mostTenants,
    dispose({ known }) {
      bytes -= known.calculatedSize;
    },
  });

  function open(tenantName: string, version: string): LRUCache<string, Body> {
    const answers = tenants.get(tenantName);
    if (answers?.version === version) return answers.known;
    const known = new LRUCache<string, Body>({
      maxSize: mostBytes,
      maxEntrySize: mostBytes / 8,
      sizeCalculation: (body, request) => body.bytes + 2 * request.length,
    });
    tenants.set(tenantName, { version, known });
    return known;
  }

  return {
    recall: (tenantName, version, request) => open(tenantName, version).get(request),
    remember(tenantName, version, request, body) {
      const known = open(tenantName, version);
      bytes -= known.calculatedSize;
      known.set(request, body);
      bytes += known.calculatedSize;
      while (bytes > mostBytes && tenants.size > 1) tenants.pop();
    },
  };
}
