import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * Keeps so many connections busy, one request at a time on each. Written on sockets, because any client that
 * parses all of HTTP spends more on a request than the server that is measured.
 */

export type Load = {
  readonly answers: number;
  /** Requests a second. */
  readonly rate: number;
  /** Of an answer (ms). */
  readonly p50: number;
  readonly p99: number;
};

export type LoadOptions = {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  /** The body of the next request. */
  readonly next: () => string;
  readonly headers?: () => string;
};

const requestOf = (body: string, headers = '') =>
  `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\naccept: application/json\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/**
 * Loads a server for a while.
 * @throws {Error} for an answer that is not a 200 with data
 */
export async function load({ port, connections, durationMs, next, headers }: LoadOptions): Promise<Load> {
  const latencies: number[] = [];
  const started = performance.now();
  const until = started + durationMs;
  let last = started;
  const lane = (): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let sentAt = 0;
    const send = () => {
      sentAt = performance.now();
      client.socket.write(requestOf(next(), headers?.()));
    };
    const client = createClient(port, {
      onAnswer(fault) {
        if (fault) return void client.socket.destroy(new Error(`an answer is wrong: ${fault}`));
        last = performance.now();
        latencies.push(last - sentAt);
        if (last < until) return send();
        client.socket.destroy();
        resolve();
      },
    });
    client.socket.once('error', reject).once('close', () => reject(new Error('the server has hung up')));
    client.socket.once('connect', send);
    return promise;
  };
  await Promise.all(Array.from({ length: connections }, lane));
  latencies.sort((a, b) => a - b);
  const at = (part: number) => latencies[Math.floor((latencies.length - 1) * part)] ?? Number.NaN;
  return {
    answers: latencies.length,
    rate: latencies.length / ((last - started) / 1000),
    p50: at(0.5),
    p99: at(0.99),
  };
}

/** One answer: its head's lines and its body. */
export type Answer = { readonly headers: Readonly<Record<string, string>>; readonly text: string };

/** Asks once, over a connection of its own; nothing where the answer is not a 200. */
export async function askOnce(port: number, body: string, headers = ''): Promise<Answer | undefined> {
  const kept: Buffer[] = [];
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const client = createClient(port, { onAnswer: resolve, onChunk: (chunk) => kept.push(Buffer.from(chunk)) });
  try {
    await once(client.socket, 'connect');
    client.socket.once('error', (error) => resolve(error.message)).once('close', () => resolve('closed'));
    client.socket.write(requestOf(body, headers));
    if ((await promise) !== undefined) return undefined;
    return readAnswer(Buffer.concat(kept));
  } finally {
    client.socket.destroy();
  }
}

function readAnswer(whole: Buffer): Answer {
  const end = whole.indexOf('\r\n\r\n');
  const lines = whole.toString('latin1', 0, end).split('\r\n').slice(1);
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  );
  const body = whole.subarray(end + 4);
  return { headers, text: (headers['transfer-encoding'] === 'chunked' ? unchunk(body) : body).toString() };
}

function unchunk(body: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, line), 16);
    pieces.push(body.subarray(line + 2, line + 2 + length));
    at = line + 2 + length + 2;
  }
  return Buffer.concat(pieces);
}

const headEnd = Buffer.from('\r\n\r\n');
/** That of the head, which may be followed by nothing but the last chunk. */
const lineEnd = Buffer.from('\r\n');
const lastChunk = Buffer.from('\r\n0\r\n\r\n');

/**
 * A connection that finds where answers end. It reads into one buffer again and again: answers of a megabyte
 * would keep the garbage collector busy.
 *
 * @param options.onAnswer is told what is wrong with the answer, if anything
 */
function createClient(
  port: number,
  options: { readonly onAnswer: (fault?: string) => void; readonly onChunk?: (chunk: Buffer) => void },
): { readonly socket: Socket } {
  /** Bytes of the body that are still to come; -1 in a chunked one, nothing in a head. */
  let left: number | undefined;
  let early: Buffer = Buffer.alloc(0);
  let tail: Buffer = lineEnd;

  function finish(fault?: string) {
    left = undefined;
    tail = lineEnd;
    options.onAnswer(fault);
  }

  function take(chunk: Buffer) {
    options.onChunk?.(chunk);
    if (left !== undefined) return takeBody(chunk);
    const whole = early.length > 0 ? Buffer.concat([early, chunk]) : chunk;
    const end = whole.indexOf(headEnd);
    if (end < 0) {
      early = Buffer.from(whole);
      return;
    }
    early = Buffer.alloc(0);
    const head = whole.toString('latin1', 0, end);
    const body = whole.subarray(end + 4);
    if (!head.startsWith('HTTP/1.1 200'))
      return finish(`${head.slice(0, 40)} ${body.toString().slice(0, 300)}`);
    const start = body.toString('latin1', 0, 24);
    if (body.length > 24 && start.includes('"errors"')) return finish(body.toString().slice(0, 300));
    left = readLength(head);
    takeBody(body);
  }

  function takeBody(chunk: Buffer) {
    if (left === -1) {
      const end = Buffer.concat([tail, chunk.subarray(-7)]).subarray(-7);
      if (end.equals(lastChunk)) return finish();
      tail = end;
      return;
    }
    left = (left ?? 0) - chunk.length;
    if (left === 0) finish();
  }

  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: Buffer.alloc(262_144),
      callback(bytes, buffer) {
        take((buffer as Buffer).subarray(0, bytes));
        return true;
      },
    },
  });
  return { socket };
}

function readLength(head: string): number {
  const name = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  return name === undefined ? -1 : Number(name);
}
