import type { Gateway } from '../../src/gateway.ts';
import type { Reply } from './gateway.ts';

/** Asks a gateway that does not listen, as a program does that mounts its handler. */
export async function ask(
  gateway: Gateway,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  const request = new Request('http://gateway.test/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const response = await gateway(request);
  const { data, errors, extensions } = (await response.json()) as Omit<Reply, 'status' | 'headers'>;
  return { status: response.status, headers: response.headers, data, errors, extensions };
}
