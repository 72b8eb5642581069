import { LRUCache } from 'lru-cache';
import type { Operation } from '../observe/visit.ts';

/** A body, ready to be written, and what it answers. */
export type Body = {
  /** A text has a character for each byte. */
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
type Answers = {
  readonly version: string;
  readonly known: LRUCache<string, Body>;
  /** Keeps what a tenant has asked for from telling in what time another is answered. */
  readonly seed: number;
};

/** Tenants whose answers are kept. */
const mostTenants = 2_000;

/**
 * Keeps answers, at most `mostBytes` of them in all with their requests, from the second time on that they are
 * given: to keep and forget what nobody asks for again would cost more than to answer. A tenant's answers go with their
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

  const wasSeen = createSightings();

  function open(tenantName: string, version: string): Answers {
    const answers = tenants.get(tenantName);
    if (answers?.version === version) return answers;
    const known = new LRUCache<string, Body>({
      maxSize: mostBytes,
      maxEntrySize: mostBytes / 8,
      sizeCalculation: (body, request) => body.bytes + 2 * request.length,
    });
    const opened = { version, known, seed: answers?.seed ?? hash(tenantName, 0) };
    tenants.set(tenantName, opened);
    return opened;
  }

  return {
    recall: (tenantName, version, request) => open(tenantName, version).known.get(request),
    remember(tenantName, version, request, body) {
      const { known, seed } = open(tenantName, version);
      if (!wasSeen(hash(request, seed))) return;
      bytes -= known.calculatedSize;
      known.set(request, body);
      bytes += known.calculatedSize;
      while (bytes > mostBytes && tenants.size > 1) tenants.pop();
    },
  };
}

/** Of this many requests it is known whether they were seen; a power of two. */
const sightings = 65_536;

/** Tells what it is told for the second time from what it is told for the first; now and then it errs. */
function createSightings(): (hashed: number) => boolean {
  const seen = new Int32Array(sightings);
  return (hashed) => {
    const at = hashed & (sightings - 1);
    const beside = at ^ 1;
    if (seen[at] === hashed || seen[beside] === hashed) return true;
    seen[beside] = seen[at] as number;
    seen[at] = hashed;
    return false;
  };
}

/** FNV-1a. */
function hash(text: string, seed: number): number {
  let hashed = seed ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hashed = Math.imul(hashed ^ text.charCodeAt(index), 0x01000193);
  }
  return hashed;
}
