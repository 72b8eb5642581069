import type { IncomingMessage } from 'node:http';
import type { TwinBehaviour } from './behaviour.ts';

/**
 * The parameters of a call: its query and, for a POST, the form or JSON object in its body.
 *
 * @param limit bytes of a body that are read; what goes beyond is cut off
 */
export async function readParameters(
  request: IncomingMessage,
  target: string,
  repeated: TwinBehaviour['repeatedParameter'],
  limit: number,
): Promise<Record<string, string>> {
  const query = target.includes('?') ? target.slice(target.indexOf('?') + 1) : '';
  const pairs = [...new URLSearchParams(query)];
  if (request.method === 'POST') pairs.push(...readBody(await collect(request, limit)));
  const parameters = new Map<string, string>();
  for (const [name, value] of pairs) {
    if (repeated === 'last' || !parameters.has(name)) parameters.set(name, value);
  }
  return Object.fromEntries(parameters);
}

async function collect(request: IncomingMessage, limit: number): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    if (length < limit) pieces.push(piece);
    length += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, limit).toString();
}

function readBody(body: string): [string, string][] {
  if (!body.trimStart().startsWith('{')) return [...new URLSearchParams(body)];
  try {
    const parsed: Record<string, unknown> = JSON.parse(body);
    return Object.entries(parsed).map(([name, value]) => [name, `${value ?? ''}`]);
  } catch {
    return [];
  }
}
