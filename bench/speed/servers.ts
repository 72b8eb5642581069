import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { nodeFlags } from '../../test/harness/node-flags.ts';

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

const startWith = (program: string): readonly string[] => [
  ...nodeFlags,
  join(root, program),
  'start',
  '--port',
  'PORT',
  '--host',
  '127.0.0.1',
];

/** As installed: the bundle that {@link buildGateway} makes. */
export const builtGateway = startWith('dist/bin/main.js');
export const gatewayFromSource = startWith('src/main.ts');

export const servers: readonly Server[] = [
  // As JavaScript, since it is beside a program that is built.
  peer('bare', 'bare node:http', { kind: 'bare', args: [join(root, 'bench/peers/bare.js')] }),
  peer('gateway', 'komet-graphql', { kind: 'gateway', args: builtGateway }),
  peer('yoga-naive', 'Yoga, naive', { canCache: false }),
  peer('yoga-jit', 'Yoga, jit'),
  peer('apollo', 'Apollo Server'),
  peer('mercurius', 'mercurius, jit'),
  peer('hive', 'Hive Gateway', { graph: 'customerList' }),
];

/** What `npm run build` does for the program. */
export function buildGateway(): void {
  execFileSync(process.execPath, [join(root, '.build/bundle.ts')], { cwd: root, stdio: 'inherit' });
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
