import type { Logger } from 'pino';
import { readConfig } from '../../src/config.ts';
import type { ConnectionLimits } from '../../src/http/listen.ts';
import { startServer } from '../../src/server.ts';
import { startTwin, type Twin, type TwinOptions } from '../../src/twin/twin.ts';

export type Reply = {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data: any;
  readonly errors:
    | readonly { message: string; path?: readonly (string | number)[]; extensions: Record<string, unknown> }[]
    | undefined;
  readonly extensions: Record<string, unknown> | undefined;
};

export type TestGateway = {
  readonly url: string;
  readonly twin: Twin;
  /** POSTs an operation. */
  query(query: string, variables?: object, headers?: Record<string, string>): Promise<Reply>;
  [Symbol.asyncDispose](): Promise<void>;
};

/**
 * The program as `komet-graphql start` puts it together, on a free port, before a twin of its own.
 * `settings` are environment variables.
 */
export async function startGateway(
  options: {
    readonly settings?: Record<string, string>;
    readonly twin?: Twin | TwinOptions;
    readonly now?: () => number;
    readonly logger?: Logger;
    readonly connections?: Partial<ConnectionLimits> | undefined;
  } = {},
): Promise<TestGateway> {
  const given = options.twin ?? {};
  const isRunning = 'calls' in given;
  const twin = isRunning ? given : await startTwin({ now: options.now, ...given });
  const config = readConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    KOMET_TOKEN: 'test-token',
    KOMET_BASE_URL: twin.url,
    STORE_URL: 'memory:',
    LOG_LEVEL: 'silent',
    ...options.settings,
  });
  const server = await startServer(config, options);
  const url = `${server.url}/graphql`;
  return {
    url,
    twin,
    query: (query, variables, headers) => post(url, { query, variables }, headers),
    async [Symbol.asyncDispose]() {
      await server.close();
      if (!isRunning) await twin.close();
    },
  };
}

/** POSTs a GraphQL request as clients do. */
export async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const { data, errors, extensions } = (await response.json()) as Omit<Reply, 'status' | 'headers'>;
  return { status: response.status, headers: response.headers, data, errors, extensions };
}

/** Asks until there is an answer: a machine that is busy may need longer than a test's short KOMET_TIMEOUT. */
export async function warmUp(gateway: TestGateway, query: string, pass: (ms: number) => void): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    if (!(await gateway.query(query)).errors) return;
    pass(60_000);
  }
  throw new Error('the gateway did not get warm');
}

/** A clock that stands until it is moved. */
export function createClock(start = Date.parse('2026-03-10T08:00:00Z')) {
  let time = start;
  return {
    now: () => time,
    advance(ms: number) {
      time += ms;
    },
  };
}
