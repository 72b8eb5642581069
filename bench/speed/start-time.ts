import { medianOf } from './measure.ts';
import { startProcess, startUpstream } from './processes.ts';
import { environmentOf } from './servers.ts';

/** From the start of a process to its first answer (ms): medians of so many starts, taken in turn. */
export async function measureStarts(
  programs: Readonly<Record<string, readonly string[]>>,
  runs: number,
): Promise<Record<string, number>> {
  const upstream = await startUpstream(1_000);
  const found: Record<string, number[]> = {};
  const query = `{ customerByCode(code: ${JSON.stringify(upstream.keys[0]?.code)}) { name } }`;
  try {
    for (let run = 0; run < runs; run++) {
      for (const [name, args] of Object.entries(programs)) {
        const env = environmentOf(upstream.url, false);
        const running = await startProcess(args, { env, body: JSON.stringify({ query }) });
        found[name] = [...(found[name] ?? []), running.startMs];
        await running.stop();
      }
    }
  } finally {
    await upstream.stop();
  }
  return Object.fromEntries(Object.entries(found).map(([name, times]) => [name, medianOf(times)]));
}
