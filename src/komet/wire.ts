import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type Batch, createArraySplitter } from './array-splitter.ts';
import type { Customer } from './customer.ts';
import { createCustomerReader, hasRoundedNumber } from './customer-row.ts';
import { KometError } from './errors.ts';
import { createRowObserver, jsonTypeOf, type WireObservation } from './observation.ts';

/** The body of a `customer.list` reply, read: Komet's yes with its rows, or Komet's no. */
export type WireReply =
  | {
      readonly succeeded: true;
      readonly customers: readonly Customer[];
      /** Elements of `customers` that are no customer. */
      readonly dropped: number;
      readonly message: string;
      readonly observed: Omit<WireObservation, 'message' | 'serverDate'>;
    }
  | { readonly succeeded: false; readonly message: string };

export type WireOptions = {
  /** What the rows may take in memory, each counted as 256 bytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
};

const workMs = 8;
const rowsPerBreath = 64;
const sliceBytes = 64 * 1024;
/** A small row still makes a customer of about this size in memory. */
const bytesPerCustomer = 256;

/** Komet's 1 and 0 as whichever JSON type it chose (komet-api.md 1.2, 2.6). */
const Status = z.transform((value: unknown, context) => {
  const text = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (text === '1' || text === 'true' || text === 1 || text === true) return true;
  if (text === '0' || text === 'false' || text === 0 || text === false) return false;
  context.issues.push({ code: 'custom', message: 'neither 1 nor 0', input: value });
  return z.NEVER;
});

/** Komet's two words, without the rows; nothing promises `customers`, not even in a success. */
const Envelope = z.object({
  status: Status,
  message: z.transform((value: unknown) => (typeof value === 'string' ? value.trim() : '')),
  customers: z.unknown().optional(),
});

/**
 * Reads a reply while it arrives, in bites of a few milliseconds with the event loop let go in between.
 * Rejects with KOMET_BAD_RESPONSE when it is not the JSON that was asked for.
 */
export async function readReply(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  { maxBytes, signal }: WireOptions,
): Promise<WireReply> {
  const splitter = createArraySplitter('customers', parseRows);
  const rows = createRowReader(maxBytes);
  const breathe = createBreather(signal);
  for await (const chunk of chunks) {
    for (let start = 0; start < chunk.length; start += sliceBytes) {
      for (const batch of splitter.push(chunk.subarray(start, start + sliceBytes))) {
        await rows.read(batch, breathe);
      }
      await breathe();
    }
  }
  const { batches, rest } = splitter.end();
  for (const batch of batches) await rows.read(batch, breathe);
  const envelope = parse(rest.replace(/^\uFEFF/, ''));
  if (typeof envelope !== 'object' || envelope === null || Array.isArray(envelope)) {
    throw badResponse('Komet sent JSON that is not an object');
  }
  const { data } = Envelope.safeParse(envelope);
  if (data === undefined) throw badResponse('Komet sent no status that is 1 or 0');
  if (!data.status) return { succeeded: false, message: data.message };
  const hasList = Array.isArray(data.customers);
  if (!hasList && data.customers != null) throw badResponse('Komet sent customers that are no list');
  // A later duplicate of the member may have taken the list back.
  const list = hasList ? rows : createRowReader(maxBytes);
  return {
    succeeded: true,
    customers: list.customers,
    dropped: list.dropped,
    message: data.message,
    observed: {
      fields: list.observer.fields,
      extraKeys: list.observer.extraKeys,
      statusType: jsonTypeOf((envelope as { status?: unknown }).status),
      hasCustomersKey: Object.hasOwn(envelope, 'customers'),
    },
  };
}

/** Collects the customers of one list; a batch that opens a list again starts over. */
function createRowReader(maxBytes: number) {
  let customers: Customer[] = [];
  let dropped = 0;
  let observer = createRowObserver();
  const readCustomer = createCustomerReader();

  async function read({ elements, first, last }: Batch, breathe: () => Promise<void>): Promise<void> {
    if (first) {
      customers = [];
      dropped = 0;
      observer = createRowObserver();
    }
    if (elements.length === 0 && !(first && last)) throw badResponse('Komet sent invalid JSON');
    let untilBreath = rowsPerBreath;
    for (const row of elements) {
      if (--untilBreath === 0) {
        await breathe();
        untilBreath = rowsPerBreath;
      }
      const customer = readCustomer(row);
      if (customer === undefined) dropped++;
      else customers.push(customer);
      if (typeof row === 'object' && row !== null) observer.see(row);
    }
    if (customers.length * bytesPerCustomer > maxBytes) {
      throw badResponse(`Komet sent more than ${Math.floor(maxBytes / bytesPerCustomer)} customers`);
    }
  }

  return {
    read,
    get customers() {
      return customers;
    },
    get dropped() {
      return dropped;
    },
    get observer() {
      return observer;
    },
  };
}

/** Returns a function that lets the event loop turn when the caller has worked for 8 ms since it last did. */
function createBreather(signal: AbortSignal | undefined): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < workMs) return;
    await setImmediate();
    signal?.throwIfAborted();
    since = performance.now();
  };
}

type Reviver = (key: string, value: unknown) => unknown;

function parse(text: string, reviver?: Reviver): unknown {
  try {
    return JSON.parse(text, reviver);
  } catch {
    // The engine's message quotes the text: rows, perhaps the token. It goes no further.
    throw badResponse('Komet sent invalid JSON');
  }
}

/** Elements of a list; only where a number was rounded they are parsed again, from their source text. */
function parseRows(text: string): readonly unknown[] {
  const rows = parse(text) as readonly unknown[];
  return rows.some(hasRoundedNumber) ? (parse(text, keepDigits as Reviver) as readonly unknown[]) : rows;
}

function keepDigits(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  const { source } = context;
  return isDigits(source) && typeof value === 'number' ? BigInt(source) : value;
}

function isDigits(source: string | undefined): source is string {
  return source !== undefined && /^-?\d{16,200}$/.test(source);
}

function badResponse(message: string): KometError {
  return new KometError('KOMET_BAD_RESPONSE', message);
}
