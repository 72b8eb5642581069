import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Customer } from './customer.ts';
import { KometError, type KometErrorCode } from './errors.ts';
import type { WireObservation } from './observation.ts';
import { createTransport, type OnExchange, type TransportReply } from './transport.ts';
import { readReply } from './wire.ts';

/** The filters of `customer.list` (komet-api.md 1.1). */
export type CustomerListParameters = {
  /** Exact, as `code` is. */
  readonly id?: string;
  /** Matched the way of SQL's LIKE. */
  readonly name?: string;
  readonly code?: string;
  readonly includeInactive?: boolean;
  readonly salesPersonId?: string;
  readonly locationId?: string;
  /** `YYYY-MM-DD`: changed on or after that day. */
  readonly updateAsOf?: string;
};

export type CustomerList = {
  readonly customers: readonly Customer[];
  /** Rows that were not a customer. */
  readonly dropped: number;
  /** SHA-256 of the decompressed body, base64url. */
  readonly digest: string;
  /** Size of the decompressed body. */
  readonly bytes: number;
  /** From the call until the last row was read, waiting for a connection included. */
  readonly durationMs: number;
  /** When the last row was read, in ms since 1970. */
  readonly receivedAt: number;
  readonly observed: WireObservation;
};

export type KometClientOptions = {
  /** Such as `https://api.kometsales.com/api/`. */
  readonly baseUrl: URL;
  readonly token: string;
  /** One budget for waiting, connecting, headers and body. */
  readonly timeoutMs: number;
  /** Largest reply after decompression; each row counts as 256 bytes at least. Default 32 MiB. */
  readonly maxReplyBytes?: number | undefined;
  /** Komet's documents have both (komet-api.md 1.1). Default `'1'`. */
  readonly includeInactiveSpelling?: '1' | 'true' | undefined;
  /** Clock in ms since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Called before every request that is sent; what it throws refuses the call and is passed on. */
  readonly onCall?: (() => void | Promise<void>) | undefined;
  readonly onDroppedRows?: ((count: number) => void) | undefined;
  /** Called when a request is sent; the function that it returns is told how that ended. Neither may throw. */
  readonly onExchange?: OnExchange | undefined;
};

export type ListOptions = {
  readonly signal?: AbortSignal | undefined;
  /** The digest of a list the caller has: when the body is that same one, it is not parsed. */
  readonly unlessDigest?: string | undefined;
  /** For this call, whatever the client's options say. */
  readonly includeInactiveSpelling?: '1' | 'true' | undefined;
};

/** Rejects with a KometError, with the signal's reason, or with what `onCall` threw. */
export type ListCustomers = {
  (
    parameters: CustomerListParameters,
    options?: ListOptions & { readonly unlessDigest?: undefined },
  ): Promise<CustomerList>;
  (parameters: CustomerListParameters, options: ListOptions): Promise<CustomerList | 'unchanged'>;
};

export type KometClient = {
  listCustomers: ListCustomers;
  /** Waits for the calls under way. */
  close(): Promise<void>;
  /** Ends the calls under way: they fail with KOMET_UNAVAILABLE. */
  destroy(): Promise<void>;
};

const defaultMaxReplyBytes = 32 * 1024 * 1024;
/** The documented width of `message` (komet-api.md 1.2). */
const maxMessageLength = 500;

/** Calls `customer.list`, once per call and never again on its own. */
export function createKometClient(options: KometClientOptions): KometClient {
  const { maxReplyBytes = defaultMaxReplyBytes, now = Date.now } = options;
  const usualSpelling = options.includeInactiveSpelling ?? '1';
  const transport = createTransport({ ...options, maxReplyBytes });

  function toRefusal(
    message: string,
    headers: IncomingHttpHeaders,
    code = refusalCodeOf(message),
  ): KometError {
    const kometMessage = transport.redact(message).slice(0, maxMessageLength);
    return new KometError(code, refusalTexts[code], {
      ...(kometMessage === '' ? {} : { kometMessage }),
      ...retryAtOf(headers, now),
    });
  }

  async function readList(
    reply: TransportReply,
    started: number,
    unlessDigest: string | undefined,
  ): Promise<CustomerList | 'unchanged'> {
    const { headers, signal } = reply;
    const meter = createMeter(reply.body);
    // Whether the body is worth parsing shows at its end only.
    const chunks = unlessDigest === undefined ? meter.chunks : await collect(meter.chunks);
    if (unlessDigest !== undefined && meter.digest() === unlessDigest) return 'unchanged';
    const wire = await readReply(chunks, { maxBytes: maxReplyBytes, signal });
    if (!wire.succeeded) throw toRefusal(wire.message, headers);
    if (wire.dropped > 0) options.onDroppedRows?.(wire.dropped);
    return {
      customers: wire.customers,
      dropped: wire.dropped,
      digest: meter.digest(),
      bytes: meter.bytes(),
      durationMs: performance.now() - started,
      receivedAt: now(),
      observed: {
        ...wire.observed,
        message: transport.redact(wire.message).slice(0, maxMessageLength),
        serverDate: timeOf(headers.date) ?? null,
      },
    };
  }

  /** HTTP codes are not documented; a failed call may be 200 with status 0 or a code of its own (komet-api.md 2.4). */
  async function toHttpFailure({ statusCode, headers, body, signal }: TransportReply): Promise<KometError> {
    if (statusCode >= 500) {
      return new KometError('KOMET_UNAVAILABLE', `Komet answered HTTP ${statusCode}`, {
        ...retryAtOf(headers, now),
        isTransient: passing.has(statusCode),
      });
    }
    if (statusCode < 400) {
      return new KometError(
        'KOMET_BAD_RESPONSE',
        `Komet redirected (HTTP ${statusCode}), which is not followed`,
      );
    }
    const message = await readExplanation(body, maxReplyBytes, signal);
    if (statusCode === 429) return toRefusal(message, headers, 'KOMET_QUOTA_EXHAUSTED');
    if (statusCode === 401 || statusCode === 403) return toRefusal(message, headers, 'KOMET_UNAUTHORIZED');
    return toRefusal(message, headers);
  }

  async function listCustomers(
    parameters: CustomerListParameters,
    { signal, unlessDigest, includeInactiveSpelling = usualSpelling }: ListOptions = {},
  ): Promise<CustomerList | 'unchanged'> {
    const started = performance.now();
    const query = {
      id: parameters.id,
      name: parameters.name,
      code: parameters.code,
      includeInactive: parameters.includeInactive ? includeInactiveSpelling : undefined,
      salesPersonId: parameters.salesPersonId,
      locationId: parameters.locationId,
      updateAsOf: parameters.updateAsOf,
    };
    const read = async (reply: TransportReply) => {
      if (reply.statusCode >= 200 && reply.statusCode <= 299) return readList(reply, started, unlessDigest);
      const failure = await toHttpFailure(reply);
      signal?.throwIfAborted();
      throw failure;
    };
    return transport.get('customer.list', query, read, signal);
  }

  return {
    listCustomers: listCustomers as ListCustomers,
    close: transport.close,
    destroy: transport.destroy,
  };
}

/** What proxies and overloaded servers say of a moment (RFC 9110, 15.6). */
const passing: ReadonlySet<number> = new Set([502, 503, 504]);

const refusalTexts = {
  KOMET_QUOTA_EXHAUSTED: 'Komet takes no more calls for now',
  KOMET_UNAUTHORIZED: 'Komet does not accept the token for this call',
  KOMET_REJECTED: 'Komet rejected the call',
} satisfies Partial<Record<KometErrorCode, string>>;

/** A guess from the wording: Komet has no error codes, and its texts are not documented (komet-api.md 2.4). */
function refusalCodeOf(message: string): keyof typeof refusalTexts {
  if (
    /quota|daily|too many|limit (?:(?:was|is|has been) )?(?:exceeded|reached)|exceeded .*(?:requests|calls)/i.test(
      message,
    )
  ) {
    return 'KOMET_QUOTA_EXHAUSTED';
  }
  if (/token|authenticat|unauthori[sz]ed|not allowed|permission|access denied|forbidden/i.test(message)) {
    return 'KOMET_UNAUTHORIZED';
  }
  return 'KOMET_REJECTED';
}

/** Komet's message in the body of an HTTP error; blank when there is none, or none in time: the code decides then. */
async function readExplanation(
  body: AsyncIterable<Buffer>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  try {
    const wire = await readReply(body, { maxBytes, signal });
    return wire.succeeded ? '' : wire.message;
  } catch {
    return '';
  }
}

/** The time that a `retry-after` header names, in either of its forms. */
function retryAtOf(headers: IncomingHttpHeaders, now: () => number): { readonly retryAt?: number } {
  const value = headers['retry-after']?.trim() ?? '';
  const retryAt = /^\d{1,9}$/.test(value) ? now() + Number(value) * 1000 : timeOf(value);
  return retryAt === undefined ? {} : { retryAt };
}

function timeOf(httpDate: string | undefined): number | undefined {
  const time = Date.parse(httpDate ?? '');
  return Number.isNaN(time) ? undefined : time;
}

/** Counts and hashes a body on its way through. */
function createMeter(body: AsyncIterable<Buffer>) {
  const hash = createHash('sha256');
  let bytes = 0;
  let digest: string | undefined;
  async function* pass(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of body) {
      bytes += chunk.length;
      hash.update(chunk);
      yield chunk;
    }
  }
  return {
    chunks: pass(),
    bytes: () => bytes,
    digest: () => {
      digest ??= hash.digest('base64url');
      return digest;
    },
  };
}

/** The whole body, given away chunk by chunk so that what is parsed can be freed. */
async function collect(body: AsyncIterable<Buffer>): Promise<Iterable<Buffer>> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return (function* () {
    for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
  })();
}
