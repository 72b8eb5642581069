import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { schema } from '../schema/schema.ts';
import type { Gateway } from './gateway.ts';

type HeaderValues = Readonly<Record<string, string>>;

export type SubschemaOptions = {
  /** Where the customers come from: a gateway in this process, or the URL of a running one's `/graphql`. */
  readonly gateway: Gateway | URL | string;
  /**
   * Sent with each request to the gateway, such as `authorization`; a function makes them of the context of the
   * stitched query, to pass on what a caller sent.
   */
  readonly headers?: HeaderValues | ((context: unknown) => HeaderValues);
};

/**
 * Sends an operation; as loosely typed as this because each version of @graphql-tools has types of its own.
 */
// biome-ignore lint/suspicious/noExplicitAny: it must fit whichever version the stitching gateway has
type Executor = (request: any) => any;

/**
 * The subschema configuration that `stitchSchemas` of @graphql-tools/stitch wants: customers merge with those
 * of other graphs by id and by code, and all that one tick asks for is one request.
 */
export function createKometSubschema({ gateway, headers = {} }: SubschemaOptions) {
  const inProcess = typeof gateway === 'function';
  const executor: Executor = buildHTTPExecutor({
    endpoint: inProcess ? `http://komet-graphql${gateway.endpoint}` : String(gateway),
    ...(inProcess && { fetch: fetchFrom(gateway) }),
    headers: (request) => (typeof headers === 'function' ? headers(request?.context) : headers),
  });
  return {
    schema,
    executor,
    batch: true,
    merge: {
      Customer: {
        entryPoints: [
          {
            fieldName: 'customersById',
            selectionSet: '{ id }',
            key: ({ id }: CustomerKeys) => id ?? nobody,
            argsFromKeys: (ids: readonly unknown[]) => ({ ids }),
          },
          {
            fieldName: 'customersByCode',
            selectionSet: '{ code }',
            key: ({ code }: CustomerKeys) => code ?? nobody,
            argsFromKeys: (codes: readonly unknown[]) => ({ codes }),
          },
        ],
      },
    },
  };
}

type CustomerKeys = { readonly id?: string | null; readonly code?: string | null };

/** In the place of a key that another graph leaves null; the `null` itself would fail all of its batch. */
const nobody = '';

const fetchFrom =
  (gateway: Gateway) =>
  (url: string, init?: RequestInit): Promise<Response> =>
    gateway(new Request(url, init));
