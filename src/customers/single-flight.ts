/** What a run brought, and when it began, in ms since 1970. */
export type Flown<Result> = { readonly result: Result; readonly startedAt: number };

export type SingleFlight<Result> = {
  /**
   * Joins the run that began at or after `notBefore` (ms since 1970), else starts one; while an older run is
   * under way, all who ask share the one that follows it. If the older one fails they share its failure, which
   * is newer than what they asked for: a dead upstream costs nobody two timeouts.
   */
  run(notBefore: number, start: () => Promise<Result>): Promise<Flown<Result>>;
  isIdle(): boolean;
  /** Resolves once nothing is under way. */
  settle(): Promise<void>;
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
    try {
      await run.result;
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
    async run(notBefore, start) {
      if (!current && !next) return land(launch(start));
      if (current && current.startedAt >= notBefore) return land(current);
      next ??= launchAfter(current as Run, start);
      return land(await next);
    },
  };

  async function land({ result, startedAt }: Run): Promise<Flown<Result>> {
    return { result: await result, startedAt };
  }
}
