import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ConnectionLimits } from '../../src/http/listen.ts';

export type VictimOptions = {
  /** Environment variables. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly connections?: Partial<ConnectionLimits>;
  readonly customers?: number;
};

/** What an attack cost a gateway. */
export type Damage<Result> = {
  readonly result: Result;
  readonly ms: number;
  readonly megabytes: number;
  /** How long (ms) health took to answer meanwhile. */
  readonly health: { readonly median: number; readonly worst: number; readonly asked: number };
  /** Whether every object has something that it had not. */
  readonly isPolluted: boolean;
};

export type Victim = {
  readonly url: string;
  attack<Result>(attack: (url: string) => Promise<Result>): Promise<Damage<Result>>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Starts a gateway that can be measured while it is attacked. */
export async function startVictim(options: VictimOptions = {}): Promise<Victim> {
  const child = fork(fileURLToPath(new URL('victim.ts', import.meta.url)), [JSON.stringify(options)], {
    execArgv: ['--expose-gc'],
    env: { PATH: process.env['PATH'] },
  });
  const ask = async <Answer>(word?: string) => {
    const answering = once(child, 'message') as Promise<[Answer]>;
    if (word !== undefined) child.send(word);
    return (await answering)[0];
  };
  const { url } = await ask<{ url: string }>();
  const watch = new Worker(new URL('watch-health.ts', import.meta.url), {
    workerData: `${new URL('/health/live', url)}`,
  });
  const tell = async <Answer>(word: string) => {
    const answering = once(watch, 'message') as Promise<[Answer]>;
    watch.postMessage(word);
    return (await answering)[0];
  };
  return {
    url,
    async attack(attack) {
      await ask('begin');
      await tell('begin');
      const started = performance.now();
      const result = await attack(url);
      const ms = performance.now() - started;
      const health = summarise(await tell<number[]>('end'));
      const { bytes, isPolluted } = await ask<{ bytes: number; isPolluted: boolean }>('end');
      return { result, ms, megabytes: bytes / 1e6, health, isPolluted };
    },
    async [Symbol.asyncDispose]() {
      await watch.terminate();
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function summarise(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  return { median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0, asked: sorted.length };
}
