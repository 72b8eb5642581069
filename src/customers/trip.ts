import type { Purpose } from '../komet/quota.ts';
import type { Memberships } from './memberships.ts';
import type { Plan, PlannedCall } from './plan.ts';
import { createSnapshot, type Snapshot } from './snapshot.ts';
import type { Upstream } from './upstream.ts';

/** Something to answer from: the snapshot, or the rows of a direct call. */
export type View = { readonly snapshot: Snapshot; readonly asOf: number };

/** What the calls of one batch brought. */
export type Trip = {
  /** Calls that this batch started and waited for, counted by `onCall`. */
  calls: number;
  readonly onCall: () => void;
  /** Of whom the answer is for. */
  readonly signal: AbortSignal | undefined;
  /** Whether something newer was waited for and came. */
  reached: boolean;
  direct: View | null;
  readonly failures: Map<string, Error>;
};

/** How long (ms) a query that could be answered stale waits for something newer. */
const patienceMs = 5_000;

type CallOf<Kind extends PlannedCall['kind']> = PlannedCall & { kind: Kind };

/**
 * Makes the calls of a plan, all at once.
 *
 * @returns a function that throws {@link KometError} where a call fails and there is nothing to answer from
 */
export function createTrips(options: {
  readonly sync: (
    upstream: Upstream,
    purpose: Purpose,
    notBefore: number,
    onCall: () => void,
  ) => Promise<void>;
  readonly memberships: Memberships;
  /** When the snapshot was read (ms since 1970). */
  readonly asOf: () => number | undefined;
  /** Whether what was read then may be answered while nothing newer can be had. */
  readonly isUsable: (asOf: number | undefined) => boolean;
  readonly now: () => number;
}): (upstream: Upstream, plan: Plan, notBefore: number, signal: AbortSignal | undefined) => Promise<Trip> {
  const { sync, memberships, asOf, isUsable, now } = options;

  async function makeSync(upstream: Upstream, call: CallOf<'sync'>, notBefore: number, trip: Trip) {
    const onCall = call.wait ? trip.onCall : () => {};
    const landed = sync(upstream, call.purpose, notBefore, onCall).then(() => {
      trip.reached ||= call.wait;
    });
    if (!call.wait) landed.catch(() => {});
    else if (isUsable(asOf())) await patiently(landed);
    else await landed;
  }

  async function makeDirect(upstream: Upstream, call: CallOf<'direct'>, notBefore: number, trip: Trip) {
    try {
      const flown = await upstream.readShared({ ...call, ...trip }, notBefore);
      trip.reached = true;
      trip.direct = {
        snapshot: await createSnapshot(flown.result.customers, 'direct'),
        asOf: flown.startedAt,
      };
    } catch (error) {
      if (!isUsable(asOf())) throw error;
    }
  }

  async function makeMembership(
    upstream: Upstream,
    call: CallOf<'membership'>,
    notBefore: number,
    trip: Trip,
  ) {
    try {
      const flown = await upstream.readShared({ ...call, ...trip }, notBefore);
      trip.reached = true;
      memberships.remember(call.key, flown.result.customers, flown.startedAt);
    } catch (error) {
      if (memberships.rememberRefusal(call.key, error, now())) return;
      if (!isUsable(memberships.asOf(call.key))) trip.failures.set(call.key, error as Error);
    }
  }

  return async (upstream, { calls, failures }, notBefore, signal) => {
    const trip: Trip = {
      calls: 0,
      onCall() {
        trip.calls += 1;
      },
      signal,
      reached: false,
      direct: null,
      failures: new Map(failures),
    };
    const makeOne = async (call: PlannedCall) => {
      if (call.kind === 'sync') await makeSync(upstream, call, notBefore, trip);
      else if (call.kind === 'direct') await makeDirect(upstream, call, notBefore, trip);
      else await makeMembership(upstream, call, notBefore, trip);
    };
    await unlessAborted(Promise.all(calls.map(makeOne)), signal);
    return trip;
  };
}

/** Waits no longer than the caller does; a sync goes on all the same, since the snapshot wants it too. */
async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return work;
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => {});
  }
}

/** Waits for something newer for a while; what fails or takes too long is done without. */
async function patiently(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, patienceMs);
  });
  await Promise.race([work.catch(() => {}), enough]);
  clearTimeout(timer);
}
