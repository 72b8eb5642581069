import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Message } from './gateway-process.ts';
import { nodeFlags } from './node-flags.ts';

/** The last is the start command's own. */
const flags = [...nodeFlags, '--heap-growing-percent=40'];

/** Starts a gateway in a process of its own, with the flags of the program; it says what gateway-process.ts says. */
export async function forkGateway(
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly gateway: ChildProcess; readonly url: string }> {
  const gateway = fork(new URL('gateway-process.ts', import.meta.url), {
    execArgv: flags,
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      STORE_URL: 'memory:',
      LOG_LEVEL: 'silent',
      ...settings,
    },
  });
  const ended = once(gateway, 'exit').then(() => {
    throw new Error('the gateway ended before it listened');
  });
  const [first] = (await Promise.race([once(gateway, 'message'), ended])) as [Message];
  ended.catch(() => {});
  if (first.kind !== 'listening') throw new Error('the gateway does not listen');
  return { gateway, url: first.url };
}
