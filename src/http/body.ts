import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './admission.ts';

/** A request whose body was read, by us or by whoever mounts the gateway. */
export type ReadMessage = IncomingMessage & { body?: unknown };

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
    request.body = body;
    done(undefined);
  };
  request.on('data', onData).on('end', onEnd);
}

const refuse = (status: number, message: string): Refusal => ({
  status,
  headers: {},
  error: { code: 'BAD_USER_INPUT', message },
});
