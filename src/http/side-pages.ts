import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Admission, isRefusal, type Wanted } from './admission.ts';
import { headOfMessage, written } from './gatekeeper.ts';

/** What a side page answers with. */
export type SidePage = {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Serves a page beside GraphQL, by GET, to whoever may ask for customers.
 */
export function createSidePage(options: {
  readonly admit: Admission;
  readonly wanted: Wanted;
  /** Told of what a page could not be made for. */
  readonly onFailure: (error: unknown) => void;
  readonly render: () => Promise<SidePage>;
}): (request: IncomingMessage, response: ServerResponse) => void {
  const { admit, wanted, onFailure, render } = options;

  async function serve(request: IncomingMessage, response: ServerResponse) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
    }
    const decision = await admit(headOfMessage(request), wanted);
    if (isRefusal(decision)) {
      const { status, headers, body } = written(decision, request.headers.accept ?? '');
      return void response.writeHead(status, headers).end(body);
    }
    const { headers, body } = await render();
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
