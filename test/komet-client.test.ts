import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { inspect, promisify } from 'node:util';
import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createKometClient, type KometClientOptions } from '../src/komet/client.ts';
import { KometError } from '../src/komet/errors.ts';

const token = 'k0m3tT0kenOf26lettersDigits';
const oneRow = '{"status":"1","message":"OK","customers":[{"id":"1","name":"Aster & Co"}]}';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** An upstream that answers as told, and remembers what it was asked. */
async function startUpstream(handler: Handler) {
  const urls: URL[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    urls.push(new URL(request.url ?? '', 'http://upstream'));
    handler(request, response);
  });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`http://127.0.0.1:${port}/api/`),
    urls,
    sockets,
    server,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function startClient(handler: Handler, options: Partial<KometClientOptions> = {}) {
  const upstream = await startUpstream(handler);
  const client = createKometClient({ baseUrl: upstream.url, token, timeoutMs: 10_000, ...options });
  return {
    ...client,
    upstream,
    async [Symbol.asyncDispose]() {
      await client.close();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** The error of a call that has to fail, which must not hold the token anywhere. */
async function failureOf(call: Promise<unknown>): Promise<KometError> {
  const error: unknown = await call.then(
    () => expect.unreachable('the call succeeded'),
    (reason: unknown) => reason,
  );
  expect(inspect(error, { depth: 20, showHidden: true }).toLowerCase()).not.toContain(token.toLowerCase());
  expect(error).toBeInstanceOf(KometError);
  return error as KometError;
}

const answer =
  (body: string | Buffer, status = 200, headers: Record<string, string> = {}): Handler =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

describe('a request', () => {
  test('goes to customer.list below the base URL, with the token and the filters', async () => {
    await using client = await startClient(answer(oneRow));
    await client.listCustomers({});
    await client.listCustomers({
      id: '12345678901234567890',
      name: 'Aster',
      code: 'ASTER',
      includeInactive: true,
      salesPersonId: '9001',
      locationId: '7',
      updateAsOf: '2024-03-05',
    });
    await client.listCustomers({ includeInactive: false });
    const [all, filtered, active] = client.upstream.urls;
    expect(all?.pathname).toBe('/api/customer.list');
    expect(Object.fromEntries(all!.searchParams)).toEqual({ authenticationToken: token });
    expect(Object.fromEntries(filtered!.searchParams)).toEqual({
      authenticationToken: token,
      id: '12345678901234567890',
      name: 'Aster',
      code: 'ASTER',
      includeInactive: '1',
      salesPersonId: '9001',
      locationId: '7',
      updateAsOf: '2024-03-05',
    });
    expect(active?.searchParams.has('includeInactive')).toBe(false);
  });

  test('spells includeInactive as configured', async () => {
    await using client = await startClient(answer(oneRow), { includeInactiveSpelling: 'true' });
    await client.listCustomers({ includeInactive: true });
    expect(client.upstream.urls[0]?.searchParams.get('includeInactive')).toBe('true');
  });

  test.for([
    'Aster & Co',
    'x&authenticationToken=evil',
    'a+b%20c=d#e?f',
    'Québec – 花',
    'a\r\nHost: evil\r\n\r\n',
    '\u0000',
  ])('carries the name %j as it is, in one parameter', async (name) => {
    await using client = await startClient(answer(oneRow));
    await client.listCustomers({ name });
    const [url] = client.upstream.urls;
    expect([...url!.searchParams]).toEqual([
      ['authenticationToken', token],
      ['name', name],
    ]);
  });

  test('is announced before it is sent, and not sent when that is refused', async () => {
    let left = 1;
    const refusal = new Error('no calls left today');
    const onCall = () => {
      if (left-- === 0) throw refusal;
    };
    await using client = await startClient(answer(oneRow), { onCall });
    await client.listCustomers({});
    await expect(client.listCustomers({})).rejects.toBe(refusal);
    expect(client.upstream.urls).toHaveLength(1);
  });

  test('waits for its announcement no longer than the deadline', async () => {
    await using client = await startClient(answer(oneRow), {
      timeoutMs: 50,
      onCall: () => new Promise(() => {}),
    });
    expect(await failureOf(client.listCustomers({}))).toMatchObject({ code: 'KOMET_TIMEOUT' });
    expect(client.upstream.urls).toHaveLength(0);
  });

  test('uses the connections of those before it, compressed or not', async () => {
    const gzipped = zlib.gzipSync(oneRow);
    await using client = await startClient((request, response) => {
      const plain = client.upstream.urls.length % 2 === 0;
      answer(plain ? oneRow : gzipped, 200, plain ? {} : { 'content-encoding': 'gzip' })(request, response);
    });
    for (let call = 0; call < 6; call++) await client.listCustomers({});
    // undici opens a second one when a call follows in the very tick in which the first ended.
    expect(client.upstream.sockets.size).toBeLessThanOrEqual(2);
  });

  test('waits while eight others are under way', async () => {
    const held: ServerResponse[] = [];
    let announced = 0;
    const eighth = Promise.withResolvers<void>();
    await using client = await startClient(
      (_request, response) => {
        if (held.push(response) === 8) eighth.resolve();
      },
      { onCall: () => void announced++ },
    );
    const calls = Array.from({ length: 12 }, () => client.listCustomers({}));
    await eighth.promise;
    expect({ held: held.length, announced, sockets: client.upstream.sockets.size }).toEqual({
      held: 8,
      announced: 8,
      sockets: 8,
    });
    client.upstream.server.removeAllListeners('request').on('request', answer(oneRow));
    for (const response of held) response.end(oneRow);
    expect(await Promise.all(calls)).toHaveLength(12);
    expect({ announced, sockets: client.upstream.sockets.size }).toEqual({ announced: 12, sockets: 8 });
  });

  test('that waits for a connection is counted against its deadline and can be aborted', async () => {
    const eighth = Promise.withResolvers<void>();
    let announced = 0;
    await using client = await startClient(() => client.upstream.urls.length === 8 && eighth.resolve(), {
      timeoutMs: 300,
      onCall: () => void announced++,
    });
    const first = Array.from({ length: 8 }, () => failureOf(client.listCustomers({})));
    await eighth.promise;
    const abort = new AbortController();
    const aborted = client.listCustomers({}, { signal: abort.signal });
    const late = failureOf(client.listCustomers({}));
    abort.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    const codes = (await Promise.all([...first, late])).map((error) => error.code);
    expect(codes).toEqual(Array.from({ length: 9 }, () => 'KOMET_TIMEOUT'));
    expect(announced).toBeGreaterThanOrEqual(8);
  });
});

describe('a reply', () => {
  test('comes with its digest, size, time and what was odd about it', async () => {
    const body = '{"status":1,"customers":[{"id":1,"name":"A"},{"id":2},7]}';
    const date = 'Tue, 05 Mar 2024 14:07:09 GMT';
    const dropped: number[] = [];
    await using client = await startClient(answer(body, 200, { date }), {
      now: () => 1_700_000_000_000,
      onDroppedRows: (count) => dropped.push(count),
    });
    const list = await client.listCustomers({});
    expect(list).toMatchObject({
      customers: [{ id: '1', name: 'A' }],
      dropped: 2,
      digest: createHash('sha256').update(body).digest('base64url'),
      bytes: body.length,
      receivedAt: 1_700_000_000_000,
      observed: { statusType: 'number', hasCustomersKey: true, serverDate: Date.UTC(2024, 2, 5, 14, 7, 9) },
    });
    expect(dropped).toEqual([2]);
  });

  test.for([
    '{"status":"1","message":"OK","customers":[]}',
    '{"status":"1","message":"Customers not found.","customers":[]}',
    '{"status":"1","message":"Customers not found."}',
  ])('%s is an empty list', async (body) => {
    await using client = await startClient(answer(body));
    expect(await client.listCustomers({})).toMatchObject({ customers: [], dropped: 0 });
  });

  test('that has the known digest is unchanged, and is not even parsed', async () => {
    const body = 'anything at all';
    await using client = await startClient(answer(body));
    const unlessDigest = createHash('sha256').update(body).digest('base64url');
    expect(await client.listCustomers({}, { unlessDigest })).toBe('unchanged');
    expect((await failureOf(client.listCustomers({}, { unlessDigest: 'another' }))).code).toBe(
      'KOMET_BAD_RESPONSE',
    );
  });

  test('that has another digest than the known one is a list', async () => {
    await using client = await startClient(
      answer(zlib.gzipSync(oneRow), 200, { 'content-encoding': 'gzip' }),
    );
    const list = await client.listCustomers({}, { unlessDigest: 'another' });
    expect(list).toMatchObject({ customers: [{ id: '1' }] });
    expect(list !== 'unchanged' && (await client.listCustomers({}, { unlessDigest: list.digest }))).toBe(
      'unchanged',
    );
  });

  test.for([
    ['gzip', zlib.gzipSync],
    ['GZIP', zlib.gzipSync],
    ['br', zlib.brotliCompressSync],
    ['zstd', zlib.zstdCompressSync],
    ['deflate', zlib.deflateSync],
    ['identity', (body: string) => Buffer.from(body)],
  ] as const)('may be encoded as %s', async ([encoding, encode]) => {
    await using client = await startClient((request, response) => {
      expect(request.headers['accept-encoding']).toContain(
        encoding === 'identity' ? '' : encoding.toLowerCase(),
      );
      answer(encode(oneRow), 200, { 'content-encoding': encoding })(request, response);
    });
    expect(await client.listCustomers({})).toMatchObject({
      customers: [{ name: 'Aster & Co' }],
      bytes: oneRow.length,
    });
  });

  test.for([
    ['twice encoded', 'gzip, gzip', zlib.gzipSync(zlib.gzipSync(oneRow))],
    ['of an unknown encoding', 'compress', Buffer.from(oneRow)],
    ['not the gzip it says', 'gzip', Buffer.from(`${token} ${oneRow}`)],
    ['not the Brotli it says', 'br', Buffer.from(`${token} ${oneRow}`)],
    ['not the Zstandard it says', 'zstd', Buffer.from(`${token} ${oneRow}`)],
    ['not the deflate it says', 'deflate', Buffer.from(`${token} ${oneRow}`)],
    ['gzip without its end', 'gzip', zlib.gzipSync(oneRow).subarray(0, -12)],
    ['Brotli without its end', 'br', zlib.brotliCompressSync(oneRow).subarray(0, -4)],
    ['Zstandard without its end', 'zstd', zlib.zstdCompressSync(oneRow).subarray(0, -4)],
  ] as const)('that is %s is a bad response', async ([, encoding, body]) => {
    await using client = await startClient(answer(body, 200, { 'content-encoding': encoding }));
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_BAD_RESPONSE');
    expect((await failureOf(client.listCustomers({}, { unlessDigest: 'x' }))).code).toBe(
      'KOMET_BAD_RESPONSE',
    );
  });

  test.for<[string, string]>([
    ['an HTML page', `<html><body>${token}</body></html>`],
    ['cut off', oneRow.slice(0, -10)],
    ['empty', ''],
    ['nested 100,000 times', `{"status":1,"customers":${'['.repeat(100_000)}`],
    ['without a status', '{"message":"OK","customers":[]}'],
  ])('that is %s is a bad response', async ([, body]) => {
    await using client = await startClient(answer(body));
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_BAD_RESPONSE');
  });

  test('of more bytes than allowed is a bad response, and its connection ends', async () => {
    const closed = Promise.withResolvers<void>();
    const row = Buffer.from(`{"id":1,"name":"${'A'.repeat(1000)}"},`);
    await using client = await startClient(
      (_request, response) => {
        response.on('close', () => closed.resolve());
        response.write('{"status":1,"customers":[');
        const more = () => {
          while (!response.destroyed && response.write(row));
          if (!response.destroyed) response.once('drain', more);
        };
        more();
      },
      { maxReplyBytes: 1_000_000 },
    );
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_BAD_RESPONSE');
    await closed.promise;
  });

  test('of more customers than fit into the allowed bytes is a bad response', async () => {
    const rows = Array.from({ length: 5000 }, () => '{"id":1,"name":"A"}').join();
    await using client = await startClient(answer(`{"status":1,"customers":[${rows}]}`), {
      maxReplyBytes: 500_000,
    });
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_BAD_RESPONSE');
  });
});

describe('a bomb of 400 MB', () => {
  const megabyte = 1024 * 1024;
  const script = `
    import { createKometClient } from ${JSON.stringify(new URL('../src/komet/client.ts', import.meta.url).href)};
    const [url, unlessDigest] = process.argv.slice(1);
    const client = createKometClient({ baseUrl: new URL(url), token: 'token', timeoutMs: 20000 });
    await client.listCustomers({ id: 'warm' }).catch(() => {});
    const before = process.memoryUsage.rss();
    let peak = before;
    setInterval(() => { peak = Math.max(peak, process.memoryUsage.rss()); }, 1).unref();
    const code = await client.listCustomers({}, unlessDigest ? { unlessDigest } : {}).then(() => 'OK', (error) => error.code);
    peak = Math.max(peak, process.memoryUsage.rss());
    console.log(JSON.stringify({ code, grown: peak - before }));
    await client.close();
  `;

  test.for([
    ['spaces', ' ', ''],
    ['spaces, for a caller with a digest', ' ', 'digest'],
    ['tiny rows', '{"id":1,"name":"A"},', ''],
    ['tiny rows, for a caller with a digest', '{"id":1,"name":"A"},', 'digest'],
    ['numbers', '1,', ''],
  ])('of %s ends as a bad response and takes less than 100 MB', async ([, text, unlessDigest]) => {
    const part = zlib.gzipSync(text!.repeat(Math.ceil(megabyte / text!.length)));
    const parts = Array.from({ length: 400 }, () => part);
    const bomb = Buffer.concat([zlib.gzipSync('{"status":1,"customers":['), ...parts]);
    await using upstream = await startUpstream((request, response) => {
      const warm = request.url?.includes('warm');
      answer(warm ? oneRow : bomb, 200, warm ? {} : { 'content-encoding': 'gzip' })(request, response);
    });
    const args = ['--input-type=module', '--eval', script, upstream.url.href, unlessDigest!];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const { code, grown } = JSON.parse(stdout) as { code: string; grown: number };
    console.log(`${text}: ${Math.round(grown / 1e6)} MB`);
    expect(code).toBe('KOMET_BAD_RESPONSE');
    expect(grown).toBeLessThan(100 * megabyte);
  });
});

describe('a refusal', () => {
  test.for([
    ['Invalid token', 'KOMET_UNAUTHORIZED'],
    ['Authentication failed', 'KOMET_UNAUTHORIZED'],
    ['Method not allowed for this user', 'KOMET_UNAUTHORIZED'],
    ['Daily quota exceeded for this token', 'KOMET_QUOTA_EXHAUSTED'],
    ['You have exceeded the number of requests', 'KOMET_QUOTA_EXHAUSTED'],
    ['Request limit has been reached', 'KOMET_QUOTA_EXHAUSTED'],
    ['Limit exceeded', 'KOMET_QUOTA_EXHAUSTED'],
    ['Too many calls', 'KOMET_QUOTA_EXHAUSTED'],
    ['The name is too long', 'KOMET_REJECTED'],
    ['Customers not found.', 'KOMET_REJECTED'],
  ])('that says %j is %s', async ([message, code]) => {
    await using client = await startClient(answer(JSON.stringify({ status: '0', message, customers: [] })));
    expect(await failureOf(client.listCustomers({}))).toMatchObject({ code, kometMessage: message });
  });

  test('without a message has none', async () => {
    await using client = await startClient(answer('{"status":0}'));
    const { code, kometMessage } = await failureOf(client.listCustomers({}));
    expect({ code, kometMessage }).toEqual({ code: 'KOMET_REJECTED', kometMessage: undefined });
  });

  test('has the first 500 characters of a long message', async () => {
    await using client = await startClient(answer(JSON.stringify({ status: 0, message: 'é'.repeat(9000) })));
    expect((await failureOf(client.listCustomers({}))).kometMessage).toBe('é'.repeat(500));
  });

  test.for([
    token,
    token.toUpperCase(),
    `${'x'.repeat(490)}${token}`,
    `https://api.kometsales.com/api/customer.list?authenticationToken=${token}&name=a`,
    [...token].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join(''),
    [...token].map((letter) => `%25${letter.charCodeAt(0).toString(16)}`).join(''),
    `AUTHENTICATIONTOKEN=${token.slice(0, 20)}`,
  ])('that echoes the token as %s does not show it', async (echo) => {
    await using client = await startClient(
      answer(JSON.stringify({ status: 0, message: `Sorry: ${echo} is wrong` })),
    );
    const { kometMessage } = await failureOf(client.listCustomers({}));
    expect(kometMessage).toContain('Sorry: ');
    expect(decodeURIComponent(decodeURIComponent(kometMessage!)).toLowerCase()).not.toContain(
      token.slice(0, 10).toLowerCase(),
    );
  });

  test('that echoes a token of odd characters, as it was encoded or not, does not show it', async () => {
    const odd = 'a b+c&d/é$(x)[y]';
    const echoes = [odd, encodeURIComponent(odd), String(new URLSearchParams({ '': odd })), encodeURI(odd)];
    await using client = await startClient(
      answer(JSON.stringify({ status: 0, message: echoes.join(' | ') })),
      { token: odd },
    );
    const { kometMessage } = await failureOf(client.listCustomers({}));
    expect(kometMessage).toBe('[redacted] | [redacted] | =[redacted] | [redacted]');
  });
});

describe('an HTTP status', () => {
  test.for([
    [301, 'KOMET_BAD_RESPONSE'],
    [304, 'KOMET_BAD_RESPONSE'],
    [400, 'KOMET_REJECTED'],
    [401, 'KOMET_UNAUTHORIZED'],
    [403, 'KOMET_UNAUTHORIZED'],
    [404, 'KOMET_REJECTED'],
    [429, 'KOMET_QUOTA_EXHAUSTED'],
    [500, 'KOMET_UNAVAILABLE'],
    [503, 'KOMET_UNAVAILABLE'],
  ] as const)('of %i is %s', async ([status, code]) => {
    await using client = await startClient(answer(`<html>${token}</html>`, status));
    expect((await failureOf(client.listCustomers({}))).code).toBe(code);
  });

  test('of 400 with a message of Komet is what the message says', async () => {
    await using client = await startClient(answer('{"status":"0","message":"Daily quota exceeded"}', 400));
    expect(await failureOf(client.listCustomers({}))).toMatchObject({
      code: 'KOMET_QUOTA_EXHAUSTED',
      kometMessage: 'Daily quota exceeded',
    });
  });

  test.for([
    ['120', 1_700_000_120_000],
    ['Tue, 05 Mar 2024 14:07:09 GMT', Date.UTC(2024, 2, 5, 14, 7, 9)],
    ['soon', undefined],
    [undefined, undefined],
  ] as const)('of 429 with retry-after %s names the time %s', async ([retryAfter, retryAt]) => {
    const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter };
    await using client = await startClient(answer('', 429, headers), { now: () => 1_700_000_000_000 });
    const error = await failureOf(client.listCustomers({}));
    expect([error.code, error.retryAt]).toEqual(['KOMET_QUOTA_EXHAUSTED', retryAt]);
  });

  test('of 429 whose body never ends is still known', async () => {
    await using client = await startClient((_request, response) => void response.writeHead(429).write('{'), {
      timeoutMs: 100,
    });
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_QUOTA_EXHAUSTED');
  });

  test.for([301, 302, 303, 307, 308])('of %i sends nobody anywhere', async (status) => {
    await using elsewhere = await startUpstream(answer(oneRow));
    await using client = await startClient(answer('', status, { location: elsewhere.url.href }));
    const error = await failureOf(client.listCustomers({}));
    expect(error).toMatchObject({
      code: 'KOMET_BAD_RESPONSE',
      message: expect.stringContaining('redirected'),
    });
    expect(elsewhere.sockets.size).toBe(0);
  });
});

describe('a deadline', () => {
  const stalls: readonly (readonly [string, Handler])[] = [
    ['the headers', () => {}],
    [
      'the body',
      (_request, response) => void response.write('{"status":1,"customers":[{"id":1,"name":"A"},'),
    ],
    [
      'a compressed body',
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.write(zlib.gzipSync(oneRow).subarray(0, 20));
      },
    ],
  ];

  test.for(stalls)('cuts a call that waits for %s, and its connection', async ([, handler]) => {
    const closed = Promise.withResolvers<void>();
    await using client = await startClient(
      (request, response) => {
        request.socket.on('close', () => closed.resolve());
        handler(request, response);
      },
      { timeoutMs: 100 },
    );
    for (const options of [{}, { unlessDigest: 'x' }, { signal: new AbortController().signal }]) {
      expect((await failureOf(client.listCustomers({}, options))).code).toBe('KOMET_TIMEOUT');
    }
    await closed.promise;
  });

  test('spans the whole call, however alive the body is', async () => {
    await using client = await startClient(
      (_request, response) => {
        response.write('{"status":1,"customers":[{"id":1,"name":"A"}');
        const drip = setInterval(() => response.write(',{"id":1,"name":"A"}'), 5);
        response.on('close', () => clearInterval(drip));
      },
      { timeoutMs: 150 },
    );
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_TIMEOUT');
  });

  test.for(stalls)(
    'leaves a caller who aborts while waiting for %s with their own reason',
    async ([, handler]) => {
      const closed = Promise.withResolvers<void>();
      const abort = new AbortController();
      const reason = new Error('the caller left');
      await using client = await startClient((request, response) => {
        request.socket.on('close', () => closed.resolve());
        handler(request, response);
        setImmediate(() => abort.abort(reason));
      });
      await expect(client.listCustomers({}, { signal: abort.signal })).rejects.toBe(reason);
      await closed.promise;
    },
  );

  test('is not needed for a caller who has left before', async () => {
    await using client = await startClient(answer(oneRow));
    const reason = new Error('the caller left');
    await expect(client.listCustomers({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(client.upstream.urls).toHaveLength(0);
  });
});

describe('a connection', () => {
  test('that nobody takes is unavailable, with the bare code as the cause', async () => {
    const upstream = await startUpstream(answer(oneRow));
    await upstream[Symbol.asyncDispose]();
    const client = createKometClient({ baseUrl: upstream.url, token, timeoutMs: 5000 });
    const error = await failureOf(client.listCustomers({}));
    expect(error).toMatchObject({
      code: 'KOMET_UNAVAILABLE',
      cause: { code: 'ECONNREFUSED', message: 'ECONNREFUSED' },
    });
    await client.close();
  });

  test.for<[string, Handler]>([
    ['before the headers', (request) => request.socket.resetAndDestroy()],
    [
      'within the body',
      (request, response) => {
        response.write('{"status":1,"customers":[');
        setImmediate(() => request.socket.resetAndDestroy());
      },
    ],
    [
      'before the length it promised',
      (request, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write(oneRow);
        setImmediate(() => request.socket.end());
      },
    ],
  ])('that breaks %s is unavailable', async ([, handler]) => {
    await using client = await startClient(handler);
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_UNAVAILABLE');
  });

  test('that does not speak HTTP is a bad response', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', (request) => socket.end(`${request}`));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = createKometClient({
      baseUrl: new URL(`http://127.0.0.1:${port}`),
      token,
      timeoutMs: 5000,
    });
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_BAD_RESPONSE');
    await client.close();
    server.close();
  });

  test('is not made by a closed client, which lets calls under way finish', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    await using client = await startClient((_request, response) => asked.resolve(response));
    const call = client.listCustomers({});
    const response = await asked.promise;
    const closed = client.close();
    expect((await failureOf(client.listCustomers({}))).code).toBe('KOMET_UNAVAILABLE');
    response.end(oneRow);
    expect(await call).toMatchObject({ customers: [{ id: '1' }] });
    await closed;
  });
});
