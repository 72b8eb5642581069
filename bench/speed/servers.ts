import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Who is measured. */
export type Server = {
  readonly name: string;
  readonly label: string;
  readonly args: readonly string[];
  /** Whether it has answers of its own to give; the bare server has to be told. */
  readonly kind: 'bare' | 'gateway' | 'peer';
  /** Whether its graph is the upstream's own, made from a JSON schema. */
  readonly graph: 'customers' | 'customerList';
  /** Whether it can keep answers, and is asked to for W5. */
  readonly canCache: boolean;
};

const root = join(import.meta.dirname, '../..');
const peer = (name: string, label: string, rest: Partial<Server> = {}): Server => ({
  name,
  label,
  args: [join(root, 'bench/peers', `${name}.ts`)],
  kind: 'peer',
  graph: 'customers',
  canCache: true,
  ...rest,
});

export const servers: readonly Server[] = [
  peer('bare', 'bare node:http', { kind: 'bare' }),
  peer('gateway', 'komet-graphql', {
    kind: 'gateway',
    args: [join(root, 'src/main.ts'), 'start', '--port', 'PORT', '--host', '127.0.0.1'],
  }),
  peer('yoga-naive', 'Yoga, naive', { canCache: false }),
  peer('yoga-jit', 'Yoga, jit'),
  peer('apollo', 'Apollo Server'),
  peer('mercurius', 'mercurius, jit'),
  peer('hive', 'Hive Gateway', { graph: 'customerList' }),
];

/** As built by `npm run build`. */
export const builtGateway: readonly string[] = [
  join(root, 'dist/src/main.js'),
  'start',
  '--port',
  'PORT',
  '--host',
  '127.0.0.1',
];

/** What `npm run build` does. */
export function buildGateway(): void {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', 'src/tsconfig.build.json'],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
}

/** The environment that makes a server find its upstream. */
export const environmentOf = (upstream: string, cache: boolean): Record<string, string> => ({
  UPSTREAM: upstream,
  CACHE: cache ? '1' : '0',
  KOMET_BASE_URL: upstream,
  KOMET_TOKEN: 'bench',
  KOMET_DAILY_QUOTA: '1000000',
  STORE_URL: 'memory:',
});
