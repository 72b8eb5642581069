import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { defaultLimits, type Limits } from './graph/limits.ts';
import { hashKey } from './http/api-key.ts';
import { isLoopback } from './http/loopback.ts';

/** The environment is wrong; the message lists every problem, names variables and holds no value of a secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const units: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration such as `500ms`, `30s`, `5m`, `6h`, `1d` or `0`, in ms. */
const Duration = z.string().transform((text, context) => {
  const [, count = '', unit = ''] = /^(\d{1,9})(ms|s|m|h|d)?$/.exec(text.trim()) ?? [];
  const factor = unit === '' && Number(count) === 0 ? 1 : units[unit];
  if (count === '' || factor === undefined) {
    context.addIssue({
      code: 'custom',
      message: `must be a duration such as 30s, 5m or 6h; got ${quote(text)}`,
    });
    return z.NEVER;
  }
  return Number(count) * factor;
});

const wholeNumber = (least: number, most: number) =>
  z.string().transform((text, context) => {
    const number = /^\d{1,9}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    context.addIssue({
      code: 'custom',
      message: `must be a whole number from ${least} to ${most}; got ${quote(text)}`,
    });
    return z.NEVER;
  });

const oneOf = <const Choice extends string>(choices: readonly Choice[]) =>
  z.string().transform((text, context) => {
    const choice = choices.find((each) => each === text.trim().toLowerCase());
    if (choice !== undefined) return choice;
    context.addIssue({ code: 'custom', message: `must be one of ${choices.join(', ')}; got ${quote(text)}` });
    return z.NEVER;
  });

const BaseUrl = z.string().transform((text, context) => {
  const url = URL.parse(text.trim());
  const problem = !url
    ? 'must be a URL such as https://api.kometsales.com/api'
    : url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))
      ? 'must begin with https: (the token travels in the URL; http: is for a loopback host only)'
      : url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== ''
        ? 'must have no credentials, query or fragment'
        : undefined;
  if (url && problem === undefined) return url;
  context.addIssue({ code: 'custom', message: problem ?? 'must be a URL' });
  return z.NEVER;
});

const Token = z.string().transform((text, context) => {
  const token = text.trim();
  if (/^[\x21-\x7e]{1,200}$/.test(token)) return token;
  context.addIssue({ code: 'custom', message: 'must be 1 to 200 printable characters without spaces' });
  return z.NEVER;
});

const StoreUrl = z.string().transform((text, context) => {
  const url = text.trim();
  if (url === 'memory:') return { kind: 'memory' } as const;
  if (url.startsWith('file:') && url.length > 'file:'.length) {
    return { kind: 'file', folder: url.slice('file:'.length).replace(/^\/\/(?=\/)/, '') } as const;
  }
  const parsed = URL.parse(url);
  if (parsed && /^rediss?:$/.test(parsed.protocol) && parsed.hostname !== '') {
    const { searchParams: options } = parsed;
    const [prefix, isCluster] = [options.get('prefix') ?? undefined, options.get('cluster') === 'on'];
    parsed.search = '';
    return { kind: 'redis', url: parsed.href, prefix, isCluster } as const;
  }
  // Not quoted: a password may be in it.
  const message = 'must be memory:, file:PATH or redis://USER:PASSWORD@HOST:PORT/DB (rediss:// for TLS)';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const Flag = oneOf(['on', 'off', '1', '0', 'true', 'false', 'yes', 'no']).transform((word) =>
  ['on', '1', 'true', 'yes'].includes(word),
);

/** `KEY`, or `NAME:KEY` so that logs can say which one it was; several with commas between them. */
const ApiKeys = z.string().transform((text, context) => {
  const keys = text.split(',').map((entry, index) => {
    const [, name = `key ${index + 1}`, key = ''] =
      /^(?:([\w.-]{1,40}):)?([\x21-\x7e]+)$/.exec(entry.trim()) ?? [];
    return { name, key };
  });
  if (keys.every(({ key }) => key.length >= 16))
    return keys.map(({ name, key }) => ({ name, hash: hashKey(key) }));
  context.addIssue({
    code: 'custom',
    message: 'must be keys of 16 characters or more, as KEY or NAME:KEY, with commas between them',
  });
  return z.NEVER;
});

const HttpsUrl = z.string().transform((text, context) => {
  const url = URL.parse(text.trim());
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))))
    return url;
  context.addIssue({ code: 'custom', message: 'must be an https: URL (http: is for a loopback host only)' });
  return z.NEVER;
});

/** What collects traces stands beside the gateway as often as elsewhere; no token goes there. */
const HttpEndpoint = z.string().transform((text, context) => {
  if (/^https?:$/.test(URL.parse(text.trim())?.protocol ?? '')) return text;
  context.addIssue({ code: 'custom', message: 'must be a URL such as http://localhost:4318' });
  return z.NEVER;
});

/** `600/1m`, or `off`. */
const RateLimit = z.string().transform((text, context) => {
  if (text.trim().toLowerCase() === 'off') return 'off' as const;
  const [, count = '', length = '', unit = ''] = /^(\d{1,9})\/(\d{0,6})(s|m|h)$/.exec(text.trim()) ?? [];
  const factor = units[unit];
  if (Number(count) > 0 && factor !== undefined) {
    return { operations: Number(count), perMs: Number(length || 1) * factor };
  }
  context.addIssue({
    code: 'custom',
    message: `must be off, or operations per time such as 600/1m; got ${quote(text)}`,
  });
  return z.NEVER;
});

const Origins = z.string().transform((text, context) => {
  const origins = text.split(',').map((each) => each.trim());
  if (origins.every((each) => URL.parse(each)?.origin === each)) return origins;
  context.addIssue({
    code: 'custom',
    message: 'must be origins such as https://shop.example, without a path, with commas between them',
  });
  return z.NEVER;
});

/** `depth=12, aliases=50`: names as in {@link defaultLimits}. */
const LimitsList = z.string().transform((text, context) => {
  const limits: Record<string, number> = {};
  for (const entry of text.split(',')) {
    const [, name = '', count = ''] = /^\s*(\w+)\s*=\s*(\d{1,12})\s*$/.exec(entry) ?? [];
    if (!Object.hasOwn(defaultLimits, name)) {
      context.addIssue({
        code: 'custom',
        message: `must be NAME=NUMBER with commas between them, of ${Object.keys(defaultLimits).join(', ')}; got ${quote(entry.trim())}`,
      });
      return z.NEVER;
    }
    limits[name] = Number(count);
  }
  return limits as Partial<Limits>;
});

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Every variable that is read, with its default and one line for `--help`. */
export const settings = {
  PORT: { schema: wholeNumber(0, 65_535), default: '4000', help: 'port to listen on; 0 takes any free one' },
  HOST: {
    schema: z.string().trim().min(1, 'must not be empty'),
    default: 'localhost',
    help: 'address to listen on',
  },
  KOMET_BASE_URL: {
    schema: BaseUrl,
    default: 'https://api.kometsales.com/api',
    help: "where Komet's API is; http: for a loopback host only",
  },
  KOMET_TOKEN: {
    schema: Token.optional(),
    default: undefined,
    help: 'Komet token; without it the embedded twin answers',
  },
  KOMET_DAILY_QUOTA: {
    schema: wholeNumber(1, 1_000_000),
    default: '1000',
    help: 'calls to Komet a day that this gateway may spend',
  },
  KOMET_MAX_STALENESS: {
    schema: Duration,
    default: '5m',
    help: 'how old an answer may be before it is refreshed',
  },
  KOMET_FULL_SYNC_EVERY: {
    schema: Duration,
    default: '6h',
    help: 'how often the whole list is read again, between deltas',
  },
  KOMET_STALE_IF_ERROR: {
    schema: Duration,
    default: '24h',
    help: 'how old an answer may be while Komet is down or the quota spent',
  },
  KOMET_TIMEOUT: { schema: Duration, default: '30s', help: 'for one call to Komet' },
  GATEWAY_TIMEOUT: { schema: Duration, default: '20s', help: 'for one GraphQL request in all' },
  KOMET_TOKEN_FROM: {
    schema: oneOf(['server', 'client']),
    default: 'server',
    help: 'server: the token is KOMET_TOKEN; client: each caller sends its own in x-komet-token',
  },
  GATEWAY_API_KEYS: {
    schema: ApiKeys.optional(),
    default: undefined,
    help: 'keys that callers must send as authorization: Bearer KEY; as KEY or NAME:KEY, with commas',
  },
  GATEWAY_JWKS_URL: {
    schema: HttpsUrl.optional(),
    default: undefined,
    help: 'callers send a JSON Web Token instead, checked against the key set at this URL',
  },
  GATEWAY_JWT_ISSUER: {
    schema: z.string().optional(),
    default: undefined,
    help: 'the issuer those tokens must have',
  },
  GATEWAY_JWT_AUDIENCE: {
    schema: z.string().optional(),
    default: undefined,
    help: 'the audience those tokens must have',
  },
  GATEWAY_ALLOW_ANONYMOUS: {
    schema: Flag,
    default: 'off',
    help: 'on: anybody who reaches the port may ask, also beyond loopback',
  },
  GATEWAY_RATE_LIMIT: {
    schema: RateLimit.optional(),
    default: undefined,
    help: 'operations per caller, such as 600/1m, or off (off on loopback, else 600/1m)',
  },
  GATEWAY_NEW_TOKENS: {
    schema: RateLimit,
    default: '30/1m',
    help: 'tokens of callers that one address may bring before they have proved good, or off',
  },
  GATEWAY_CORS_ORIGINS: {
    schema: Origins.optional(),
    default: undefined,
    help: 'browser origins that may call, with commas',
  },
  GATEWAY_TRUSTED_PROXIES: {
    schema: wholeNumber(0, 10),
    default: '0',
    help: 'how many proxies in front set x-forwarded-for truthfully',
  },
  GATEWAY_GRAPHIQL: {
    schema: Flag.optional(),
    default: undefined,
    help: 'on or off (off when NODE_ENV is production)',
  },
  GATEWAY_INTROSPECTION: {
    schema: Flag.optional(),
    default: undefined,
    help: 'on or off (off when NODE_ENV is production)',
  },
  GATEWAY_DOCUMENTS: {
    schema: z.string().optional(),
    default: undefined,
    help: 'a JSON file of trusted documents, by the SHA-256 of their text',
  },
  GATEWAY_DOCUMENTS_ONLY: {
    schema: Flag,
    default: 'off',
    help: 'on: nothing but those documents is executed',
  },
  GATEWAY_LIMITS: {
    schema: LimitsList.optional(),
    default: undefined,
    help: 'other limits than the built-in ones, such as depth=12,aliases=50',
  },
  GATEWAY_METRICS: {
    schema: Flag.optional(),
    default: undefined,
    help: 'on or off: /metrics for Prometheus, with the same credentials (on where there are any, or on loopback)',
  },
  LOG_LEVEL: { schema: oneOf(logLevels), default: 'info', help: logLevels.join(', ') },
  OTEL_TRACES_EXPORTER: {
    schema: z.string().optional(),
    default: undefined,
    help: 'otlp, console or none (otlp where an endpoint is set, else none); other OTEL_ variables as OpenTelemetry has them',
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    schema: HttpEndpoint.optional(),
    default: undefined,
    help: 'where traces go, such as http://localhost:4318',
  },
  STORE_URL: {
    schema: StoreUrl.optional(),
    default: undefined,
    help: 'memory:, file:PATH or redis://… (rediss://…; ?prefix=, ?cluster=on), for snapshots and the quota ledger; a folder of the system where not set',
  },
} as const satisfies Record<string, { schema: z.ZodType; default: string | undefined; help: string }>;

type Settings = typeof settings;

const Environment = z.object(
  Object.fromEntries(Object.entries(settings).map(([name, { schema }]) => [name, schema])) as unknown as {
    [Name in keyof Settings]: Settings[Name]['schema'];
  },
);

/** Settings as the program uses them; durations in ms. */
export type Config = ReturnType<typeof readConfig>;

/**
 * Reads settings from environment variables; an empty value counts as not set.
 * @throws {ConfigError} that lists every problem at once
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>) {
  const given = Object.entries(settings).map(([name, setting]) => [
    name,
    env[name]?.trim() || setting.default,
  ]);
  const { success, data, error } = Environment.safeParse(Object.fromEntries(given));
  if (!success) throw new ConfigError(error.issues.map(describeIssue).join('\n'));
  const isProduction = env['NODE_ENV'] === 'production';
  const onLoopback = isLoopback(data.HOST);
  const isOpen = !data.GATEWAY_API_KEYS && !data.GATEWAY_JWKS_URL && !data.GATEWAY_ALLOW_ANONYMOUS;
  const access = {
    tokenFrom: data.KOMET_TOKEN_FROM,
    apiKeys: data.GATEWAY_API_KEYS,
    jwt: data.GATEWAY_JWKS_URL && {
      jwksUrl: data.GATEWAY_JWKS_URL,
      issuer: data.GATEWAY_JWT_ISSUER,
      audience: data.GATEWAY_JWT_AUDIENCE,
    },
    rateLimit: readRateLimit(
      data.GATEWAY_RATE_LIMIT ?? (onLoopback ? 'off' : { operations: 600, perMs: 60_000 }),
    ),
    newTokens: readRateLimit(data.GATEWAY_NEW_TOKENS),
    corsOrigins: data.GATEWAY_CORS_ORIGINS ?? [],
    trustedProxies: data.GATEWAY_TRUSTED_PROXIES,
    loopbackOnly:
      onLoopback && isOpen && data.KOMET_TOKEN_FROM === 'server' && data.GATEWAY_TRUSTED_PROXIES === 0,
  };
  const problems = [
    access.apiKeys && access.jwt && 'GATEWAY_API_KEYS and GATEWAY_JWKS_URL exclude each other',
    access.tokenFrom === 'client' &&
      data.KOMET_TOKEN !== undefined &&
      'KOMET_TOKEN must not be set where KOMET_TOKEN_FROM is client: callers send their own',
    !onLoopback &&
      isOpen &&
      access.tokenFrom === 'server' &&
      data.KOMET_TOKEN !== undefined &&
      `HOST is ${data.HOST}, so strangers can reach the customers behind KOMET_TOKEN: set GATEWAY_API_KEYS or GATEWAY_JWKS_URL, or GATEWAY_ALLOW_ANONYMOUS=1 if that is meant`,
    data.GATEWAY_DOCUMENTS_ONLY &&
      data.GATEWAY_DOCUMENTS === undefined &&
      'GATEWAY_DOCUMENTS_ONLY wants GATEWAY_DOCUMENTS, or nothing could be asked',
  ].filter((problem) => typeof problem === 'string');
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return {
    listen: { port: data.PORT, host: data.HOST },
    komet: {
      baseUrl: data.KOMET_BASE_URL,
      token: data.KOMET_TOKEN,
      timeoutMs: data.KOMET_TIMEOUT,
      dailyQuota: data.KOMET_DAILY_QUOTA,
    },
    freshness: {
      maxStalenessMs: data.KOMET_MAX_STALENESS,
      fullSyncEveryMs: data.KOMET_FULL_SYNC_EVERY,
      staleIfErrorMs: data.KOMET_STALE_IF_ERROR,
    },
    access,
    requestTimeoutMs: data.GATEWAY_TIMEOUT,
    graphiql: data.GATEWAY_GRAPHIQL ?? !isProduction,
    introspection: data.GATEWAY_INTROSPECTION ?? !isProduction,
    documents: { file: data.GATEWAY_DOCUMENTS, only: data.GATEWAY_DOCUMENTS_ONLY },
    metrics: data.GATEWAY_METRICS ?? (onLoopback || access.apiKeys !== undefined || access.jwt !== undefined),
    tracing: wantsTraces(env),
    limits: data.GATEWAY_LIMITS ?? {},
    logLevel: data.LOG_LEVEL,
    store: data.STORE_URL ?? ({ kind: 'file', folder: stateFolder(env) } as const),
  } as const;
}

/** Off by default, unlike OpenTelemetry's own rule: nobody should find a gateway looking for a collector. */
function wantsTraces(env: Readonly<Record<string, string | undefined>>): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporter = env['OTEL_TRACES_EXPORTER']?.trim();
  if (exporter) return exporter !== 'none';
  return Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']);
}

const readRateLimit = <Limit>(limit: Limit | 'off') => (limit === 'off' ? undefined : limit);

function describeIssue({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `${String(path[0])} ${message}`;
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

/** Where this operating system keeps the state of programs. */
function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME'] ?? homedir();
  if (process.platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'komet-graphql');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'komet-graphql');
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'komet-graphql');
}
