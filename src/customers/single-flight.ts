/** What a run brought, and when it began, in ms since 1970. */
export type Flown<Result> = { readonly result: Result; readonly startedAt: number };

/** Does the work; `signal` aborts once nobody waits for it any more. */
export type Start<Result> = (signal: AbortSignal) => Promise<Result>;

export type SingleFlight<Result> = {
  /**
   * Joins the run that began at or after `notBefore` (ms since 1970), else starts one; while an older run is
   * under way, all who ask share the one that follows it. If the older one fails they share its failure, which
   * is newer than what they asked for: a dead upstream costs nobody two timeouts.
   *
   * @param waiter leaves when it aborts; when all have left, the run is aborted too. Without it the run is
   *   wanted whoever waits.
   */
  run(notBefore: number, start: Start<Result>, waiter?: AbortSignal): Promise<Flown<Result>>;
  isIdle(): boolean;
  /** Resolves once nothing is under way. */
  settle(): Promise<void>;
};

type Run<Result> = {
  readonly startedAt: number;
  readonly result: Promise<Result>;
  readonly abort: AbortController;
  waiters: number;
};

/** One run at a time, shared by whoever it is fresh enough for. */
export function createSingleFlight<Result>(now: () => number): SingleFlight<Result> {
  let current: Run<Result> | undefined;
  let next: Promise<Run<Result>> | undefined;

  function launch(start: Start<Result>): Run<Result> {
    const abort = new AbortController();
    const run = { startedAt: now(), result: start(abort.signal), abort, waiters: 0 };
    current = run;
    const leave = () => {
      if (current === run) current = undefined;
    };
    run.result.then(leave, leave);
    return run;
  }

  async function launchAfter(run: Run<Result>, start: Start<Result>): Promise<Run<Result>> {
    try {
      await run.result;
    } catch (error) {
      // That those who wanted it have left says nothing about the upstream.
      if (!run.abort.signal.aborted) throw error;
    } finally {
      next = undefined;
    }
    return launch(start);
  }

  return {
    isIdle: () => !current && !next,
    async settle() {
      while (current || next) await (next ?? current?.result)?.catch(() => {});
    },
    async run(notBefore, start, waiter) {
      waiter?.throwIfAborted();
      if (!current && !next) return waitFor(launch(start), waiter);
      if (current && isJoinable(current, notBefore)) return waitFor(current, waiter);
      next ??= launchAfter(current as Run<Result>, start);
      return waitFor(await next, waiter);
    },
  };
}

const isJoinable = ({ startedAt, abort }: Run<unknown>, notBefore: number) =>
  startedAt >= notBefore && !abort.signal.aborted;

async function waitFor<Result>(run: Run<Result>, waiter: AbortSignal | undefined): Promise<Flown<Result>> {
  const { startedAt, result, abort } = run;
  run.waiters += 1;
  if (!waiter) return { result: await result, startedAt };
  const left = Promise.withResolvers<never>();
  const leave = () => {
    run.waiters -= 1;
    if (run.waiters === 0) abort.abort(waiter.reason);
    left.reject(waiter.reason);
  };
  waiter.addEventListener('abort', leave, { once: true });
  if (waiter.aborted) leave();
  try {
    return { result: await Promise.race([result, left.promise]), startedAt };
  } finally {
    waiter.removeEventListener('abort', leave);
  }
}
