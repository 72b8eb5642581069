import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createGateway } from './gateway.ts';
import { createReadiness, live } from './http/health.ts';
import { type Route, serve } from './http/listen.ts';
import { createMemoryStore } from './store/memory-store.ts';
import { openStore } from './store/open-store.ts';
import { startTwin, type Twin } from './twin/twin.ts';

/** A gateway that listens. */
export type RunningServer = {
  /** Where it is, such as `http://localhost:4000`. */
  readonly url: string;
  /** The embedded twin, where no Komet token was given. */
  readonly twin: Twin | undefined;
  /** False from the moment that it begins to close. */
  isReady(): boolean;
  /** Lets what is under way finish, saves what is known, closes all sockets. */
  close(): Promise<void>;
};

/**
 * Puts a gateway together as its settings say and listens.
 * @throws {Error} with a plain sentence, when the port cannot be had or the store not written
 */
export async function startServer(
  config: Config,
  { logger, now }: { readonly logger?: Logger; readonly now?: () => number } = {},
): Promise<RunningServer> {
  const { token } = config.komet;
  const twin = token === undefined ? await startTwin() : undefined;
  const store = twin ? createMemoryStore() : await openStore(config.store);
  const gateway = createGateway({
    komet: twin
      ? { ...config.komet, baseUrl: twin.url, token: 'embedded-twin' }
      : { ...config.komet, token: `${token}` },
    freshness: config.freshness,
    store,
    logger,
    now,
  });
  let ready = true;
  const routes: Record<string, Route> = {
    '/': (_request, response) => void response.writeHead(302, { location: '/graphql' }).end(),
    '/graphql': gateway.nodeListener,
    '/health/live': live,
    '/health/ready': createReadiness(() => ready),
  };

  async function closeAll(listening?: { close(): Promise<void> }) {
    await listening?.close();
    await gateway.dispose();
    await twin?.close();
    await store.close();
  }

  const listening = await serve(routes, config.listen).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  return {
    url: listening.url,
    twin,
    isReady: () => ready,
    close() {
      ready = false;
      return closeAll(listening);
    },
  };
}
