import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Admission,
  type Admitted,
  type Decision,
  isRefusal,
  type Refusal,
  type RequestHead,
} from './admission.ts';

/** A request's head, from either kind of request. */
export function headOfRequest({ method, headers }: Request): RequestHead {
  return { method, header: (name) => headers.get(name) ?? undefined, address: '' };
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

/** The same for Node's own requests. */
export function guardNode(
  admit: Admission,
  answer: (request: IncomingMessage, response: ServerResponse, admitted: Admitted) => void,
): (request: IncomingMessage, response: ServerResponse) => void {
  function follow(decision: Decision, request: IncomingMessage, response: ServerResponse) {
    if (!isRefusal(decision)) {
      for (const name in decision.headers) response.setHeader(name, decision.headers[name] as string);
      return answer(request, response, decision);
    }
    const { status, headers, body } = written(decision, request.headers.accept ?? '');
    // What is left of a refused body is not worth reading.
    const last = request.method === 'POST' ? { connection: 'close' } : {};
    response.writeHead(status, { ...headers, ...last }).end(body);
  }

  return (request, response) => {
    const decision = admit(headOfMessage(request));
    if (decision instanceof Promise) void decision.then((made) => follow(made, request, response));
    else follow(decision, request, response);
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
    },
    body: JSON.stringify({ errors: [{ message, extensions: { code } }] }),
  };
}
