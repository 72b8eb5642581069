import type { IncomingHttpHeaders } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { type Dispatcher, Pool } from 'undici';
import { KometError } from './errors.ts';
import { createRedactor } from './redactor.ts';
import { createSlots, untilAborted } from './slots.ts';

export type TransportOptions = {
  readonly baseUrl: URL;
  readonly token: string;
  readonly timeoutMs: number;
  /** Largest reply, in bytes after decompression. */
  readonly maxReplyBytes: number;
  /** Called before every request that is sent; throws to refuse it. */
  readonly onCall?: (() => void | Promise<void>) | undefined;
  /** Called when a request is sent; the function that it returns is told how that ended. Neither may throw. */
  readonly onExchange?: OnExchange | undefined;
};

/** @param url without the query, which has the token */
export type OnExchange = (url: string) => (end: ExchangeEnd) => void;

/** How a request ended: its body read, or with whatever it failed with. */
export type ExchangeEnd = {
  readonly durationMs: number;
  /** Of HTTP, where an answer came. */
  readonly statusCode: number | undefined;
  readonly error: unknown;
};

export type TransportReply = {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed; throws a KometError, or the signal's reason. */
  readonly body: AsyncIterable<Buffer>;
  /** Aborts with the caller's reason or, at the deadline, with KOMET_TIMEOUT. */
  readonly signal: AbortSignal;
};

export type Transport = {
  /** Sends one GET and has `read` read its reply; what is left unread then costs the connection. */
  get<Result>(
    method: string,
    parameters: Readonly<Record<string, string | undefined>>,
    read: (reply: TransportReply) => Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result>;
  redact(text: string): string;
  /** Waits for the calls under way. */
  close(): Promise<void>;
  /** Ends the calls under way. */
  destroy(): Promise<void>;
};

const maxConnections = 8;
const acceptEncoding = 'gzip, br, zstd, deflate';

/**
 * The sockets to Komet. One deadline spans waiting, connecting, headers and body; redirects are not
 * followed, and nothing is tried twice. The URL carries the token (komet-api.md 2.2) and is known here only.
 */
export function createTransport(options: TransportOptions): Transport {
  const { baseUrl, token, timeoutMs, maxReplyBytes, onCall, onExchange } = options;
  const slots = createSlots(maxConnections);
  const pool = new Pool(baseUrl.origin, {
    connections: maxConnections,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: timeoutMs },
  });

  const pathOf = (method: string) => `${baseUrl.pathname.replace(/\/+$/, '')}/${method}`;

  function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
    const query = new URLSearchParams({ authenticationToken: token });
    for (const [name, value] of Object.entries(parameters)) {
      if (value !== undefined) query.set(name, value);
    }
    return `?${query}`;
  }

  async function exchange<Result>(
    path: string,
    read: (reply: TransportReply) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const headers = { accept: 'application/json', 'accept-encoding': acceptEncoding };
    // A chunk at a time: those that wait together would be copied together.
    const request = { path, method: 'GET', headers, signal, highWaterMark: 1 } as const;
    const reply = await pool.request(request).catch((error: unknown) => {
      throw toFailure(error, signal);
    });
    const { statusCode, body } = reply;
    // A body that is destroyed before its end says so in an event, and nobody else listens.
    body.on('error', () => {});
    try {
      return await read({
        statusCode,
        headers: reply.headers,
        body: decode(reply, maxReplyBytes, signal),
        signal,
      });
    } finally {
      body.destroy();
    }
  }

  /** An exchange, with whoever wants to know told of its beginning and its end. */
  async function watched<Result>(
    method: string,
    parameters: Readonly<Record<string, string | undefined>>,
    read: (reply: TransportReply) => Promise<Result>,
    signal: AbortSignal,
  ): Promise<Result> {
    const path = pathOf(method);
    const onEnd = onExchange?.(`${baseUrl.origin}${path}`);
    const started = performance.now();
    let statusCode: number | undefined;
    const end = (error?: unknown) => onEnd?.({ durationMs: performance.now() - started, statusCode, error });
    const note = (reply: TransportReply) => {
      statusCode = reply.statusCode;
      return read(reply);
    };
    try {
      const result = await exchange(`${path}${queryOf(parameters)}`, note, signal);
      end();
      return result;
    } catch (error) {
      end(error);
      throw error;
    }
  }

  async function get<Result>(
    method: string,
    parameters: Readonly<Record<string, string | undefined>>,
    read: (reply: TransportReply) => Promise<Result>,
    caller?: AbortSignal,
  ): Promise<Result> {
    caller?.throwIfAborted();
    const deadline = new AbortController();
    const timer = setTimeout(
      () => deadline.abort(new KometError('KOMET_TIMEOUT', `Komet did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const signal = caller === undefined ? deadline.signal : AbortSignal.any([caller, deadline.signal]);
    try {
      return await slots.hold(signal, async () => {
        if (onCall !== undefined) await untilAborted(Promise.resolve(onCall()), signal);
        return await watched(method, parameters, read, signal);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  let closed: Promise<void> | undefined;
  function close(): Promise<void> {
    closed ??= pool.close();
    return closed;
  }

  return { get, redact: createRedactor(token), close, destroy: () => pool.destroy() };
}

async function* decode(
  { headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = createDecoder(headers['content-encoding']);
  let bytes = 0;
  try {
    // The callback has nothing to do: iterating the decoder throws what it would be told.
    for await (const chunk of decoder === undefined ? body : pipeline(body, decoder, () => {})) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw toFailure(error, signal);
  }
}

function createDecoder(encoding: string | string[] | undefined): Transform | undefined {
  const chunkSize = 64 * 1024;
  switch (
    String(encoding ?? '')
      .trim()
      .toLowerCase()
  ) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip({ chunkSize });
    case 'deflate':
      return zlib.createInflate({ chunkSize });
    case 'br':
      return zlib.createBrotliDecompress({ chunkSize });
    case 'zstd':
      // RFC 9659: a window of at most 8 MB, or a reply could claim 128 MB by its header.
      return zlib.createZstdDecompress({ chunkSize, params: { [zlib.constants.ZSTD_d_windowLogMax]: 23 } });
    default:
      throw new KometError('KOMET_BAD_RESPONSE', 'Komet sent a content encoding that was not asked for');
  }
}

function tooLarge(maxBytes: number): KometError {
  return new KometError('KOMET_BAD_RESPONSE', `Komet's reply has more than ${maxBytes} bytes`);
}

/** Codes of zlib, Brotli, Zstandard and the HTTP parser: something came, but not what was agreed. */
const malformed = /^(?:Z_|ZSTD_|ERR__|ERR_BROTLI|ERR_ZSTD|HPE_|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)/;

/**
 * What a failed exchange rejects with. Foreign errors are left behind but for their code: they may hold
 * the reply's bytes, and thereby the token.
 */
function toFailure(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof KometError) return error;
  const code = codeOf(error);
  const cause = Object.assign(new Error(code), { code });
  if (malformed.test(code))
    return new KometError('KOMET_BAD_RESPONSE', "Komet's reply is malformed", { cause });
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new KometError('KOMET_TIMEOUT', 'Komet took no connection', { cause });
  return new KometError('KOMET_UNAVAILABLE', 'The connection to Komet failed', { cause, isTransient: true });
}

/** The parser's errors often have a name only. */
function codeOf(error: unknown): string {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return (
    ([code, name].find((text) => typeof text === 'string' && /^\w{1,60}$/.test(text)) as string) ?? 'UNKNOWN'
  );
}
