/**
 * How a run came about: `started` where this caller's request began it, else it joined another's; `startedAt`
 * in ms since 1970.
 */
export type Flown<Result> = {
  readonly result: Result;
  readonly started: boolean;
  readonly startedAt: number;
};

export type SingleFlight<Result> = {
  /**
   * Joins the run that began at or after `notBefore` (ms since 1970), else starts one; while an older run is
   * under way, all who ask share the one that follows it.
   */
  run(notBefore: number, start: () => Promise<Result>): Promise<Flown<Result>>;
  isIdle(): boolean;
};

/** One run at a time, shared by whoever it is fresh enough for. */
export function createSingleFlight<Result>(now: () => number): SingleFlight<Result> {
  type Run = { readonly startedAt: number; readonly result: Promise<Result> };
  let current: Run | undefined;
  let next: Promise<Run> | undefined;

  function launch(start: () => Promise<Result>): Run {
    const run = { startedAt: now(), result: start() };
    current = run;
    const leave = () => {
      if (current === run) current = undefined;
    };
    run.result.then(leave, leave);
    return run;
  }

  async function launchAfter(run: Run, start: () => Promise<Result>): Promise<Run> {
    await run.result.catch(() => {});
    next = undefined;
    return launch(start);
  }

  return {
    isIdle: () => !current && !next,
    async run(notBefore, start) {
      if (!current && !next) return land(launch(start), true);
      if (current && current.startedAt >= notBefore) return land(current, false);
      const started = !next;
      next ??= launchAfter(current as Run, start);
      return land(await next, started);
    },
  };

  async function land({ result, startedAt }: Run, started: boolean): Promise<Flown<Result>> {
    return { result: await result, started, startedAt };
  }
}
