import type { IncomingMessage, ServerResponse } from 'node:http';
import { createYoga, type Plugin, type YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GraphContext } from '../schema/context.ts';
import { addFederation } from '../schema/federation.ts';
import { schema } from '../schema/schema.ts';
import { type Customers, createCustomers } from './customers/customers.ts';
import { createCustomerSource } from './graph/customer-source.ts';
import { readDemand } from './graph/demand.ts';
import { usePersistedDocuments } from './graph/documents.ts';
import { useEventIds } from './graph/event-ids.ts';
import { type ExplainContext, useExplain } from './graph/explain.ts';
import { useGraphiql } from './graph/graphiql.ts';
import { createJournal } from './graph/journal.ts';
import { createMaskError } from './graph/mask-error.ts';
import { readStatus } from './graph/status.ts';
import { createKometClient } from './komet/client.ts';
import { createMemoryStore } from './store/memory-store.ts';
import { createTenantName } from './store/seal.ts';
import type { Store } from './store/store.ts';

/** Durations in ms. */
export type GatewayOptions = {
  readonly komet: {
    /** Where `customer.list` is below; `https://api.kometsales.com/api` where not given. */
    readonly baseUrl?: URL | string;
    readonly token: string;
    /** For one call; 30 s where not given. */
    readonly timeoutMs?: number;
    /** Calls a UTC day; 1000 where not given. */
    readonly dailyQuota?: number;
  };
  readonly freshness?: {
    /** How old an answer may be before the list is read again; 5 min where not given, 0 means always live. */
    readonly maxStalenessMs?: number;
    /** How often the whole list is read, between deltas; 6 h where not given. */
    readonly fullSyncEveryMs?: number;
    /** How old an answer may be while Komet cannot be read; 24 h where not given. */
    readonly staleIfErrorMs?: number;
  };
  /** Where snapshots and the quota ledger live; this process's memory where not given. */
  readonly store?: Store;
  /** Whether a browser that opens the endpoint gets GraphiQL; it does where not given. */
  readonly graphiql?: boolean;
  readonly logger?: Logger;
  /** Ms since 1970; the system's clock where not given. */
  readonly now?: () => number;
};

/** A Fetch-API handler for `/graphql`, to serve or to mount. */
export type Gateway = {
  (request: Request): Promise<Response>;
  /** The same for node:http, Express and whatever else passes Node's own requests. */
  readonly nodeListener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Saves what is known, lets go of sockets. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const endpoint = '/graphql';
const minutes = 60_000;
const hours = 60 * minutes;

/** Makes a gateway. Nothing is sent to Komet before the first query needs it. */
export function createGateway(options: GatewayOptions): Gateway {
  const { logger, now = Date.now, store = createMemoryStore() } = options;
  const { token, timeoutMs = 30_000, dailyQuota = 1000 } = options.komet;
  const baseUrl = new URL(options.komet.baseUrl ?? 'https://api.kometsales.com/api');
  const freshness = {
    maxStalenessMs: 5 * minutes,
    fullSyncEveryMs: 6 * hours,
    staleIfErrorMs: 24 * hours,
    ...options.freshness,
  };
  const log = (event: string, facts: Record<string, unknown>) => logger?.warn(facts, event);
  const client = createKometClient({
    baseUrl,
    token,
    timeoutMs,
    now,
    onDroppedRows: (rows) => log('rows of customer.list were not customers and were left out', { rows }),
  });
  const tenant: Customers = createCustomers({
    token,
    name: createTenantName(token, baseUrl.href),
    client,
    store,
    freshness,
    dailyQuota,
    now,
    log,
  });

  const yoga = createYoga<object, GraphContext & ExplainContext>({
    schema: addFederation(schema),
    graphqlEndpoint: endpoint,
    context: ({ request }) => {
      const journal = createJournal();
      return {
        customers: createCustomerSource({
          customers: tenant,
          demand: readDemand(request.headers),
          journal,
          lastEventId: request.headers.get('last-event-id') ?? undefined,
        }),
        komet: {
          status: () => readStatus(tenant, journal, { maxStalenessMs: freshness.maxStalenessMs, now }),
        },
        tenant,
        journal,
        explain: request.headers.get('x-komet-explain') === '1',
      };
    },
    maskedErrors: {
      maskError: createMaskError((reference, error) =>
        logger?.error({ reference, err: error }, 'unexpected error'),
      ),
    },
    // yoga would let every origin in, with credentials
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    logging: silentUnlessWarned(logger),
    plugins: [
      // what is to be executed
      usePersistedDocuments(),
      // a page instead of an answer
      options.graphiql !== false && useGraphiql(endpoint),
      // what the answer took, and who may keep it
      useExplain(now),
      // which change a subscription got last
      useEventIds(),
      useNoStore(),
    ],
  });

  const dispose = async () => {
    await yoga.dispose();
    await tenant.close();
    await client.close();
  };
  const handle = async (request: Request) => yoga.fetch(request);
  const nodeListener = (request: IncomingMessage, response: ServerResponse) => void yoga(request, response);
  return Object.assign(handle, { nodeListener, dispose, [Symbol.asyncDispose]: dispose });
}

/** Customers are not for caches between here and the caller; their age is in the `age` header. */
function useNoStore(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
    },
  };
}

/** Yoga logs errors that it masks; those are logged once, with their reference, by the mask. */
function silentUnlessWarned(logger: Logger | undefined): YogaLogger {
  const quiet = () => {};
  return {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (...words) => logger?.warn(words.map(String).join(' ')),
  };
}
