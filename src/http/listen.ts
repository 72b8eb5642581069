import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/** A listener of node:http that answers one path. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

/** How long (ms) and how many connections may keep a server waiting. */
export type ConnectionLimits = {
  /** Until a request's head is there, from the connection or the last answer on. */
  readonly headersMs: number;
  /** Until all of a request is there. */
  readonly requestMs: number;
  /** Without a byte in either direction; a subscription sends one every 12 s. */
  readonly idleMs: number;
  /** At a time; whoever comes later is not let in. */
  readonly connections: number;
};

const defaultConnectionLimits: ConnectionLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 120_000,
  connections: 10_000,
};

/** How often (ms) a server that closes looks for connections that have become idle. */
const sweepMs = 20;

export type ListeningServer = {
  /** Where it is, such as `http://localhost:4000`. */
  readonly url: string;
  /** Stops accepting, ends idle connections, lets running requests finish for at most `drainMs` (ms). */
  close(drainMs: number): Promise<void>;
};

/**
 * Serves routes by path; anything else is 404.
 * @throws {Error} with a plain sentence, when the port or host cannot be had
 */
export async function serve(
  routes: Readonly<Record<string, Route>>,
  { port, host }: { readonly port: number; readonly host: string },
  limits: Partial<ConnectionLimits> = {},
): Promise<ListeningServer> {
  const { headersMs, requestMs, idleMs, connections } = { ...defaultConnectionLimits, ...limits };
  const timeouts = {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: Math.min(1_000, headersMs / 4),
  };
  const byPath = new Map(Object.entries(routes));
  const server = createServer(timeouts, (request, response) => {
    const { url = '/' } = request;
    const route = byPath.get(url) ?? byPath.get(pathOf(url));
    if (route) route(request, response);
    else sendJson(response, 404, { error: `There is nothing here; GraphQL is at /graphql.` });
  });
  // A connection that never sent anything is not idle in node's eyes, and would hold up closing.
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.size > 0 && silent.delete(socket));
  server.timeout = idleMs;
  server.maxConnections = connections;
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new Error(sentenceFor(error, port, host));
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`,
    async close(drainMs) {
      server.close();
      server.closeIdleConnections();
      for (const socket of silent) socket.destroy();
      const timer = setTimeout(() => server.closeAllConnections(), drainMs);
      // Node would keep a connection that was busy when closing began until its keep-alive timeout.
      const sweep = setInterval(() => server.closeIdleConnections(), sweepMs);
      await once(server, 'close');
      clearTimeout(timer);
      clearInterval(sweep);
    },
  };
}

/** Writes a small JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(JSON.stringify(body));
}

/** Of a request's target, without query and without a slash at its end. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function sentenceFor(error: unknown, port: number, host: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  const reasons: Record<string, string> = {
    EADDRINUSE: `Port ${port} on ${host} is taken. Stop what uses it, or choose another with PORT or --port.`,
    EACCES: `Port ${port} may not be used by this user. Choose one above 1023 with PORT or --port.`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST or --host to one of its own.`,
    ENOTFOUND: `The host name ${host} is not known. Set HOST or --host to a name or address of this machine.`,
  };
  return reasons[code] ?? `Cannot listen on ${host}:${port} (${code}).`;
}
