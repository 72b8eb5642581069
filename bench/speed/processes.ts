import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { askOnce } from './generator.ts';

/** A server under test, in a process of its own. */
export type RunningProcess = {
  readonly port: number;
  /** From its start to its first answer (ms). */
  readonly startMs: number;
  /** What it has spent so far (µs of CPU, all threads). */
  cpu(): number;
  /** Now, and at most so far (MiB). */
  memory(): { readonly now: number; readonly peak: number };
  stop(): Promise<void>;
};

export const serverCore = 0;
export const loadCore = 1;

/** Whether the system lets processes be held to one core; with one core there is nothing to hold. */
export const canPin =
  availableParallelism() > 1 && spawnSync('taskset', ['-p', `${process.pid}`]).status === 0;

/** Holds this process, and so the load that it makes, to a core of its own. */
export function pinLoad(): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', `${loadCore}`, `${process.pid}`]);
}

/**
 * Starts a server on the core for servers and waits for its first answer.
 * @throws {Error} with what it wrote, where it ends before that
 */
export async function startProcess(
  args: readonly string[],
  options: {
    readonly env?: Record<string, string>;
    /** What is asked for as the first thing. */
    readonly body?: string;
    readonly headers?: string;
    /** How long (ms) to wait for that. */
    readonly within?: number;
  },
): Promise<RunningProcess> {
  const { env = {}, body = '{}', headers, within = 60_000 } = options;
  const port = await freePort();
  const [command, ...rest] = [
    ...(canPin ? ['taskset', '-c', `${serverCore}`] : []),
    process.execPath,
    ...args.map((arg) => arg.replace('PORT', `${port}`)),
  ];
  const started = performance.now();
  const child = spawn(command as string, rest, {
    env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'error', ...env, PORT: `${port}` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const killWith = () => child.kill('SIGKILL');
  process.once('exit', killWith);
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-2_000);
  });
  while (!(await askOnce(port, body, headers).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} has ended: ${said}`);
    if (performance.now() - started > within) {
      child.kill('SIGKILL');
      throw new Error(`${args.join(' ')} does not answer: ${said}`);
    }
    await wait(1);
  }
  const startMs = performance.now() - started;
  const pid = child.pid as number;
  return {
    port,
    startMs,
    cpu: () => readCpu(pid),
    memory: () => readMemory(pid),
    async stop() {
      process.off('exit', killWith);
      await end(child);
    },
  };
}

export type Upstream = {
  readonly url: string;
  readonly keys: readonly { readonly id: string; readonly code: string }[];
  /** Calls to customer.list so far. */
  calls(): Promise<number>;
  stop(): Promise<void>;
};

/** Starts the twin with so many customers, on the core of the load, so that it takes nothing from servers. */
export async function startUpstream(customers: number): Promise<Upstream> {
  const child = fork(join(import.meta.dirname, 'upstream.ts'), [`${customers}`]);
  const killWith = () => child.kill('SIGKILL');
  process.once('exit', killWith);
  const [facts] = (await once(child, 'message')) as [Pick<Upstream, 'url' | 'keys'>];
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', `${loadCore}`, `${child.pid}`]);
  return {
    ...facts,
    async calls() {
      child.send('calls');
      const [{ calls }] = (await once(child, 'message')) as [{ calls: number }];
      return calls;
    },
    async stop() {
      process.off('exit', killWith);
      await end(child);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new Error('there is no free port');
  return address.port;
}

/** Finer than user and system time in /proc, which count in ticks of 10 ms; where there is none of it, 0. */
function readCpu(pid: number): number {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const spent = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
    return spent.reduce((sum, text) => sum + Number(text.split(' ', 1)[0]), 0) / 1_000;
  } catch {
    return 0;
  }
}

function readMemory(pid: number) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const inMiB = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
    return { now: inMiB('VmRSS'), peak: inMiB('VmHWM') };
  } catch {
    return { now: Number.NaN, peak: Number.NaN };
  }
}
