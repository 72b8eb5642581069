import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { askOnce } from './generator.ts';
import { medianOf } from './measure.ts';
import { canPin, serverCore, startProcess, startUpstream } from './processes.ts';
import { environmentOf } from './servers.ts';

/** The first answer of a gateway that knows nothing yet, beside reading the same list without a gateway. */
export type LargeList = {
  readonly customers: number;
  readonly firstAnswerMs: number;
  readonly readAloneMs: number;
  /** Of the gateway (MiB). */
  readonly peak: number;
};

/** Medians of so many runs, each in new processes. */
export async function measureLargeList(
  gateway: readonly string[],
  customers: number,
  runs: number,
): Promise<LargeList> {
  const upstream = await startUpstream(customers);
  const env = environmentOf(upstream.url, false);
  const found: Omit<LargeList, 'customers'>[] = [];
  try {
    // The twin writes the list once; that is not what is measured.
    readAlone(env);
    for (let run = 0; run < runs; run++) {
      const running = await startProcess(gateway, { env, body: JSON.stringify({ query: '{ __typename }' }) });
      const code = JSON.stringify(upstream.keys[run]?.code);
      const started = performance.now();
      const answer = await askOnce(
        running.port,
        JSON.stringify({ query: `{ customerByCode(code: ${code}) { name } }` }),
      );
      const firstAnswerMs = performance.now() - started;
      if (!answer?.text.includes('"name"')) throw new Error(`there is no first answer: ${answer?.text}`);
      const { peak } = running.memory();
      // First, so that the list is read alone.
      await running.stop();
      found.push({ firstAnswerMs, readAloneMs: readAlone(env), peak });
    }
  } finally {
    await upstream.stop();
  }
  return {
    customers,
    firstAnswerMs: medianOf(found.map(({ firstAnswerMs }) => firstAnswerMs)),
    readAloneMs: medianOf(found.map(({ readAloneMs }) => readAloneMs)),
    peak: Math.max(...found.map(({ peak }) => peak)),
  };
}

function readAlone(env: Record<string, string>): number {
  const [command = '', ...args] = [
    ...(canPin ? ['taskset', '-c', `${serverCore}`] : []),
    process.execPath,
    join(import.meta.dirname, 'read-alone.ts'),
  ];
  return Number(execFileSync(command, args, { env: { ...process.env, ...env } }).toString());
}
