import { letMishapsHappen, letMoneyBeSpent, type Mishaps } from './mishaps.ts';
import { type FleetReport, runFleet } from './run-fleet.ts';

/** What several processes are measured by. */
export type Scenes = {
  readonly alone: FleetReport;
  readonly together: FleetReport;
  readonly mishaps: FleetReport;
  readonly spent: FleetReport;
};

/** Calls a day and token: more than any run makes, and few enough to be spent. */
const [plenty, few] = [1_000_000, 40];

export async function liveThrough({
  seconds,
  tokens,
  processes,
  onProgress = () => {},
  ...mishaps
}: Mishaps & {
  readonly seconds: number;
  readonly tokens: number;
  readonly processes: number;
  readonly onProgress?: (words: string) => void;
}): Promise<Scenes> {
  const run = (name: string, changed: Partial<Parameters<typeof runFleet>[0]>) =>
    runFleet({
      ...{ processes, tokens, seconds, quota: plenty, ...changed },
      onProgress: (words) => onProgress(`${name}: ${words}`),
    });
  return {
    alone: await run('one process', { processes: 1 }),
    together: await run(`${processes} processes`, {}),
    mishaps: await run('with mishaps', { happen: (stage) => letMishapsHappen(stage, mishaps) }),
    spent: await run('spending all', {
      ...{ quota: few, promiseMs: 0, happen: letMoneyBeSpent, seconds: 20, tokens: Math.min(tokens, 10) },
    }),
  };
}

/** Promises that were broken, in words. */
export function judgeFleet(
  { alone, together, mishaps, spent }: Scenes,
  { tokens }: { readonly tokens: number },
): string[] {
  const scenes = { alone, together, mishaps, spent };
  const wrong = Object.entries(scenes).flatMap(([name, { wrong }]) =>
    wrong.length > 0 ? [`${name}: ${wrong.length} wrong answers, such as: ${wrong[0]}`] : [],
  );
  return [
    ...wrong,
    // One run may begin or end with a call more for each token.
    Math.abs(together.calls - alone.calls) > tokens &&
      `together they made ${together.calls} calls, one alone ${alone.calls}`,
    together.closestMs < 500 && `two processes read the same list within ${together.closestMs} ms`,
    // Where a machine is so busy that a list takes seconds, some are answered from what there is, and say so.
    together.stale > together.answers / 100 && `${together.stale} answers were older than promised`,
    spent.mostCallsOfOne > few && `${spent.mostCallsOfOne} calls were made with a token that had ${few}`,
    spent.mostCallsOfOne < few - 3 && `only ${spent.mostCallsOfOne} calls of ${few} were made`,
  ].filter((problem) => typeof problem === 'string');
}
