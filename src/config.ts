import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

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
  context.addIssue({ code: 'custom', message: 'must be memory: or file:PATH' });
  return z.NEVER;
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
  LOG_LEVEL: { schema: oneOf(logLevels), default: 'info', help: logLevels.join(', ') },
  STORE_URL: {
    schema: StoreUrl.optional(),
    default: undefined,
    help: 'memory: or file:PATH, for snapshots and the quota ledger; a folder of the system where not set',
  },
} as const satisfies Record<string, { schema: z.ZodType; default: string | undefined; help: string }>;

const Environment = z.object({
  PORT: settings.PORT.schema,
  HOST: settings.HOST.schema,
  KOMET_BASE_URL: settings.KOMET_BASE_URL.schema,
  KOMET_TOKEN: settings.KOMET_TOKEN.schema,
  KOMET_DAILY_QUOTA: settings.KOMET_DAILY_QUOTA.schema,
  KOMET_MAX_STALENESS: settings.KOMET_MAX_STALENESS.schema,
  KOMET_FULL_SYNC_EVERY: settings.KOMET_FULL_SYNC_EVERY.schema,
  KOMET_STALE_IF_ERROR: settings.KOMET_STALE_IF_ERROR.schema,
  KOMET_TIMEOUT: settings.KOMET_TIMEOUT.schema,
  LOG_LEVEL: settings.LOG_LEVEL.schema,
  STORE_URL: settings.STORE_URL.schema,
});

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
    logLevel: data.LOG_LEVEL,
    store: data.STORE_URL ?? ({ kind: 'file', folder: stateFolder(env) } as const),
  } as const;
}

function describeIssue({ path, message }: { path: PropertyKey[]; message: string }): string {
  return `${String(path[0])} ${message}`;
}

const quote = (text: string) => JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);

export function isLoopback(hostname: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(hostname);
}

/** Where this operating system keeps the state of programs. */
function stateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const home = env['HOME'] ?? homedir();
  if (process.platform === 'win32')
    return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'komet-graphql');
  if (process.platform === 'darwin') return join(home, 'Library', 'Application Support', 'komet-graphql');
  return join(env['XDG_STATE_HOME'] || join(home, '.local', 'state'), 'komet-graphql');
}
