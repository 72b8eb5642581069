import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listener of node:http that answers one path. */
export type Route = (request: IncomingMessage, response: ServerResponse) => void;

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
): Promise<ListeningServer> {
  const server = createServer((request, response) => {
    // Node would keep a connection that was busy when closing began until its keep-alive timeout.
    response.on('close', () => server.listening || setImmediate(() => server.closeIdleConnections()));
    const route = routes[pathOf(request)];
    if (route) route(request, response);
    else sendJson(response, 404, { error: `There is nothing here; GraphQL is at /graphql.` });
  });
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
      const timer = setTimeout(() => server.closeAllConnections(), drainMs);
      await once(server, 'close');
      clearTimeout(timer);
    },
  };
}

/** Writes a small JSON answer. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(JSON.stringify(body));
}

function pathOf({ url = '/' }: IncomingMessage): string {
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
