import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Admission, type Admitted, isRefusal, type RequestHead, type Wanted } from './admission.ts';
import { headOfMessage, written } from './gatekeeper.ts';

/** What a side page answers with. */
export type SidePage = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Serves a page beside GraphQL, by GET, to whoever may ask for customers.
 *
 * @param readHead what admission looks at, where that is not the request's own head
 */
export function createSidePage(options: {
  readonly admit: Admission;
  readonly wanted: Wanted;
  readonly readHead?: (head: RequestHead) => RequestHead;
  /** What a refusal has besides, such as the way for a browser to ask for a password. */
  readonly refusalHeaders?: (request: IncomingMessage) => Readonly<Record<string, string>>;
  /** Told of what a page could not be made for. */
  readonly onFailure: (error: unknown) => void;
  readonly render: (request: IncomingMessage, admitted: Admitted) => Promise<SidePage>;
}): (request: IncomingMessage, response: ServerResponse) => void {
  const {
    admit,
    wanted,
    readHead = (head) => head,
    refusalHeaders = () => ({}),
    onFailure,
    render,
  } = options;

  async function serve(request: IncomingMessage, response: ServerResponse) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    const decision = await admit(readHead(headOfMessage(request)), wanted);
    if (isRefusal(decision)) {
      const { status, headers, body } = written(decision, request.headers.accept ?? '');
      const more = status === 401 ? refusalHeaders(request) : {};
      return void response.writeHead(status, { ...headers, ...more }).end(body);
    }
    const { headers, body } = await render(request, decision);
    const always = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
    response.writeHead(200, { ...decision.headers, ...always, ...headers }).end(body);
  }

  return (request, response) => {
    void serve(request, response).catch((error: unknown) => {
      onFailure(error);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  };
}
