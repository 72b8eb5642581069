import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './admission.ts';

/** A request whose body was read, by us or by whoever mounts the gateway. */
export type ReadMessage = IncomingMessage & { body?: unknown };

/** Up to so many bytes a buffer is the quicker form for yoga's adapter, which first lists all of its indices. */
const mostListed = 2_048;

/** A longer body in a form that is not looked into: listing a megabyte takes longer than all the rest. */
type Unlisted = AsyncIterable<Buffer> & { readonly content: Buffer };

function createBody(content: Buffer): Buffer | Unlisted {
  if (content.length <= mostListed) return content;
  return {
    content,
    async *[Symbol.asyncIterator]() {
      yield content;
    },
  };
}

/** What {@link readBody} has read; nothing where a server in front has read and parsed it. */
export function contentOf({ body }: ReadMessage): Buffer | undefined {
  const content = Buffer.isBuffer(body) ? body : (body as Partial<Unlisted> | undefined)?.content;
  return Buffer.isBuffer(content) ? content : undefined;
}

/**
 * Reads a body into `request.body` while it arrives, and no byte further than it may be long, whatever its
 * head said. What a server in front has read already is left as it is.
 *
 * @param most bytes
 */
export function readBody(
  request: ReadMessage,
  most: number,
  done: (refusal: Refusal | undefined) => void,
): void {
  if (request.body !== undefined || request.readableEnded) {
    done(undefined);
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onData = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= most) return void chunks.push(chunk);
    request.off('data', onData).off('end', onEnd);
    done(refuse(413, `The body has more than ${most} bytes.`));
  };
  const onEnd = () => {
    const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
    // Bytes that are no text would be read as other characters than were sent.
    if (!isUtf8(body)) return done(refuse(400, 'The body is not UTF-8.'));
    request.body = createBody(body);
    done(undefined);
  };
  request.on('data', onData).on('end', onEnd);
}

const refuse = (status: number, message: string): Refusal => ({
  status,
  headers: {},
  error: { code: 'BAD_USER_INPUT', message },
});
