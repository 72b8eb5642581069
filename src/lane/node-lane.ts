import { isAscii } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentOf, type ReadMessage } from '../http/body.ts';
import type { Visit } from '../observe/visit.ts';
import type { Tenant } from '../tenants.ts';
import type { Lane, LaneAnswer, PlainRequest } from './lane.ts';
import { createOutbox } from './outbox.ts';

/**
 * Answers Node's own requests through the lane, and hands on to the engine what the lane leaves to it. Bodies
 * are in `request.body`.
 */
export type NodeLane = (
  request: ReadMessage,
  response: ServerResponse,
  tenant: Tenant,
  visit: Visit,
  toEngine: ToEngine,
) => void;

/** Answers the request otherwise. */
type ToEngine = () => void;

/** Headers that ask for something out of the plain. */
const unusual = ['cache-control', 'x-komet-explain', 'last-event-id', 'content-encoding', 'expect'] as const;

type MediaType = 'application/json' | 'application/graphql-response+json';

/** In the form that node writes fastest. */
const headersOf = {
  'application/json': plainHeaders('application/json'),
  'application/graphql-response+json': plainHeaders('application/graphql-response+json'),
};

function plainHeaders(type: MediaType): readonly string[] {
  return [
    'content-type',
    `${type}; charset=utf-8`,
    'cache-control',
    'no-store',
    'x-content-type-options',
    'nosniff',
  ];
}

export function createNodeLane(options: {
  readonly lane: Lane;
  readonly now: () => number;
  /** An answer is out. */
  readonly onAnswered: (visit: Visit, status: number) => void;
}): NodeLane {
  const { lane, now, onAnswered } = options;
  const inTurn = createOutbox();

  function send(
    response: ServerResponse,
    type: MediaType,
    visit: Visit,
    { body, asOf, isKnown }: LaneAnswer,
  ) {
    // Who mounts the gateway may have answered since, such as a middleware with a time limit.
    if (response.headersSent) return onAnswered(visit, response.statusCode);
    const age = Math.max(0, Math.floor((now() - asOf) / 1000));
    response.writeHead(200, [
      ...headersOf[type],
      'age',
      `${age}`,
      'content-length',
      `${body.bytes}`,
      'x-request-id',
      visit.id,
    ]);
    response.end(body.content, 'latin1');
    visit.operation = body.operation;
    visit.effort = { upstreamCalls: 0, source: 'snapshot', asOf };
    visit.isKnown = isKnown;
    onAnswered(visit, 200);
  }

  async function answer(
    response: ServerResponse,
    tenant: Tenant,
    visit: Visit,
    type: MediaType,
    text: string,
    read: () => PlainRequest | undefined,
    toEngine: ToEngine,
  ) {
    const known = lane.recall(tenant.customers, tenant.name, text);
    if (known) return inTurn(() => send(response, type, visit, known));
    const plain = read();
    const found = plain && (await lane.answer(tenant.customers, tenant.name, text, plain));
    if (found) inTurn(() => send(response, type, visit, found));
    else toEngine();
  }

  return (request, response, tenant, visit, toEngine) => {
    const type = mediaTypeOf(request);
    const { method, url = '' } = request;
    if (!type || unusual.some((name) => request.headers[name] !== undefined)) {
      return toEngine();
    }
    if (method === 'GET') {
      return void answer(response, tenant, visit, type, url, () => readUrl(url), toEngine);
    }
    const body = contentOf(request);
    if (method !== 'POST' || !body) return toEngine();
    const text = body.toString('latin1');
    const read = () => readPosted(isAscii(body) ? text : body.toString());
    void answer(response, tenant, visit, type, text, read, toEngine);
  };
}

/** What the answer is to be, where the client accepts one of the two plain forms and asks for nothing else. */
function mediaTypeOf({ headers: { accept } }: IncomingMessage): MediaType | undefined {
  if (accept === undefined || accept === '*/*' || accept === 'application/json') return 'application/json';
  return accept === 'application/graphql-response+json' ? accept : undefined;
}

const plainMembers = new Set(['query', 'operationName', 'variables']);

function readPosted(body: string): PlainRequest | undefined {
  try {
    return readPlain(JSON.parse(body));
  } catch {
    return undefined;
  }
}

function readUrl(url: string): PlainRequest | undefined {
  try {
    const parameters = new URL(url, 'http://gateway').searchParams;
    const { variables, ...rest } = Object.fromEntries(parameters);
    if ([...parameters.keys()].length !== new Set(parameters.keys()).size) return undefined;
    return readPlain({ ...rest, ...(variables !== undefined && { variables: JSON.parse(variables) }) });
  } catch {
    return undefined;
  }
}

function readPlain(request: unknown): PlainRequest | undefined {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) return undefined;
  const { query, operationName, variables } = request as Record<string, unknown>;
  if (!Object.keys(request).every((name) => plainMembers.has(name))) return undefined;
  if (typeof query !== 'string' || query === '') return undefined;
  if (operationName != null && (typeof operationName !== 'string' || operationName === '')) return undefined;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return undefined;
  return {
    query,
    operationName: operationName ?? undefined,
    variables: (variables ?? {}) as Record<string, unknown>,
  };
}
