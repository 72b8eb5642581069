import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, createGzip, gzip } from 'node:zlib';
import type { TwinBehaviour } from './behaviour.ts';
import type { Fault, FaultName, FaultOptions } from './faults.ts';
import type { TwinCustomer } from './florists.ts';
import { htmlReply, jsonHeaders, jsonReply, type Reply, writeHead } from './reply.ts';
import { failureBody, type RowWriter } from './wire.ts';

/** What a fault may look at. */
export type Situation = {
  readonly behaviour: TwinBehaviour;
  readonly options: FaultOptions;
  /** Origin of the twin, `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Path and query as they came. */
  readonly target: string;
  readonly quotaReply: () => Reply;
};

/** The first of the faults that the table knows, with what the table has for it. */
export function firstOf<T>(
  table: Partial<Record<FaultName, T>>,
  faults: readonly Fault[],
): { readonly fault: Fault; readonly act: T } | undefined {
  for (const fault of faults) {
    const act = table[fault.name];
    if (act !== undefined) return { fault, act };
  }
  return undefined;
}

/** Faults in the rows of a reply that is otherwise right. `all` is the company's whole list. */
export const rowFaults: Partial<
  Record<
    FaultName,
    (found: readonly TwinCustomer[], all: readonly TwinCustomer[], write: RowWriter) => readonly string[]
  >
> = {
  'empty-list': () => [],
  'short-list': (found, _all, write) => found.slice(0, Math.floor(found.length / 3)).map(write),
  'bad-rows': (found, _all, write) =>
    found.map((row, place) => (place % 3 === 0 ? badRow(row, place / 3) : write(row))),
  'prototype-keys': (found, _all, write) =>
    found.map((row) => {
      const poison =
        '"__proto__":{"active":"0","polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}';
      return `{${poison},${write(row).slice(1)}`;
    }),
  'duplicate-keys': (found, _all, write) =>
    found.map((row) => `{"id":"1","name":"Somebody Else","active":"0",${write(row).slice(1)}`),
  'other-customer': (found, all, write) => {
    const matching = new Set(found);
    const others = all.filter((row) => !matching.has(row)).slice(0, Math.max(1, found.length));
    return (others.length > 0 ? others : [stranger]).map(write);
  },
};

const stranger: TwinCustomer = {
  id: '99999999',
  name: 'Somebody Else',
  code: 'ELSE',
  active: true,
  salesPerson: null,
  customerType: null,
  salesPersonId: null,
  accountingCode: null,
  updatedOn: 0,
  locationIds: [],
};

function badRow({ id, name }: TwinCustomer, turn: number): string {
  const forms = [
    { name },
    { id, name: null },
    { id: { value: id }, name: [name], active: 'perhaps' },
    null,
    { id: '', name: '' },
    [id, name],
    { id, name: 7, code: false, active: {}, salesPersonId: 'nobody', updatedOn: 'yesterday' },
    'row',
  ];
  return JSON.stringify(forms[turn % forms.length]);
}

/** Faults that put another reply in the place of the right one. */
export const replyFaults: Partial<
  Record<FaultName, (reply: Reply, situation: Situation) => Reply | Promise<Reply>>
> = {
  'error-500': () => htmlReply(500, '500 Internal Server Error'),
  'error-502': () => htmlReply(502, '502 Bad Gateway'),
  'error-503': (_reply, { options }) => htmlReply(503, '503 Service Unavailable', retryAfter(options, null)),
  'error-504': () => htmlReply(504, '504 Gateway Time-out'),
  'rate-limited': (_reply, { options }) => htmlReply(429, '429 Too Many Requests', retryAfter(options, 1)),
  truncated: (reply) => ({ ...reply, body: half(reply.body) }),
  html: () => htmlReply(200, 'Komet Sales - Login'),
  'not-json': () => jsonReply('OK\n'),
  'null-body': () => jsonReply('null'),
  'wrong-shape': (reply) => jsonReply(reshaped(reply, (rows) => ({ customers: byId(rows) }))),
  'array-at-top': (reply) => jsonReply(reshaped(reply, (rows) => rows)),
  deep: () =>
    jsonReply(`{"status":"1","message":"OK","customers":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'gzip-bomb': async () => withEncoding(await bomb(), 'gzip'),
  'double-encoded': async ({ body }) => withEncoding(await zip(await zip(body)), 'gzip, gzip'),
  'wrong-encoding': ({ body }) => withEncoding(body, 'gzip'),
  'huge-string': () => jsonReply(hugeString()),
  redirect: (_reply, { options, origin }) => ({
    status: 302,
    headers: { location: options.location ?? `${origin}${followedPath}`, 'content-type': 'text/html' },
    body: Buffer.alloc(0),
  }),
  'set-cookie': (reply) => ({
    ...reply,
    headers: {
      ...reply.headers,
      'set-cookie': ['JSESSIONID=0000twin; Path=/; HttpOnly', 'route=1'],
      'cache-control': 'public, max-age=3600',
    },
  }),
  'quota-spent': (_reply, { quotaReply }) => quotaReply(),
  unauthorized: (_reply, { behaviour }) =>
    jsonReply(failureBody(behaviour.badTokenText, behaviour), behaviour.failureHttpStatus),
  'echo-token': (_reply, { behaviour, origin, target }) => {
    const token = new URLSearchParams(target.split('?')[1]).get('authenticationToken') ?? '';
    const text = `The token ${token} is not valid for ${origin}${target}`;
    return jsonReply(failureBody(text, behaviour), behaviour.failureHttpStatus);
  },
};

/** Where `redirect` points unless told otherwise. */
export const followedPath = '/api/followed';

type Send = (request: IncomingMessage, response: ServerResponse, reply: Reply, options: FaultOptions) => void;

/** Faults of the connection, after the reply is made. */
export const sendFaults: Partial<Record<FaultName, Send>> = {
  reset: (request) => request.socket.resetAndDestroy(),
  'reset-mid-body'(request, response, reply) {
    writeHead(response, reply);
    response.write(half(reply.body), () => request.socket.resetAndDestroy());
  },
  stalled(_request, response, reply) {
    writeHead(response, reply);
    response.write(half(reply.body));
  },
  dripping(_request, response, { status, headers, body }, { delayMs = 20 }) {
    writeHead(response, { status, headers, body });
    let sent = 0;
    const timer = setInterval(() => {
      if (sent === body.length) response.end();
      else response.write(body.subarray(sent, ++sent));
    }, delayMs);
    response.on('close', () => clearInterval(timer));
  },
  'never-answers': () => {},
  endless(_request, response, { status, headers }) {
    response.writeHead(status, headers as Record<string, string | string[]>);
    response.write('{"status":"1","message":"OK","customers":[{"id":"1","name":"First"}');
    let id = 1;
    const more = (): void => {
      let rows = '';
      while (rows.length < 65_536) rows += `,{"id":"${++id}","name":"And Another ${id}","active":"1"}`;
      if (!response.destroyed && response.write(rows)) setImmediate(more);
    };
    response.on('drain', more);
    more();
  },
};

function half(body: Buffer): Buffer {
  return body.subarray(0, Math.ceil(body.length / 2));
}

function retryAfter({ retryAfter: asked }: FaultOptions, usual: number | null): Record<string, string> {
  const value = asked === undefined ? usual : asked;
  return value === null ? {} : { 'retry-after': `${value}` };
}

function reshaped(reply: Reply, reshape: (rows: unknown[]) => unknown): string {
  const parsed: { customers?: unknown[] } = JSON.parse(reply.body.toString());
  const { customers = [], ...envelope } = parsed;
  const shape = reshape(customers);
  return JSON.stringify(Array.isArray(shape) ? shape : { ...envelope, ...(shape as object) });
}

function byId(rows: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    rows.map((row, place) => [(row as { id?: string } | null)?.id ?? `${place}`, row]),
  );
}

const zip = promisify(gzip) as (body: Buffer) => Promise<Buffer>;

function withEncoding(body: Buffer, encoding: string): Reply {
  return { status: 200, headers: { ...jsonHeaders, 'content-encoding': encoding }, body };
}

let bombMade: Promise<Buffer> | undefined;

/** 400 MB of blanks between the brackets of an empty list, compressed once a process, piece by piece. */
function bomb(): Promise<Buffer> {
  bombMade ??= (async () => {
    const stream = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 1 << 20 });
    const packed: Buffer[] = [];
    stream.on('data', (piece: Buffer) => packed.push(piece));
    const finished = new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
    stream.write('{"status":"1","message":"OK","customers":[');
    const blanks = Buffer.alloc(1 << 20, ' ');
    for (let megabyte = 0; megabyte < 400; megabyte++) {
      await new Promise((resolve) => stream.write(blanks, resolve));
    }
    stream.end(']}');
    await finished;
    return Buffer.concat(packed);
  })();
  return bombMade;
}

let hugeMade: Buffer | undefined;

function hugeString(): Buffer {
  hugeMade ??= Buffer.concat([
    Buffer.from('{"status":"1","message":"OK","customers":[{"id":"1","name":"'),
    Buffer.alloc(50 * 1024 * 1024, 'a'),
    Buffer.from('","code":"","active":"1"}]}'),
  ]);
  return hugeMade;
}
