import { startTwin, type Twin, type TwinOptions } from '../../src/twin/twin.ts';
import { createClock, type Reply, startGateway, type TestGateway } from './gateway.ts';
import { createLog } from './log.ts';
import { type RedisOptions, type RedisServer, startRedis } from './redis.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export type Fleet = {
  readonly redis: RedisServer;
  /** The line to Redis, which all gateways have in common. */
  readonly line: TcpProxy;
  readonly storeUrl: string;
  readonly twin: Twin;
  /** What all gateways in this process go by; it stands until it is moved. */
  readonly clock: ReturnType<typeof createClock>;
  /** From `warn` on, of all gateways in this process. */
  readonly log: ReturnType<typeof createLog>;
  /** Starts one more gateway. */
  start(settings?: Record<string, string>): Promise<TestGateway>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** A Redis and a twin, for gateways that share both. */
export async function startFleet(
  options: {
    readonly redis?: RedisOptions;
    readonly twin?: TwinOptions;
    /** Of every gateway. */
    readonly settings?: Record<string, string>;
    /** Whether time passes by itself. */
    readonly live?: boolean;
  } = {},
): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const clock = createClock();
  const now = options.live ? Date.now : clock.now;
  const redis = stack.use(await startRedis(options.redis));
  const line = stack.use(await startTcpProxy(redis.port));
  const twin = stack.use(await startTwin({ customers: 30, now, ...options.twin }));
  const log = createLog('warn');
  const storeUrl = redis.url.replace(`:${redis.port}`, `:${line.port}`);
  return {
    redis,
    line,
    storeUrl,
    twin,
    clock,
    log,
    start: async (settings = {}) =>
      stack.use(
        await startGateway({
          twin,
          now,
          logger: log.logger,
          settings: { STORE_URL: storeUrl, ...options.settings, ...settings },
        }),
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const status = `{ kometStatus { asOf rows snapshotVersion nextSyncAt quota { used limit } lastError { code } } }`;

/** What a gateway says of itself; costs no call. */
export const statusOf = async (gateway: TestGateway) => (await gateway.query(status)).data.kometStatus;

/** The part of a reply that explains it. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they need
export const kometOf = ({ extensions }: Reply): any => extensions?.['komet'];

export const codeOf = ({ errors }: Reply) => errors?.[0]?.extensions['code'];

export const times = <Result>(count: number, make: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
