import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Admission,
  type Admitted,
  type Decision,
  isRefusal,
  type Refusal,
  type RequestHead,
} from './admission.ts';
import { readBody } from './body.ts';

/** A request's head, from either kind of request. */
function headOfRequest({ method, headers, url }: Request): RequestHead {
  const { host } = new URL(url);
  return {
    method,
    header: (name) => headers.get(name) ?? (name === 'host' ? host : undefined),
    address: '',
  };
}

function headOfMessage({ method = 'GET', headers, socket }: IncomingMessage): RequestHead {
  return {
    method,
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    address: socket.remoteAddress ?? '',
  };
}

/** Lets a Fetch request through to `answer`, or answers why not. */
export async function guard(
  admit: Admission,
  request: Request,
  answer: (admitted: Admitted) => Promise<Response> | Response,
): Promise<Response> {
  const decision = await admit(headOfRequest(request));
  if (isRefusal(decision)) {
    const { status, headers, body } = written(decision, request.headers.get('accept') ?? '');
    return new Response(body, { status, headers });
  }
  const response = await answer(decision);
  for (const [name, value] of Object.entries(decision.headers)) response.headers.set(name, value);
  return response;
}

/**
 * The same for Node's own requests, with what was posted in `request.body`.
 * @param bodyBytes the most that a body may have
 */
export function guardNode(
  admit: Admission,
  bodyBytes: number,
  answer: (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  function turnAway(refusal: Refusal, request: IncomingMessage, response: ServerResponse) {
    const { status, headers, body } = written(refusal, request.headers.accept ?? '');
    // What is left of a refused body is not worth reading.
    const last = request.method === 'POST' ? { connection: 'close' } : {};
    response.writeHead(status, { ...headers, ...last }).end(body);
  }

  function follow(decision: Decision, request: IncomingMessage, response: ServerResponse) {
    if (isRefusal(decision)) return turnAway(decision, request, response);
    for (const name in decision.headers) response.setHeader(name, decision.headers[name] as string);
    if (request.method !== 'POST') return answer(request, response, decision);
    readBody(request, bodyBytes, (refusal) => {
      if (refusal) turnAway(refusal, request, response);
      else answer(request, response, decision);
    });
  }

  return (request, response) => {
    const decision = admit(headOfMessage(request));
    if (!(decision instanceof Promise)) return follow(decision, request, response);
    // A decision that fails lets nobody in, and must not end the process.
    void decision.then((made) => follow(made, request, response)).catch(() => response.destroy());
  };
}

function written({ status, headers, error }: Refusal, accept: string) {
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
