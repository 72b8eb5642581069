import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type Admission,
  type Admitted,
  isRefusal,
  type Refusal,
  type RequestHead,
  type Wanted,
} from './admission.ts';
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
  /** What somebody sees who may not; as for GraphQL where it says nothing. */
  readonly refuse?: (request: IncomingMessage, refusal: Refusal) => SidePage | undefined;
  /** Told of what a page could not be made for. */
  readonly onFailure: (error: unknown) => void;
  readonly render: (request: IncomingMessage, admitted: Admitted) => Promise<SidePage>;
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { admit, wanted, readHead = (head) => head, refuse, onFailure, render } = options;

  async function serve(request: IncomingMessage, response: ServerResponse) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    const decision = await admit(readHead(headOfMessage(request)), wanted);
    if (isRefusal(decision)) {
      const { status, headers, body } = written(decision, request.headers.accept ?? '');
      const page = refuse?.(request, decision);
      return void response.writeHead(status, { ...headers, ...page?.headers }).end(page?.body ?? body);
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
