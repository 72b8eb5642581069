import type { Customer } from '../komet/customer.ts';
import { InvalidInput } from './invalid-input.ts';
import { comparePlaces, type Order, type Place, placeOf } from './order.ts';

/** Relay's paging arguments. */
export type PageArguments = {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
};

/** One page of rows, as Relay's connection specification cuts it. */
export type Page = {
  readonly nodes: readonly Customer[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
};

/** Rows of a page where neither `first` nor `last` says how many. */
export const defaultPageSize = 100;

/**
 * Cuts a page out of sorted rows. A cursor names a place, not a position: rows that come or go between two
 * pages make nobody see a row twice or miss one.
 * @throws {InvalidInput} for a cursor that is not of this order, or a negative `first` or `last`
 */
export function cutPage(rows: readonly Customer[], order: Order, page: PageArguments): Page {
  const from = page.after == null ? 0 : countUpTo(rows, order, readCursor(page.after, order, 'after'), true);
  const to =
    page.before == null
      ? rows.length
      : countUpTo(rows, order, readCursor(page.before, order, 'before'), false);
  const first = readCount(page.first, 'first') ?? (page.last == null ? defaultPageSize : undefined);
  const last = readCount(page.last, 'last');
  let start = Math.min(from, to);
  let end = Math.max(from, to);
  if (from > to) end = start;
  if (first !== undefined) end = Math.min(end, start + first);
  if (last !== undefined) start = Math.max(start, end - last);
  return {
    nodes: rows.slice(start, end),
    hasNextPage: end < rows.length,
    hasPreviousPage: start > 0,
  };
}

/** How many rows stand before a place, the row at the place itself included or not. */
function countUpTo(rows: readonly Customer[], order: Order, place: Place, inclusive: boolean): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const compared = comparePlaces(placeOf(rows[middle] as Customer, order), place, order.direction);
    if (compared < 0 || (inclusive && compared === 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A row's cursor: opaque to callers, and good for one order only. */
export function createCursor(customer: Customer, order: Order): string {
  const { key, id } = placeOf(customer, order);
  return Buffer.from(JSON.stringify([order.field, order.direction, key, id])).toString('base64url');
}

function readCursor(cursor: string, order: Order, argument: string): Place {
  const parts = parseCursor(cursor);
  if (!parts) {
    throw new InvalidInput(
      `${argument} is not a cursor of this graph; pass an endCursor or startCursor as it came.`,
    );
  }
  const [field, direction, key, id] = parts;
  if (field !== order.field || direction !== order.direction) {
    throw new InvalidInput(
      `${argument} is a cursor of the order ${field} ${direction}; page on with that orderBy.`,
    );
  }
  return { key, id };
}

function parseCursor(cursor: string): [string, string, string | null, string] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (!Array.isArray(parts) || parts.length !== 4) return undefined;
    const [field, direction, key, id]: unknown[] = parts;
    if (typeof field !== 'string' || typeof direction !== 'string' || typeof id !== 'string')
      return undefined;
    return typeof key === 'string' || key === null ? [field, direction, key, id] : undefined;
  } catch {
    return undefined;
  }
}

/** @throws {InvalidInput} naming the argument, when it is negative */
export function readCount(count: number | null | undefined, argument: string): number | undefined {
  if (count == null) return undefined;
  if (count < 0) throw new InvalidInput(`${argument} must be 0 or more; got ${count}.`);
  return count;
}
