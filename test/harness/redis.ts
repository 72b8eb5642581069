import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { describe, test } from 'vitest';
import { findFreePort } from './listening.ts';
import { createFolder } from './program.ts';
import { hasTools } from './tools.ts';
import { until } from './until.ts';

export type RedisServer = {
  readonly port: number;
  /** What STORE_URL takes; `scheme://127.0.0.1:PORT` with what else was asked for. */
  readonly url: string;
  /** Where the certificate is that clients must trust, where TLS was asked for. */
  readonly certificate: string;
  /** A connection that may do everything; none while the server is stopped. */
  readonly admin: Redis;
  /** Holds it as it is: connections stay open and nobody is answered. */
  pause(): void;
  resume(): void;
  /** Kills it; what it knew is gone. */
  stop(): Promise<void>;
  /** Starts it on the same port, empty. */
  start(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export type RedisOptions = {
  /** As on redis-server's command line, without the dashes. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of an ACL file; with one, clients must be one of its users. */
  readonly users?: readonly string[];
  readonly tls?: boolean;
  /** One node that has all slots. */
  readonly cluster?: boolean;
};

/** Tests with a real Redis on a port of their own; where it is missing they say what was not tested. */
export function describeWithRedis(
  name: string,
  body: () => void,
  needed: readonly string[] = ['redis-server'],
): void {
  if (hasTools(needed, `nothing of "${name}"`)) return void describe(name, body);
  describe(name, () => {
    test('is not tested', ({ skip }) => skip(`${needed.join(' and ')} would have to be installed`));
  });
}

/** A redis-server of its own on a free port of this machine, which keeps nothing on disk. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const folder = await createFolder();
  const port = await findFreePort();
  const certificate = join(folder.path, 'certificate.pem');
  if (options.tls) makeCertificate(folder.path);
  if (options.users) await writeFile(join(folder.path, 'users.acl'), `${options.users.join('\n')}\n`);
  const settings = {
    bind: '127.0.0.1',
    dir: folder.path,
    save: '',
    appendonly: 'no',
    ...(options.tls
      ? {
          port: '0',
          'tls-port': `${port}`,
          'tls-cert-file': certificate,
          'tls-key-file': join(folder.path, 'key.pem'),
          'tls-auth-clients': 'no',
        }
      : { port: `${port}` }),
    ...(options.users && { aclfile: join(folder.path, 'users.acl') }),
    ...(options.cluster && { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' }),
    ...options.settings,
  };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const admin = new Redis({
    port,
    host: '127.0.0.1',
    lazyConnect: true,
    retryStrategy: () => 20,
    ...(options.settings?.['requirepass'] && { password: options.settings['requirepass'] }),
    ...(options.tls && { tls: { rejectUnauthorized: false } }),
  });
  admin.on('error', () => {});
  let server: Awaited<ReturnType<typeof launch>> | undefined;

  async function start() {
    server = await launch(words);
    if (admin.status === 'wait') await admin.connect();
    if (options.cluster) await formCluster(admin);
  }

  async function stop() {
    server?.kill('SIGKILL');
    await server?.ended;
  }

  await start().catch(async (error: unknown) => {
    admin.disconnect();
    await stop();
    throw error;
  });
  return {
    port,
    url: `${options.tls ? 'rediss' : 'redis'}://127.0.0.1:${port}`,
    certificate,
    admin,
    pause: () => server?.kill('SIGSTOP'),
    resume: () => server?.kill('SIGCONT'),
    stop,
    start,
    async [Symbol.asyncDispose]() {
      admin.disconnect();
      await stop();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Resolves once it takes connections. */
async function launch(words: readonly string[]) {
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const ready = Promise.withResolvers<void>();
  let said = '';
  createInterface(child.stdout).on('line', (line) => {
    said += `${line}\n`;
    if (line.includes('Ready to accept connections')) ready.resolve();
  });
  await Promise.race([
    ready.promise,
    ended.then(() => {
      throw new Error(`redis-server ended at once:\n${said}`);
    }),
  ]);
  return { ended, kill: (signal: NodeJS.Signals) => child.kill(signal) };
}

async function formCluster(admin: Redis): Promise<void> {
  await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await until('the cluster is whole', async () =>
    `${await admin.call('CLUSTER', 'INFO')}`.includes('cluster_state:ok'),
  );
}

/** Of this machine, good for a day. */
function makeCertificate(folder: string): void {
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ],
      ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
      ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')],
    ],
    { stdio: 'ignore' },
  );
}
