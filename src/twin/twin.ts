import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { defaultBehaviour, type TwinBehaviour, type TwinProfile } from './behaviour.ts';
import { type CompanyBooks, createCompany, defaultCompany, type TwinCompany } from './company.ts';
import { createCustomerList, type TwinToken } from './customer-list.ts';
import { encodeReply } from './encoding.ts';
import { createFaults, type FaultName, faultDescriptions, type TwinFaults } from './faults.ts';
import { florists } from './florists.ts';
import { firstOf, followedPath, replyFaults, sendFaults } from './mischief.ts';
import { readParameters } from './parameters.ts';
import { htmlReply, type Reply, writeHead } from './reply.ts';

export type { TwinBehaviour, TwinProfile } from './behaviour.ts';
export type { TwinCompany } from './company.ts';
export type { TwinToken } from './customer-list.ts';
export type { FaultName, FaultOptions, TwinFaults } from './faults.ts';
export type { TwinCustomer } from './florists.ts';
export { defaultBehaviour, faultDescriptions, florists };

export type TwinOptions = {
  /** 0, the default, for a free one. */
  readonly port?: number;
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** How many customers the default company has, 500 unless given; 2 are exactly the two of the documentation. */
  readonly customers?: number;
  readonly seed?: number;
  /** Milliseconds before every answer. */
  readonly latencyMs?: number;
  /** Calls a UTC day and company; 1000 unless given (komet-api.md 2.3). */
  readonly quota?: number;
  readonly profile?: TwinProfile;
  /** What deviates from `defaultBehaviour`. */
  readonly behaviour?: Partial<TwinBehaviour>;
  /** Faults that every call meets. */
  readonly faults?: readonly FaultName[];
  /** When given, only these are valid; else every non-empty token is a Company token of the default company. */
  readonly tokens?: Readonly<Record<string, TwinToken>>;
  /** Companies besides the default one, each with its own list and quota. */
  readonly companies?: Readonly<Record<string, { readonly customers?: number; readonly seed?: number }>>;
  /** The clock, in milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
};

/** A request that reached the twin. */
export type TwinCall = {
  /** Milliseconds since 1970, by the twin's clock. */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  /** As received, but never the token. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `null` when the token is not valid. */
  readonly company: string | null;
  readonly outcome: 'answered' | 'rejected' | 'not-found' | 'wrong-method' | 'followed-redirect' | FaultName;
  /** Customers in the reply of an answered call. */
  readonly rows?: number;
  /** Length of the reply's body, from the moment it is ready to be sent. */
  readonly bytes?: number;
};

export type Twin = {
  /** What `KOMET_BASE_URL` wants: `http://127.0.0.1:PORT/api`. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, in order of arrival. */
  readonly calls: readonly TwinCall[];
  /** The default company. */
  readonly company: TwinCompany;
  companyOf(name: string): TwinCompany;
  /** Can be changed or replaced at any time; the next call obeys. */
  behaviour: TwinBehaviour;
  readonly faults: TwinFaults;
  latencyMs: number;
  /** Connections that are open at the moment. */
  openSockets(): number;
  /** Ends every connection, whatever it waits for. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

type CallRecord = { -readonly [Key in keyof TwinCall]: TwinCall[Key] };

const methodPath = '/api/customer.list';

/** The documentation allows requests of 64 kB (komet-api.md 2.1). */
const requestLimit = 65_536;

/** Outcomes of calls that reached the method and got what they asked for. */
const successes: ReadonlySet<string> = new Set(['answered', 'slow', 'dripping', 'set-cookie']);

/**
 * Starts an imitation of Komet's `customer.list` (komet-api.md 1 and 2) on a real port.
 *
 * @throws when the port cannot be had
 */
export async function startTwin(options: TwinOptions = {}): Promise<Twin> {
  const { host = '127.0.0.1', profile = 'current', quota = 1000, seed = 1, now = Date.now } = options;
  const companies = new Map<string, CompanyBooks>();
  const asked = { [defaultCompany]: { customers: options.customers ?? 500, seed }, ...options.companies };
  for (const [name, { customers = 500, seed: ownSeed = seed }] of Object.entries(asked)) {
    companies.set(name, createCompany({ name, customers, seed: ownSeed, quota, now }));
  }
  const companyOf = (name: string): CompanyBooks => {
    const company = companies.get(name);
    if (!company) throw new Error(`the twin has no company "${name}"`);
    return company;
  };
  for (const { company = defaultCompany } of Object.values(options.tokens ?? {})) companyOf(company);

  const customerList = createCustomerList({ profile, seed, tokens: options.tokens, companyOf, now });
  const faults = createFaults(options.faults ?? []);
  const calls: CallRecord[] = [];
  const sockets = new Set<Socket>();
  let behaviour: TwinBehaviour = { ...defaultBehaviour, ...options.behaviour };

  const record = (request: IncomingMessage, path: string, given: Record<string, string>): CallRecord => {
    const { authenticationToken: _secret, ...parameters } = given;
    const call: CallRecord = {
      at: now(),
      method: request.method ?? 'GET',
      path,
      parameters,
      company: null,
      outcome: 'not-found',
    };
    calls.push(call);
    return call;
  };

  /** Decides on arrival what the reply holds, so that what is changed while a call waits does not show in it. */
  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    given: Record<string, string>,
  ) => {
    const met = faults.take();
    const obeyed = { ...behaviour };
    const call = record(request, methodPath, given);
    const { company, outcome, reply, rows } = customerList.call(given, obeyed, met);
    const instead = firstOf(replyFaults, met);
    const sending = firstOf(sendFaults, met);
    const slow = met.find(({ name }) => name === 'slow');
    call.company = company?.name ?? null;
    call.outcome = (sending ?? instead)?.fault.name ?? (slow && outcome === 'answered' ? 'slow' : outcome);
    if (rows !== undefined) call.rows = rows;
    if (company && !company.quotaSpent() && (successes.has(call.outcome) || obeyed.failedCallsCount)) {
      company.countCall();
    }
    const delay = twin.latencyMs + (slow ? (slow.options.delayMs ?? 1000) : 0);
    if (delay > 0) await wait(delay, undefined, { signal: closing(response) });
    const changed = await instead?.act(reply, {
      behaviour: obeyed,
      options: instead.fault.options,
      origin: twin.url.slice(0, -'/api'.length),
      target: request.url ?? methodPath,
      quotaReply: () => customerList.quotaReply(obeyed),
    });
    const accepts = request.headers['accept-encoding'];
    const ready = await encodeReply(changed ?? reply, obeyed.contentEncoding, `${accepts ?? ''}`);
    call.bytes = ready.body.length;
    if (sending) sending.act(request, response, ready, sending.fault.options);
    else sendWhole(request, response, ready);
  };

  const receive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = request.url ?? '/';
    const [path = '/'] = target.split('?', 1);
    response.setHeader('date', new Date(now()).toUTCString());
    const given = await readParameters(request, target, behaviour.repeatedParameter, requestLimit);
    const method = request.method === 'GET' || (request.method === 'POST' && behaviour.post);
    if (path === methodPath && method) return answer(request, response, given);
    const call = record(request, path, given);
    let reply: Reply = htmlReply(404, '404 Not Found');
    if (path === followedPath) {
      call.outcome = 'followed-redirect';
      reply = htmlReply(200, 'You followed a redirect');
    } else if (path === methodPath) {
      call.outcome = 'wrong-method';
      reply = htmlReply(405, '405 Method Not Allowed', { allow: 'GET' });
    }
    call.bytes = reply.body.length;
    sendWhole(request, response, reply);
  };

  const server = createServer(
    { maxHeaderSize: requestLimit, keepAliveTimeout: 120_000 },
    (request, response) => {
      // A caller who hangs up ends its call here; the twin only stops working on it.
      response.on('error', () => response.destroy());
      receive(request, response).catch(() => response.destroy());
    },
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(options.port ?? 0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const close = async (): Promise<void> => {
    const ended = [...sockets].map((socket) => new Promise((resolve) => socket.on('close', resolve)));
    if (server.listening) ended.push(once(server, 'close'));
    server.close();
    for (const socket of sockets) socket.destroy();
    await Promise.all(ended);
  };

  const twin: Twin = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}/api`,
    port,
    calls,
    company: companyOf(defaultCompany),
    companyOf,
    get behaviour() {
      return behaviour;
    },
    set behaviour(next) {
      behaviour = { ...defaultBehaviour, ...next };
    },
    faults: { turnOn: faults.turnOn, turnOff: faults.turnOff, next: faults.next },
    latencyMs: options.latencyMs ?? 0,
    openSockets: () => sockets.size,
    close,
    [Symbol.asyncDispose]: close,
  };
  return twin;
}

function sendWhole(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  writeHead(response, reply);
  response.end(request.method === 'HEAD' ? undefined : reply.body);
}

/** Aborted once the call is over or given up. */
function closing(response: ServerResponse): AbortSignal {
  const given = new AbortController();
  response.on('close', () => given.abort());
  return given.signal;
}
