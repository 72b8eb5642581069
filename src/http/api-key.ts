import { createHash } from 'node:crypto';

/** A key that callers may send, kept as its SHA-256 only. */
export type ApiKey = { readonly name: string; readonly hash: Buffer };

export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
