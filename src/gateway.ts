import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Tracer } from '@opentelemetry/api';
import { version as graphqlVersion } from 'graphql';
import { createGraphQLError, createYoga, type Plugin, type YogaLogger } from 'graphql-yoga';
import type { Logger } from 'pino';
import type { GraphContext } from '../schema/context.ts';
import { addFederation } from '../schema/federation.ts';
import { schema } from '../schema/schema.ts';
import { createBatchedRows, createCustomerSource } from './graph/customer-source.ts';
import { readDemand } from './graph/demand.ts';
import {
  createDocumentCaches,
  hashDocument,
  type TrustedDocuments,
  usePersistedDocuments,
} from './graph/documents.ts';
import { useEventIds } from './graph/event-ids.ts';
import { type ExplainContext, useExplain } from './graph/explain.ts';
import { useGraphiql } from './graph/graphiql.ts';
import { createJournal } from './graph/journal.ts';
import { defaultLimits, type Limits, type LimitsContext, useLimits } from './graph/limits.ts';
import { createMaskError } from './graph/mask-error.ts';
import { readStatus } from './graph/status.ts';
import { useVisit } from './graph/visit.ts';
import { type Admitted, createAdmission } from './http/admission.ts';
import { type Identify, identifyNobody } from './http/callers.ts';
import { guard, guardNode } from './http/gatekeeper.ts';
import { pathOf } from './http/listen.ts';
import { createSidePage } from './http/side-pages.ts';
import { createStatusListener } from './http/status-listener.ts';
import { createLane } from './lane/lane.ts';
import { createNodeLane } from './lane/node-lane.ts';
import { createMetrics } from './observe/metrics.ts';
import { createObserver } from './observe/observer.ts';
import { readStanding } from './observe/standing.ts';
import { createStatusReport } from './observe/status-report.ts';
import { createTraces } from './observe/traces.ts';
import { createReception, type Visit } from './observe/visit.ts';
import { createMemoryStore } from './store/memory-store.ts';
import type { Rate, Store } from './store/store.ts';
import { createTenantOpener } from './tenant.ts';
import { createTenants } from './tenants.ts';
import { version } from './version.ts';

/** Durations in ms. */
export type GatewayOptions = {
  readonly komet: {
    /** Where `customer.list` is below; `https://api.kometsales.com/api` where not given. */
    readonly baseUrl?: URL | string;
    /** The server's own token; where there is none, callers send theirs in `x-komet-token`. */
    readonly token?: string;
    /** For one call; 30 s where not given. */
    readonly timeoutMs?: number;
    /** Calls a UTC day and token; 1000 where not given. */
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
  readonly access?: {
    /** Who sends an `authorization` header; where not given, whoever reaches the gateway may ask. */
    readonly identify?: Identify;
    readonly corsOrigins?: readonly string[];
    /** Operations per caller; unlimited where not given. */
    readonly rateLimit?: Rate;
    /**
     * Komet tokens that one address may bring before they have proved good, where callers send their own;
     * unlimited where not given, and for requests without a socket.
     */
    readonly newTokens?: Rate;
    /** Proxies in front whose `x-forwarded-for` can be believed; none where not given. */
    readonly trustedProxies?: number;
    /** Whether requests must name this machine as their host; they need not where not given. */
    readonly loopbackOnly?: boolean;
  };
  /** For one GraphQL request in all; 20 s where not given. */
  readonly requestTimeoutMs?: number;
  /** What differs from {@link defaultLimits}. */
  readonly limits?: Partial<Limits>;
  readonly documents?: TrustedDocuments;
  /** Where snapshots and the quota ledger live; this process's memory where not given. */
  readonly store?: Store;
  /** The path that is answered; `/graphql` where not given. */
  readonly endpoint?: string;
  /** Whether a browser that opens the endpoint gets GraphiQL; it does where not given. */
  readonly graphiql?: boolean;
  /** Whether the schema may be asked for; it may where not given. */
  readonly introspection?: boolean;
  /** Where customers come from, in words for the status page; Komet's host where not given. */
  readonly source?: string;
  readonly logger?: Logger;
  /** OpenTelemetry's; without it nothing is traced. */
  readonly tracer?: Tracer;
  /** Ms since 1970; the system's clock where not given. */
  readonly now?: () => number;
};

/** A Fetch-API handler, to serve or to mount. */
export type Gateway = {
  (request: Request): Promise<Response>;
  /** The path that it answers. */
  readonly endpoint: string;
  /** The same for node:http, Express and whatever else passes Node's own requests. */
  readonly nodeListener: (request: IncomingMessage, response: ServerResponse) => void;
  /** What it counts, in Prometheus' text format; costs no call to Komet. */
  metrics(): Promise<string>;
  /** The same as a page for Prometheus, for whoever may ask for customers. */
  readonly metricsListener: (request: IncomingMessage, response: ServerResponse) => void;
  /** How a caller's customers stand: a page for browsers, JSON for others; costs no call to Komet. */
  readonly statusListener: (request: IncomingMessage, response: ServerResponse) => void;
  /** Completes all subscriptions, so that their connections can close. */
  endSubscriptions(): void;
  /** Ends subscriptions and calls to Komet, saves what is known, lets go of sockets. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** What admission has found out, on its way into a request's context; a page needs none. */
type ServerContext =
  | { readonly admitted: Admitted; readonly visit: Visit }
  | { readonly isPage: true; readonly visit?: undefined };

const defaultBaseUrl = 'https://api.kometsales.com/api';
const minutes = 60_000;
const hours = 60 * minutes;

/** Makes a gateway. Nothing is sent to Komet before the first query needs it. */
export function createGateway(options: GatewayOptions): Gateway {
  const { logger, now = Date.now, endpoint = '/graphql', access = {}, requestTimeoutMs = 20_000 } = options;
  const { introspection = true } = options;
  const freshness = {
    maxStalenessMs: 5 * minutes,
    fullSyncEveryMs: 6 * hours,
    staleIfErrorMs: 24 * hours,
    ...options.freshness,
  };
  const limits = { ...defaultLimits, ...options.limits };
  const metrics = createMetrics({
    version: version(),
    maxStalenessMs: freshness.maxStalenessMs,
    now,
    readStanding: () => readStanding(tenants.all().map(({ customers }) => customers)),
  });
  const traces = options.tracer && createTraces(options.tracer);
  const observer = createObserver({ metrics, logger, traces });
  const receive = createReception();
  const { token, timeoutMs = 30_000, dailyQuota = 1000 } = options.komet;
  const baseUrl = new URL(options.komet.baseUrl ?? defaultBaseUrl);
  const tenants = createTenants(
    createTenantOpener({
      baseUrl,
      timeoutMs,
      dailyQuota,
      ownToken: token,
      freshness,
      store: options.store ?? createMemoryStore(),
      observer,
      now,
    }),
  );
  /** The server's own tenant need not be looked up each time. */
  const own = token === undefined ? undefined : tenants.of(token);
  const tenantOf = ({ kometToken }: Admitted) => own ?? tenants.of(kometToken);
  const admit = createAdmission({
    identify: access.identify ?? identifyNobody,
    serverToken: token,
    corsOrigins: access.corsOrigins ?? [],
    rateLimit: access.rateLimit,
    isKnownToken: tenants.has,
    newTokens: access.newTokens,
    trustedProxies: access.trustedProxies ?? 0,
    bodyBytes: limits.bodyBytes,
    loopbackOnly: access.loopbackOnly ?? false,
    createLimiter: options.store?.fleet?.createLimiter,
  });

  const graph = addFederation(schema);
  const yoga = createYoga<ServerContext, GraphContext & ExplainContext & { readonly cost: LimitsContext }>({
    schema: graph,
    graphqlEndpoint: endpoint,
    context: ({ request, ...served }) => {
      if (!('admitted' in served)) throw createUnadmitted();
      const journal = createJournal();
      served.visit.effort = journal;
      const tenant = tenantOf(served.admitted);
      const cost: LimitsContext = { mostRows: tenant.rows };
      return {
        customers: createCustomerSource(
          createBatchedRows({
            customers: tenant.customers,
            demand: readDemand(request, requestTimeoutMs),
            journal,
            lastEventId: request.headers.get('last-event-id') ?? undefined,
            onAnswered: () => cost.checkAgain?.(),
          }),
        ),
        komet: {
          status: () =>
            readStatus(tenant.customers, journal, { maxStalenessMs: freshness.maxStalenessMs, now }),
        },
        tenant: tenant.customers,
        cost,
        journal,
        explain: request.headers.get('x-komet-explain') === '1',
      };
    },
    maskedErrors: {
      maskError: createMaskError(observer.failed, introspection),
    },
    // Admission has its own; yoga would let every origin in, with credentials.
    cors: false,
    graphiql: false,
    landingPage: false,
    multipart: false,
    maxRequestBodySize: limits.bodyBytes,
    parserAndValidationCache: createDocumentCaches(),
    logging: silentUnlessWarned(logger),
    plugins: [
      // a page instead of an answer
      options.graphiql !== false && useGraphiql(),
      // what is to be executed, what it is called, and whether that is too much
      usePersistedDocuments(options.documents),
      useVisit(observer),
      useLimits(limits, introspection),
      // what the answer took, and who may keep it
      useExplain(now),
      // which change a subscription got last
      useEventIds(),
      useNoStore(),
    ],
  });
  /** The page holds no data, and what it asks for comes through here again. */
  const isPage = (method: string | undefined, accept: string | null | undefined, path: string) =>
    options.graphiql !== false &&
    method === 'GET' &&
    (accept ?? '').includes('text/html') &&
    pathOf(path) === endpoint;

  async function handle(request: Request): Promise<Response> {
    if (isPage(request.method, request.headers.get('accept'), new URL(request.url).pathname))
      return yoga.fetch(request, { isPage: true });
    const visit = receive(request.headers.get('x-request-id'));
    traces?.begin(visit, request.headers);
    const answer = (admitted: Admitted) => yoga.fetch(request, { admitted, visit });
    const response = await guard(admit, request, visit, (admitted) =>
      traces ? traces.within(visit, () => answer(admitted)) : answer(admitted),
    );
    observer.answered(visit, response.status);
    return response;
  }

  const isAllowed = (query: string) =>
    !options.documents?.only || options.documents.documents.has(hashDocument(query));
  const takeLane = createNodeLane({
    lane: createLane({ schema: graph, limits, isAllowed }),
    now,
    onAnswered: observer.answered,
  });
  const answerNode = guardNode(
    admit,
    limits.bodyBytes,
    observer.answered,
    (request, response, admitted, visit) =>
      takeLane(request, response, tenantOf(admitted), visit, () => {
        response.setHeader('x-request-id', visit.id);
        response.once('close', () => observer.answered(visit, statusOf(response, visit)));
        const answer = () => void yoga(request, response, { admitted, visit });
        if (traces) traces.within(visit, answer);
        else answer();
      }),
  );
  /** Express keeps the whole path under another name. */
  function nodeListener(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse) {
    const { headers, method } = request;
    if (isPage(method, headers.accept, request.originalUrl ?? request.url ?? '/'))
      return void yoga(request, response, { isPage: true });
    const visit = receive(headers['x-request-id']);
    traces?.begin(visit, headers);
    answerNode(request, response, visit);
  }

  const metricsListener = createSidePage({
    admit,
    wanted: 'numbers',
    onFailure: (error) => observer.failed(randomUUID(), error),
    render: async () => ({ headers: { 'content-type': metrics.contentType }, body: await metrics.scrape() }),
  });
  const gatewayFacts = {
    version: version(),
    node: process.version,
    graphql: graphqlVersion,
    startedAt: now(),
  };
  const statusListener = createStatusListener({
    admit,
    tokenFrom: token === undefined ? 'client' : 'server',
    onFailure: (error) => observer.failed(randomUUID(), error),
    async readReport(admitted) {
      const { customers, calls } = tenantOf(admitted);
      return createStatusReport({
        status: await customers.status(),
        calls,
        gateway: gatewayFacts,
        source: options.source ?? baseUrl.host,
        maxStalenessMs: freshness.maxStalenessMs,
        now: now(),
      });
    },
  });
  const dispose = async () => {
    metrics.close();
    await yoga.dispose();
    await tenants.close();
  };
  return Object.assign(handle, {
    endpoint,
    nodeListener,
    metrics: metrics.scrape,
    metricsListener,
    statusListener,
    endSubscriptions: tenants.endSubscriptions,
    dispose,
    [Symbol.asyncDispose]: dispose,
  });
}

/** What was answered; 499, as nginx has it, where the caller left before it was. */
const statusOf = ({ writableFinished, statusCode }: ServerResponse, { isSubscription }: Visit) =>
  writableFinished || isSubscription ? statusCode : 499;

/** There is no way around admission, whatever an adapter may do. */
const createUnadmitted = () =>
  createGraphQLError('Nobody has admitted this request.', {
    extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
  });

/** Customers are not for caches between here and the caller; their age is in the `age` header. */
function useNoStore(): Plugin {
  return {
    onResponse({ response: { headers } }) {
      if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
      headers.set('x-content-type-options', 'nosniff');
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
