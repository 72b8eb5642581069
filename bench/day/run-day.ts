import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { createGateway, type Gateway } from '../../src/gateway.ts';
import { createFileStore } from '../../src/store/file-store.ts';
import { createRandom } from '../../src/twin/random.ts';
import { startTwin, type Twin } from '../../src/twin/twin.ts';
import { planCompanyLife } from './company-life.ts';
import { makeOperation, normalise, type Operation } from './operations.ts';
import { createOracle } from './oracle.ts';
import { promiseMs, type Scenario } from './scenarios.ts';
import { dayMs, hourMs, spreadOverDay } from './traffic.ts';

export const callKinds = ['full', 'delta', 'failed'] as const;
export type CallKind = (typeof callKinds)[number];

/** What a day brought. Ages in ms. */
export type DayReport = {
  readonly name: string;
  readonly title: string;
  readonly operations: number;
  readonly operationsByKind: Readonly<Record<string, number>>;
  readonly changes: number;
  readonly quota: number;
  readonly calls: number;
  readonly callsByKind: Readonly<Record<CallKind, number>>;
  readonly callsByHour: readonly Readonly<Record<CallKind, number>>[];
  readonly largestAge: number;
  /** Of each tenth of an hour. */
  readonly ages: readonly number[];
  readonly stale: number;
  /** Answers that show, or count, a customer who was deleted since the last full list. */
  readonly showDeleted: number;
  readonly differences: number;
  readonly perSecond: number;
  /** Promises that were broken, in words. */
  readonly broken: readonly string[];
};

export type DayOptions = {
  readonly operations: number;
  readonly seed?: number;
  readonly customers?: number;
  readonly onProgress?: (time: number, calls: number, largestAge: number) => void;
};

/** The 10th of March 2026 is an ordinary Tuesday. */
const start = Date.parse('2026-03-10T00:00:00Z');
const agesPerHour = 10;

/** Lives one day against a twin, on a clock of its own, and compares every answer. */
export async function runDay(scenario: Scenario, options: DayOptions): Promise<DayReport> {
  const { operations, seed = 1, customers = 1_200, onProgress } = options;
  let time = 0;
  const now = () => start + time;
  const random = createRandom(seed);
  await using folder = await makeFolder();
  await using twin = await startTwin({ customers, seed, quota: scenario.dailyQuota, now });
  const oracle = createOracle(twin, now);
  const changes = planCompanyLife(random);
  const tally = createTally(scenario, operations);

  const open = async () =>
    createGateway({
      komet: { baseUrl: twin.url, token: 'a-day', dailyQuota: scenario.dailyQuota },
      freshness: { maxStalenessMs: promiseMs },
      store: await createFileStore(folder.path),
      now,
    });
  let gateway = await open();

  const events = [
    ...changes.map(({ at, apply }) => ({
      at,
      async run() {
        apply(twin.company);
        oracle.recordChange();
        // No call falls on the very moment of a change, so that nobody need say which came first.
        time += 1;
      },
    })),
    ...outageOf(scenario, twin),
    ...restartsOf(scenario).map((at) => ({
      at,
      async run() {
        await gateway.dispose();
        gateway = await open();
      },
    })),
  ].sort((a, b) => a.at - b.at);

  let next = 0;
  for (const at of spreadOverDay(operations, random)) {
    for (let event = events[next]; event && event.at <= at; event = events[++next]) {
      time = Math.max(time + 1, event.at);
      await event.run();
    }
    time = Math.max(time, Math.floor(at));
    const operation = makeOperation(random, twin.company);
    const answer = await tally.timed(() => send(gateway, operation));
    tally.see(time, operation, answer, oracle.expectedAt(start + answer.asOf));
    onProgress?.(time, twin.calls.length, tally.largestAge());
    // Others have their turn, as between two requests that come from sockets.
    await setImmediate();
  }
  await gateway.dispose();
  return tally.report(twin, changes.length);
}

type Answer = {
  readonly data: unknown;
  readonly errors: readonly string[];
  readonly source: string;
  /** Ms from the day's beginning. */
  readonly asOf: number;
};

/** One operation is one request, and nothing is asked along with it. */
async function send(gateway: Gateway, { query, variables }: Operation): Promise<Answer> {
  const response = await gateway(
    new Request('http://gateway.test/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-komet-explain': '1' },
      body: JSON.stringify({ query, variables }),
    }),
  );
  const {
    data,
    errors = [],
    extensions,
  } = (await response.json()) as {
    data: unknown;
    errors?: { extensions: { code: string } }[];
    extensions: { komet: { source: string; asOf: string } };
  };
  const { source, asOf } = extensions.komet;
  return { data, errors: errors.map((each) => each.extensions.code), source, asOf: Date.parse(asOf) - start };
}

/** First no connection lives, then a front end answers for Komet. */
function outageOf({ outage }: Scenario, { faults }: Twin) {
  if (!outage) return [];
  const turnTo = (fault?: 'reset' | 'error-503') => async () => {
    faults.turnOff();
    if (fault) faults.turnOn(fault);
  };
  return [
    { at: outage.from, run: turnTo('reset') },
    { at: (outage.from + outage.to) / 2, run: turnTo('error-503') },
    { at: outage.to, run: turnTo() },
  ];
}

function restartsOf({ restartEveryMs }: Scenario): number[] {
  if (restartEveryMs === undefined) return [];
  return Array.from({ length: dayMs / restartEveryMs - 1 }, (_, index) => (index + 1) * restartEveryMs);
}

function createTally(scenario: Scenario, operations: number) {
  const operationsByKind: Record<string, number> = {};
  const ages = new Array<number>(24 * agesPerHour).fill(0);
  const broken = new Set<string>();
  let largestAge = 0;
  let stale = 0;
  let showDeleted = 0;
  let differences = 0;
  let tooOld = 0;
  let askedMs = 0;

  return {
    largestAge: () => largestAge,
    async timed<Result>(ask: () => Promise<Result>): Promise<Result> {
      const began = performance.now();
      const result = await ask();
      askedMs += performance.now() - began;
      return result;
    },
    see(
      time: number,
      { kind, variables, expect }: Operation,
      { data, errors, source, asOf }: Answer,
      expected: ReturnType<ReturnType<typeof createOracle>['expectedAt']>,
    ) {
      operationsByKind[kind] = (operationsByKind[kind] ?? 0) + 1;
      const age = time - asOf;
      const slot = Math.min(ages.length - 1, Math.floor((time / hourMs) * agesPerHour));
      ages[slot] = Math.max(ages[slot] ?? 0, age);
      largestAge = Math.max(largestAge, age);
      if (age > scenario.oldestAt(time)) tooOld++;
      if (source === 'stale') stale++;
      if ((source === 'stale') !== age > promiseMs)
        broken.add(`an answer ${age} ms old called itself ${source}`);
      const right = expected && expect(expected.state);
      const isRight =
        right !== undefined &&
        errors.every((code) => code === 'BAD_USER_INPUT') &&
        errors.length === right.errors &&
        isDeepStrictEqual(normalise(data), right.data);
      if (!isRight) {
        differences++;
        if (differences <= 3) {
          const [got, wanted] = [{ data, errors }, right].map((each) => JSON.stringify(each).slice(0, 300));
          broken.add(`${clockOf(time)} ${kind} ${JSON.stringify(variables)}: ${got} is not ${wanted}`);
        }
      } else if (expected && expected.state !== expected.withoutDeleted) {
        if (!isDeepStrictEqual(expect(expected.withoutDeleted), right)) showDeleted++;
      }
    },
    report({ calls }: Twin, changes: number): DayReport {
      const callsByHour = Array.from({ length: 24 }, () => ({ full: 0, delta: 0, failed: 0 }));
      const callsByKind = { full: 0, delta: 0, failed: 0 };
      for (const { at, outcome, parameters } of calls) {
        const kind = outcome !== 'answered' ? 'failed' : 'updateAsOf' in parameters ? 'delta' : 'full';
        const hour = callsByHour[Math.min(23, Math.floor((at - start) / hourMs))];
        if (hour) hour[kind]++;
        callsByKind[kind]++;
      }
      if (differences > 0) broken.add(`${differences} answers differ from the oracle's`);
      if (tooOld > 0) broken.add(`${tooOld} answers are older than this day allows`);
      if (calls.length > scenario.mostCalls)
        broken.add(`${calls.length} calls are over ${scenario.mostCalls}`);
      return {
        name: scenario.name,
        title: scenario.title,
        operations,
        operationsByKind,
        changes,
        quota: scenario.dailyQuota,
        calls: calls.length,
        callsByKind,
        callsByHour,
        largestAge,
        ages,
        stale,
        showDeleted,
        differences,
        perSecond: Math.round(operations / (askedMs / 1000)),
        broken: [...broken],
      };
    },
  };
}

/** `13:05` of a time in ms from the day's beginning. */
export function clockOf(time: number): string {
  return new Date(start + time).toISOString().slice(11, 16);
}

async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'komet-day-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
