/**
 * Every way in which the twin can misbehave, with one line each for people. Whether Komet ever does so is
 * unknown; servers of its kind, and the proxies in front of them, do.
 */
export const faultDescriptions = {
  slow: 'answers correctly, but late (option delayMs, default 1000)',
  'error-500': 'HTTP 500 with an HTML page',
  'error-502': 'HTTP 502 with an HTML page',
  'error-503': 'HTTP 503 with an HTML page (option retryAfter)',
  'error-504': 'HTTP 504 with an HTML page',
  'rate-limited': 'HTTP 429 with Retry-After (option retryAfter, default 1)',
  reset: 'the connection is reset before an answer',
  'reset-mid-body': 'the connection is reset after half of the body',
  stalled: 'headers and half of the body, then silence',
  dripping: 'the right body, one byte at a time (option delayMs, default 20)',
  'never-answers': 'the request is read and nothing comes back',
  truncated: 'a complete HTTP reply whose JSON stops half-way',
  html: 'HTTP 200 with a login page in HTML',
  'not-json': 'HTTP 200, called JSON, that is plain text',
  'null-body': 'HTTP 200 whose JSON is null',
  'wrong-shape': 'customers is an object by id, not an array',
  'array-at-top': 'the array of rows without the envelope',
  'empty-list': 'success and no rows at all, whatever was asked',
  'short-list': 'success and only the first third of the rows',
  'bad-rows': 'every third row lacks its id or name, has wrong types or is no object',
  deep: 'customers is an array nested 100,000 deep',
  'gzip-bomb': 'a small gzip body that becomes 400 MB of blanks in an otherwise valid reply',
  'double-encoded': 'content-encoding: gzip, gzip, and truly so',
  'wrong-encoding': 'claims gzip and sends plain text',
  endless: 'rows without end',
  'huge-string': 'one row whose name has 50 MB',
  'prototype-keys': 'rows with the keys __proto__ and constructor',
  'duplicate-keys': 'rows and envelope that give a key twice, the right value last',
  'other-customer': 'rows that do not match the filters of the call',
  redirect: 'HTTP 302 (option location, default another path of the twin)',
  'set-cookie': 'the right body with Set-Cookie and a Cache-Control that allows public caches to keep it',
  'quota-spent': 'refused as if the daily quota were spent',
  unauthorized: 'refused as if the token were not valid',
  'echo-token': 'refused with a message that holds the token and the whole URL',
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof faultDescriptions;

export type FaultOptions = {
  /** Milliseconds before the answer (`slow`) or between two bytes (`dripping`). */
  readonly delayMs?: number;
  /** `Retry-After` of `rate-limited` and `error-503`: seconds or an HTTP date; `null` for none. */
  readonly retryAfter?: number | string | null;
  /** Where `redirect` points to. */
  readonly location?: string;
};

export type Fault = { readonly name: FaultName; readonly options: FaultOptions };

/** Which faults the coming calls meet. Several can be on; of those that exclude each other the first wins. */
export type TwinFaults = {
  /** Every call meets it from now on. */
  turnOn(name: FaultName, options?: FaultOptions): void;
  /** One of those turned on, or all of them and everything queued. */
  turnOff(name?: FaultName): void;
  /** The next `times` calls meet it, one queued fault a call, before those turned on. */
  next(name: FaultName, options?: FaultOptions, times?: number): void;
};

/** @returns the switches, and `take`, which says what the call at hand meets */
export function createFaults(
  always: readonly FaultName[],
): TwinFaults & { readonly take: () => readonly Fault[] } {
  const on = new Map<FaultName, Fault>();
  const queue: Fault[] = [];
  const turnOn = (name: FaultName, options: FaultOptions = {}): void => {
    on.set(known(name), { name, options });
  };
  for (const name of always) turnOn(name);
  return {
    turnOn,
    turnOff(name) {
      if (name !== undefined) {
        on.delete(name);
        return;
      }
      on.clear();
      queue.length = 0;
    },
    next(name, options = {}, times = 1) {
      known(name);
      for (let time = 0; time < times; time++) queue.push({ name, options });
    },
    take() {
      const queued = queue.shift();
      return queued ? [queued, ...on.values()] : [...on.values()];
    },
  };
}

function known(name: FaultName): FaultName {
  if (!Object.hasOwn(faultDescriptions, name)) throw new Error(`the twin knows no fault "${name}"`);
  return name;
}
