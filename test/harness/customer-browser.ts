import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, preview } from 'vite';

/** An example's page as its users get it, built once into a folder for temporary files. */
export type BuiltExample = {
  /** Serves it on a port of its own, before a gateway. */
  serve(gatewayUrl: string): Promise<{ readonly url: string } & AsyncDisposable>;
} & AsyncDisposable;

const examples = join(import.meta.dirname, '..', '..', 'examples');

export async function buildExample(name: string): Promise<BuiltExample> {
  const outDir = await mkdtemp(join(tmpdir(), `komet-graphql-${name}-`));
  const common = {
    root: join(examples, name),
    configLoader: 'native',
    // The suite lets a gateway disappear; the proxy need not tell.
    logLevel: 'silent',
    build: { outDir, emptyOutDir: true },
  } as const;
  await asInProduction(() => build(common));
  return {
    async serve(gatewayUrl) {
      const { origin } = new URL(gatewayUrl);
      const server = await preview({
        ...common,
        preview: { host: '127.0.0.1', port: 0, strictPort: false, proxy: { '/graphql': origin } },
      });
      const { port } = server.httpServer.address() as AddressInfo;
      return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => server.close() };
    },
    [Symbol.asyncDispose]: () => rm(outDir, { recursive: true }),
  };
}

/** Vite goes by NODE_ENV, and React's own checks would be in the page with vitest's `test`. */
async function asInProduction(work: () => Promise<unknown>): Promise<void> {
  const given = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  await work();
  process.env['NODE_ENV'] = given;
}
