import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Listening = {
  /** Its `/graphql`. */
  readonly url: string;
  /** How many requests have reached it. */
  readonly requests: number;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Serves a listener on a free port and counts what reaches it. */
export async function listen(listener: RequestListener): Promise<Listening> {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    get requests() {
      return requests;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** For a program that must be told its port. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const server = await listen(() => {});
    await server[Symbol.asyncDispose]();
    const port = Number(new URL(server.url).port);
    // A node of a Redis Cluster takes the one 10,000 above as well.
    if (port < 55_000) return port;
  }
}
