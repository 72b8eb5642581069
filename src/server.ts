import { readFile } from 'node:fs/promises';
import type { Tracer } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createGateway } from './gateway.ts';
import { hashDocument, type TrustedDocuments } from './graph/documents.ts';
import {
  createKeyIdentification,
  createTokenIdentification,
  type Identify,
  identifyNobody,
} from './http/callers.ts';
import { createReadiness, live } from './http/health.ts';
import { type ConnectionLimits, type ListeningServer, type Route, serve } from './http/listen.ts';
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

/** How long (ms) requests that are under way may take once the gateway closes. */
const drainMs = 10_000;

/**
 * Puts a gateway together as its settings say and listens.
 * @throws {Error} with a plain sentence, when the port cannot be had or the store not written
 */
export async function startServer(
  config: Config,
  options: {
    readonly logger?: Logger;
    readonly tracer?: Tracer;
    readonly now?: () => number;
    readonly connections?: Partial<ConnectionLimits>;
  } = {},
): Promise<RunningServer> {
  const { logger, tracer, now, connections } = options;
  if (config.access.jwt && !(config.access.jwt.issuer && config.access.jwt.audience)) {
    logger?.warn(
      'GATEWAY_JWT_ISSUER and GATEWAY_JWT_AUDIENCE are not both set: tokens meant for others pass',
    );
  }
  const needsTwin = config.komet.token === undefined && config.access.tokenFrom === 'server';
  const twin = needsTwin ? await startTwin() : undefined;
  const store = twin
    ? createMemoryStore()
    : await openStore(config.store, (event, facts) => logger?.warn(facts, event));
  const token = twin ? 'embedded-twin' : config.komet.token;
  const gateway = createGateway({
    ...config,
    komet: { ...config.komet, token, ...(twin && { baseUrl: twin.url }) },
    access: { ...config.access, identify: identifyAs(config.access) },
    documents: await readDocuments(config.documents),
    ...(twin && {
      source: `an embedded twin of Komet, with ${twin.company.customers.length} invented customers`,
    }),
    store,
    logger,
    tracer,
    now,
  });
  let ready = true;
  const routes: Record<string, Route> = {
    '/': (_request, response) => void response.writeHead(302, { location: '/graphql' }).end(),
    '/graphql': gateway.nodeListener,
    ...(config.metrics && { '/metrics': gateway.metricsListener }),
    '/status': gateway.statusListener,
    '/health/live': live,
    '/health/ready': createReadiness(() => ready),
  };

  async function closeAll(listening?: ListeningServer) {
    gateway.endSubscriptions();
    await listening?.close(drainMs);
    await gateway.dispose();
    await twin?.close();
    await store.close();
  }

  const listening = await serve(routes, config.listen, connections).catch(async (error: unknown) => {
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

function identifyAs({ apiKeys, jwt }: Config['access']): Identify {
  if (apiKeys) return createKeyIdentification(apiKeys);
  return jwt ? createTokenIdentification(jwt) : identifyNobody;
}

/** @throws {Error} with a plain sentence, where the file is not a JSON object of documents by their hash */
async function readDocuments({ file, only }: Config['documents']): Promise<TrustedDocuments> {
  if (file === undefined) return { documents: new Map(), only };
  try {
    const entries = Object.entries(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
    const documents = new Map(entries.map(([hash, text]) => [hash.toLowerCase(), String(text)]));
    const wrong = [...documents].find(([hash, text]) => hash !== hashDocument(text));
    if (wrong) throw new Error(`${wrong[0]} is not the SHA-256 of its document`);
    return { documents, only };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`GATEWAY_DOCUMENTS: ${file} cannot be used (${reason}).`);
  }
}
