import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Visit } from '../observe/visit.ts';
import {
  type Admission,
  type Admitted,
  type Decision,
  isRefusal,
  type Refusal,
  type RequestHead,
} from './admission.ts';
import { readBody } from './body.ts';
import { anonymous } from './callers.ts';

/** A request's head, from either kind of request. */
function headOfRequest({ method, headers, url }: Request): RequestHead {
  const { host } = new URL(url);
  return {
    method,
    header: (name) => headers.get(name) ?? (name === 'host' ? host : undefined),
    address: '',
  };
}

export function headOfMessage({ method = 'GET', headers, socket }: IncomingMessage): RequestHead {
  return {
    method,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    address: socket.remoteAddress ?? '',
  };
}

/** The answer's header with the id under which the log has the request. */
const requestIdHeader = 'x-request-id';

/** Lets a Fetch request through to `answer`, or answers why not. */
export async function guard(
  admit: Admission,
  request: Request,
  visit: Visit,
  answer: (admitted: Admitted) => Promise<Response> | Response,
): Promise<Response> {
  const response = await guarded(admit, request, visit, answer);
  response.headers.set(requestIdHeader, visit.id);
  return response;
}

async function guarded(
  admit: Admission,
  request: Request,
  visit: Visit,
  answer: (admitted: Admitted) => Promise<Response> | Response,
): Promise<Response> {
  const decision = await admit(headOfRequest(request));
  if (isRefusal(decision)) {
    noteRefusal(visit, decision);
    const { status, headers, body } = written(decision, request.headers.get('accept') ?? '');
    return new Response(body, { status, headers });
  }
  noteCaller(visit, decision);
  const response = await answer(decision);
  for (const [name, value] of Object.entries(decision.headers)) response.headers.set(name, value);
  return response;
}

function noteCaller(visit: Visit, { caller }: Admitted): void {
  if (caller.name !== anonymous) visit.caller = caller.name;
}

function noteRefusal(visit: Visit, { error }: Refusal): void {
  if (error) visit.codes = [error.code];
}

/**
 * The same for Node's own requests, with what was posted in `request.body`. Whoever answers puts the id of the
 * visit into the head, since node writes a head faster that is given at once.
 * @param bodyBytes the most that a body may have
 * @param onRefused told of each answer that is given here
 */
export function guardNode(
  admit: Admission,
  bodyBytes: number,
  onRefused: (visit: Visit, status: number) => void,
  answer: (request: IncomingMessage, response: ServerResponse, admitted: Admitted, visit: Visit) => void,
): (request: IncomingMessage, response: ServerResponse, visit: Visit) => void {
  function turnAway(refusal: Refusal, request: IncomingMessage, response: ServerResponse, visit: Visit) {
    noteRefusal(visit, refusal);
    const { status, headers, body } = written(refusal, request.headers.accept ?? '');
    // What is left of a refused body is not worth reading.
    const last = request.method === 'POST' ? { connection: 'close' } : {};
    response.writeHead(status, { ...headers, ...last, [requestIdHeader]: visit.id }).end(body);
    onRefused(visit, status);
  }

  function follow(decision: Decision, request: IncomingMessage, response: ServerResponse, visit: Visit) {
    if (isRefusal(decision)) return turnAway(decision, request, response, visit);
    noteCaller(visit, decision);
    for (const name in decision.headers) response.setHeader(name, decision.headers[name] as string);
    if (request.method !== 'POST') return answer(request, response, decision, visit);
    readBody(request, bodyBytes, (refusal) => {
      if (refusal) turnAway(refusal, request, response, visit);
      else answer(request, response, decision, visit);
    });
  }

  return (request, response, visit) => {
    const decision = admit(headOfMessage(request));
    if (!(decision instanceof Promise)) return follow(decision, request, response, visit);
    // A decision that fails lets nobody in, and must not end the process.
    void decision.then((made) => follow(made, request, response, visit)).catch(() => response.destroy());
  };
}

export function written({ status, headers, error }: Refusal, accept: string) {
  if (!error) return { status, headers, body: null };
  const { code, message } = error;
  return {
    status,
    headers: {
      ...headers,
      'content-type': accept.includes('application/graphql-response+json')
        ? 'application/graphql-response+json; charset=utf-8'
        : 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: JSON.stringify({ errors: [{ message, extensions: { code } }] }),
  };
}
