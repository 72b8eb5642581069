import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Pool } from 'undici';
import { forkGateway } from '../../test/harness/fork-gateway.ts';

/** A gateway in a process of its own, which can be killed, started anew, paused and continued. */
export type Replica = {
  readonly isUp: boolean;
  /** @throws where the process ends meanwhile */
  ask(token: string, query: string, headers?: Record<string, string>): Promise<unknown>;
  kill(): Promise<void>;
  start(): Promise<void>;
  pause(): void;
  resume(): void;
};

export async function startReplica(settings: Readonly<Record<string, string>>): Promise<Replica> {
  let process: ChildProcess;
  let pool: Pool;
  let isUp = false;

  async function start() {
    const { gateway, url } = await forkGateway(settings);
    process = gateway;
    pool = new Pool(new URL(url).origin, { connections: 500, headersTimeout: 60_000 });
    isUp = true;
  }

  await start();
  return {
    get isUp() {
      return isUp;
    },
    async ask(token, query, headers = {}) {
      const { body } = await pool.request({
        method: 'POST',
        path: '/graphql',
        headers: { 'content-type': 'application/json', 'x-komet-token': token, ...headers },
        body: JSON.stringify({ query }),
      });
      return body.json();
    },
    async kill() {
      isUp = false;
      const ended = once(process, 'exit');
      process.kill('SIGKILL');
      await ended;
      void pool.destroy();
    },
    start,
    pause() {
      isUp = false;
      process.kill('SIGSTOP');
    },
    resume() {
      process.kill('SIGCONT');
      isUp = true;
    },
  };
}
