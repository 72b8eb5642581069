import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Limiter, Rate } from '../store/store.ts';
import { anonymous, type Caller, type Identify, type Unauthenticated } from './callers.ts';
import { isLoopback } from './loopback.ts';

/** What admission looks at: a request without its body. */
export type RequestHead = {
  readonly method: string;
  /** Of a header, in lower case; several values joined by commas. */
  header(name: string): string | undefined;
  /** Of the socket's other end; empty where there is no socket. */
  readonly address: string;
};

/** Somebody may ask; whose customers, and what the answer's headers must say to a browser. */
export type Admitted = {
  readonly caller: Caller;
  readonly kometToken: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** An answer in the place of the one that was asked for. */
export type Refusal = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly error?: { readonly code: string; readonly message: string };
};

export type AdmissionOptions = {
  readonly identify: Identify;
  /** The Komet token of the server; where there is none, callers send their own in `x-komet-token`. */
  readonly serverToken: string | undefined;
  /** Browser origins that may call, such as `https://shop.example`. */
  readonly corsOrigins: readonly string[];
  /** Operations per caller; none: unlimited. */
  readonly rateLimit: Rate | undefined;
  /** Whether the Komet token of a caller is in use already. */
  readonly isKnownToken: (kometToken: string) => boolean;
  /** Komet tokens per address that are not known yet; none: unlimited. */
  readonly newTokens: Rate | undefined;
  /** Proxies in front whose `x-forwarded-for` can be believed. */
  readonly trustedProxies: number;
  /** Of a body, in bytes. */
  readonly bodyBytes: number;
  /**
   * Whether only names of this machine are answered to: else a page could have its own name lead here, and
   * would count as a page of this gateway.
   */
  readonly loopbackOnly: boolean;
  /** Counts over all processes that share a store; over this one where not given. */
  readonly createLimiter?: ((name: string, rate: Rate) => Limiter) | undefined;
};

export type Decision = Admitted | Refusal;

/**
 * What is asked for: `numbers` about the gateway are nobody's customers, so that no Komet token has to be sent
 * along.
 */
export type Wanted = 'customers' | 'numbers';

export type Admission = (head: RequestHead, wanted?: Wanted) => Decision | Promise<Decision>;

export function isRefusal(decision: Decision): decision is Refusal {
  return 'status' in decision;
}

const exposedHeaders = 'age, retry-after, x-request-id';
const allowedHeaders =
  'accept, authorization, cache-control, content-type, last-event-id, x-komet-explain, x-komet-token, x-request-id';

/** Failed attempts to identify per address and minute: enough for a mistake, not for guessing. */
const failedAttempts: Rate = { operations: 60, perMs: 60_000 };

/** Decides, before a body is read, who may ask: every way to an answer leads through here. */
export function createAdmission(options: AdmissionOptions): Admission {
  const { identify, serverToken, isKnownToken, createLimiter = createLocalLimiter } = options;
  const origins = new Set(options.corsOrigins);
  const failures = createLimiter('failures', failedAttempts);
  const operations = options.rateLimit && createLimiter('operations', options.rateLimit);
  const newTokens = options.newTokens && createLimiter('tokens', options.newTokens);

  function corsHeaders(origin: string | undefined): Record<string, string> {
    if (origins.size === 0) return {};
    if (origin === undefined || !origins.has(origin)) return { vary: 'origin' };
    return {
      vary: 'origin',
      'access-control-allow-origin': origin,
      'access-control-expose-headers': exposedHeaders,
    };
  }

  function answerPreflight(origin: string | undefined): Refusal {
    const headers = corsHeaders(origin);
    if (!('access-control-allow-origin' in headers)) return notFromThere(headers);
    return {
      status: 204,
      headers: {
        ...headers,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': allowedHeaders,
        'access-control-max-age': '600',
      },
    };
  }

  /** The name that was last found to be one: most requests bring the same. */
  let lastName: string | undefined;

  function isOfThisMachine(host: string): boolean {
    if (host === lastName) return true;
    if (!isLoopback(nameIn(host))) return false;
    lastName = host;
    return true;
  }

  function checkForm(head: RequestHead): Refusal | undefined {
    const length = Number(head.header('content-length') ?? 0);
    if (length > options.bodyBytes) {
      return refuse(413, 'BAD_USER_INPUT', `The body has ${length} bytes; the most is ${options.bodyBytes}.`);
    }
    if (head.method !== 'POST') return undefined;
    return checkType(head.header('content-type') ?? '') ?? checkEncoding(head.header('content-encoding'));
  }

  /** Without waiting where nothing has to be waited for: most requests take this way, and a turn is time. */
  function check(
    head: RequestHead,
    headers: Readonly<Record<string, string>>,
    wanted: Wanted,
  ): Decision | Promise<Decision> {
    const readAddress = () => addressOf(head, options.trustedProxies);
    const known = identify(head.header('authorization'));
    if (!(known instanceof Promise)) return accept(known, head, readAddress, headers, wanted);
    // Whoever hangs up has no address any more.
    const address = readAddress();
    return known.then((caller) => accept(caller, head, () => address, headers, wanted));
  }

  function accept(
    caller: Caller | Unauthenticated,
    head: RequestHead,
    readAddress: () => string,
    headers: Readonly<Record<string, string>>,
    wanted: Wanted,
  ): Decision | Promise<Decision> {
    if (!('name' in caller)) return turnAway(caller, readAddress(), headers);
    const kometToken = serverToken ?? head.header('x-komet-token')?.trim() ?? '';
    const needsToken = wanted === 'customers';
    if (needsToken && !/^[\x21-\x7e]{1,200}$/.test(kometToken)) {
      const message = 'Send your Komet token in the header x-komet-token.';
      return refuse(401, 'UNAUTHENTICATED', message, headers);
    }
    const admitted = { caller, kometToken, headers };
    const isNew = needsToken && serverToken === undefined && !isKnownToken(kometToken);
    if (!operations && !(isNew && newTokens)) return admitted;
    const address = readAddress();
    const tokens = isNew && address !== '' && newTokens;
    const who = caller.name === anonymous ? address : caller.name;
    return spend(operations && [operations, who], tokens && [tokens, address]).then((limited) =>
      limited ? withHeaders(limited, headers) : admitted,
    );
  }

  async function turnAway(
    { message }: Unauthenticated,
    address: string,
    headers: Readonly<Record<string, string>>,
  ): Promise<Refusal> {
    const limited = await consume(failures, address);
    const refusal = limited ?? refuse(401, 'UNAUTHENTICATED', message, { 'www-authenticate': 'Bearer' });
    return withHeaders(refusal, headers);
  }

  return (head, wanted = 'customers') => {
    const origin = head.header('origin');
    if (head.method === 'OPTIONS' && origin !== undefined) return answerPreflight(origin);
    const headers = corsHeaders(origin);
    if (options.loopbackOnly && !isOfThisMachine(head.header('host') ?? '')) return notByThatName(headers);
    if (isForeign(head) && !('access-control-allow-origin' in headers)) return notFromThere(headers);
    const malformed = checkForm(head);
    return malformed ? withHeaders(malformed, headers) : check(head, headers, wanted);
  };
}

function checkType(contentType: string): Refusal | undefined {
  if (contentType === 'application/json') return undefined;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';');
  if (type.trim() !== 'application/json') {
    return refuse(415, 'BAD_USER_INPUT', 'Send GraphQL as JSON, with content-type: application/json.');
  }
  const charset = /charset\s*=\s*"?([^\s"]+)/.exec(parameters.join(';'))?.[1];
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    return refuse(415, 'BAD_USER_INPUT', 'JSON is sent as UTF-8.');
  }
  return undefined;
}

function checkEncoding(encoding = 'identity'): Refusal | undefined {
  if (encoding === 'identity') return undefined;
  return refuse(415, 'BAD_USER_INPUT', 'Send the body without content-encoding.');
}

/** A page of another site, by what browsers say of each request and no script can change. */
function isForeign(head: RequestHead): boolean {
  const site = head.header('sec-fetch-site');
  if (site !== undefined) return site === 'cross-site' || site === 'same-site';
  // Browsers of before 2023, which tell the origin only.
  const origin = head.header('origin');
  return origin !== undefined && URL.parse(origin)?.host !== head.header('host');
}

/** Without its port. */
const nameIn = (host: string) => /^(\[[^\]]*\]|[^:]*)/.exec(host)?.[1] ?? '';

const notFromThere = (headers: Readonly<Record<string, string>>) =>
  refuse(403, 'FORBIDDEN', 'Pages of this origin may not call; list it in GATEWAY_CORS_ORIGINS.', headers);

const notByThatName = (headers: Readonly<Record<string, string>>) =>
  refuse(
    403,
    'FORBIDDEN',
    'This gateway answers to localhost only. Set GATEWAY_API_KEYS or GATEWAY_JWKS_URL for it to have another name.',
    headers,
  );

/** The caller's own address: what the nearest proxy that can be believed has seen, else the socket's. */
function addressOf(head: RequestHead, trustedProxies: number): string {
  if (trustedProxies === 0) return networkOf(head.address);
  const hops = (head.header('x-forwarded-for') ?? '').split(',').map((hop) => hop.trim());
  return networkOf(hops.at(-trustedProxies) || head.address);
}

/** Whoever has one IPv6 address has 2^64 of them: the first half says who it is. */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+(?:\.\d+){3})$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = '', tail] = address.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const behind = (tail ?? '').split(':').filter((group) => group !== '');
  const omitted = tail === undefined ? 0 : 8 - groups.length - behind.length;
  return [...groups, ...Array<string>(omitted).fill('0'), ...behind].slice(0, 4).join(':');
}

const createLocalLimiter = (_name: string, { operations, perMs }: Rate): Limiter =>
  new RateLimiterMemory({ points: operations, duration: perMs / 1000 });

/** What is spent before a refusal stays spent. */
async function spend(
  ...all: readonly (readonly [Limiter, string] | false | undefined)[]
): Promise<Refusal | undefined> {
  for (const each of all) {
    const limited = each && (await consume(...each));
    if (limited) return limited;
  }
  return undefined;
}

async function consume(limiter: Limiter, key: string): Promise<Refusal | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (reason) {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    const seconds = Math.ceil(reason.msBeforeNext / 1000);
    return refuse(429, 'RATE_LIMITED', `Too many requests; try again in ${seconds} s.`, {
      'retry-after': String(seconds),
    });
  }
}

function refuse(
  status: number,
  code: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { status, headers, error: { code, message } };
}

const withHeaders = (refusal: Refusal, headers: Readonly<Record<string, string>>): Refusal => ({
  ...refusal,
  headers: { ...headers, ...refusal.headers },
});
