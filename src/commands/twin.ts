import { once } from 'node:events';
import { type FaultName, faultDescriptions, startTwin } from '../twin/twin.ts';
import { type Command, CommandFailure, readOptions, readWhole, UsageError } from './usage.ts';

const profiles = ['current', 'v9'] as const;

export const twin: Command = {
  summary: "serve the embedded twin of Komet's customer.list alone",
  help: () => `komet-graphql twin [options]

Imitates Komet's customer.list over HTTP, with invented customers, Komet's quirks and, on demand, its faults.
Any token is accepted.

Options
  --port N           port to listen on (4100)
  --host NAME        address to listen on (localhost)
  --customers N      how many customers (500)
  --seed N           another seed invents other customers (1)
  --latency MS       how long each answer takes (0)
  --quota N          calls a day (1000)
  --profile NAME     current, or v9: the older method without inactive customers and update dates (current)
  --fault NAME…      faults that are always on:
${faultTable()}

Example
  komet-graphql twin --customers 2000 --latency 300
  KOMET_TOKEN=any KOMET_BASE_URL=http://localhost:4100/api komet-graphql start
`,
  async run(args) {
    const options = readOptions(args.flatMap(spreadFaults), {
      port: { type: 'string' },
      host: { type: 'string' },
      customers: { type: 'string' },
      seed: { type: 'string' },
      latency: { type: 'string' },
      quota: { type: 'string' },
      profile: { type: 'string' },
      fault: { type: 'string', multiple: true },
    });
    const profile = profiles.find((each) => each === (options.profile ?? 'current'));
    if (!profile) throw new UsageError(`--profile wants one of ${profiles.join(', ')}`);
    const host = options.host ?? 'localhost';
    const port = readWhole(options.port, '--port', { least: 0, most: 65_535 }) ?? 4100;
    const running = await startTwin({
      host,
      port,
      profile,
      customers: readWhole(options.customers, '--customers', { least: 0, most: 2_000_000 }),
      seed: readWhole(options.seed, '--seed', { least: 0, most: 2 ** 31 }),
      latencyMs: readWhole(options.latency, '--latency', { least: 0, most: 600_000 }),
      quota: readWhole(options.quota, '--quota', { least: 0, most: 1_000_000_000 }),
      faults: (options.fault ?? []).map(readFault),
    }).catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      throw new CommandFailure(
        code === 'EADDRINUSE'
          ? `Port ${port} on ${host} is taken. Choose another with --port.`
          : `The twin cannot start: ${error instanceof Error ? error.message : error}`,
      );
    });
    process.stdout.write(`The twin of Komet's customer.list is at ${running.url}/customer.list
with ${running.company.customers.length} invented customers, profile ${profile}. Any token is accepted.

Use it with: KOMET_TOKEN=any KOMET_BASE_URL=${running.url} komet-graphql start
`);
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await running.close();
  },
};

/** `--fault slow html` and `--fault slow --fault html` mean the same. */
function spreadFaults(argument: string, index: number, all: readonly string[]): string[] {
  if (argument.startsWith('-')) return [argument];
  const owner = all.slice(0, index).findLast((each) => each.startsWith('-'));
  const isFurther = owner === '--fault' && all[index - 1] !== '--fault';
  return isFurther ? ['--fault', argument] : [argument];
}

function readFault(name: string): FaultName {
  if (Object.hasOwn(faultDescriptions, name)) return name as FaultName;
  throw new UsageError(
    `--fault does not know ${JSON.stringify(name)}; it knows ${Object.keys(faultDescriptions).join(', ')}`,
  );
}

function faultTable(): string {
  const widest = Math.max(...Object.keys(faultDescriptions).map(({ length }) => length));
  return Object.entries(faultDescriptions)
    .map(([name, description]) => `    ${name.padEnd(widest)}  ${description}`)
    .join('\n');
}
