import { connect } from 'node:net';

/** What a socket got until its other end closed it. */
export type RawReply = {
  readonly text: string;
  /** Of each answer, in order. */
  readonly statuses: readonly number[];
  readonly ms: number;
};

/**
 * Writes bytes as no HTTP client would and reads until the server closes.
 * @param drip sends one piece after another, with so many ms between them
 */
export function sendRaw(
  url: string,
  pieces: string | Buffer | readonly (string | Buffer)[],
  { drip = 0 }: { readonly drip?: number } = {},
): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  const started = performance.now();
  const queue = Array.isArray(pieces) ? [...pieces] : [pieces];
  let text = '';
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const timer = setInterval(() => {
      const piece = queue.shift();
      if (piece !== undefined && socket.writable) socket.write(piece);
    }, drip);
    // Whoever is thrown out may be thrown out while writing.
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('close', () => {
      clearInterval(timer);
      resolve(readReply(text, started));
    });
  });
}

/** The head of a POST that nothing is wrong with, but for what is added. */
export function headOfPost(...headers: readonly string[]): string {
  const lines = ['POST /graphql HTTP/1.1', 'host: localhost', 'content-type: application/json', ...headers];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Writes a head and then chunks of blanks, as fast as they are taken, until the server closes. */
export function sendEndless(url: string, head: string): Promise<RawReply & { readonly bytes: number }> {
  const { hostname, port } = new URL(url);
  const started = performance.now();
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
  let text = '';
  let bytes = 0;
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const write = () => {
      if (!socket.writable) return;
      bytes += chunk.length;
      if (socket.write(chunk)) setImmediate(write);
      else socket.once('drain', write);
    };
    socket.on('error', () => {});
    socket.setEncoding('latin1').on('data', (piece) => {
      text += piece;
    });
    socket.on('connect', () => {
      socket.write(head);
      write();
    });
    socket.on('close', () => resolve({ ...readReply(text, started), bytes }));
  });
}

function readReply(text: string, started: number): RawReply {
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
  return { text, statuses, ms: performance.now() - started };
}
