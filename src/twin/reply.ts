import type { ServerResponse } from 'node:http';

/** A reply on its way to the socket; `body` is already encoded as its headers say. */
export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
};

export const jsonHeaders = { 'content-type': 'application/json;charset=UTF-8' };

/** A reply in JSON. */
export function jsonReply(body: string | Buffer, status = 200): Reply {
  return { status, headers: jsonHeaders, body: typeof body === 'string' ? Buffer.from(body) : body };
}

/** A page as a front end in front of Komet would make it. */
export function htmlReply(status: number, title: string, headers: Record<string, string> = {}): Reply {
  const page = `<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1></body>\r\n</html>\r\n`;
  return {
    status,
    headers: { 'content-type': 'text/html;charset=UTF-8', ...headers },
    body: Buffer.from(page),
  };
}

/** Status line and headers, with the length that the whole body would have. */
export function writeHead(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, {
    ...(headers as Record<string, string | string[]>),
    'content-length': `${body.length}`,
  });
}
