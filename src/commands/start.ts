import { setFlagsFromString } from 'node:v8';
import type { Logger } from 'pino';
import { type Config, readConfig, settings } from '../config.ts';
import { createLogger } from '../observe/logger.ts';
import type { RunningServer } from '../server.ts';
import { version } from '../version.ts';
import { loadEnvFile } from './env-file.ts';
import { type Command, CommandFailure, readOptions, readWhole } from './usage.ts';

/** How long (ms) running requests may take once the process was asked to end. */
const graceMs = 15_000;

export const start: Command = {
  summary: 'serve the gateway',
  help: () => `komet-graphql start [--port N] [--host NAME]

Serves GraphQL over a company's customers in Komet Sales, with GraphiQL for browsers.
Without KOMET_TOKEN it answers from an embedded twin of Komet with invented customers.

Options
  --port N     as PORT
  --host NAME  as HOST

Settings, from the environment (or a .env file in the current folder)
${settingsTable()}

Example
  KOMET_TOKEN=… komet-graphql start --port 4000
`,
  async run(args) {
    const options = readOptions(args, { port: { type: 'string' }, host: { type: 'string' } });
    const port = readWhole(options.port, '--port', { least: 0, most: 65_535 });
    loadEnvFile();
    const config = readConfig({
      ...process.env,
      ...(port !== undefined && { PORT: String(port) }),
      ...(options.host !== undefined && { HOST: options.host }),
    });
    // Node's diagnostic reports print the environment, and processes started from here would inherit it.
    for (const name of ['KOMET_TOKEN', 'GATEWAY_API_KEYS', 'STORE_URL']) delete process.env[name];
    // By default V8 lets a heap of 40 MB become 500 MB before it looks for garbage: room that a fleet pays for,
    // and pauses that callers see. `npm start` bounds the young generation too, and lets the first list in with
    // fewer looks, which only Node's arguments can.
    setFlagsFromString('--heap-growing-percent=40');
    await run(config);
  },
};

async function run(config: Config): Promise<void> {
  // Only here, so that --help and wrong settings need not wait for all of the gateway to load.
  const { startServer } = await import('../server.ts');
  const logger = createLogger(config.logLevel);
  const fail = (error: unknown) => {
    throw new CommandFailure(error instanceof Error ? error.message : String(error));
  };
  const tracing = config.tracing ? await trace(logger).catch(fail) : undefined;
  const running = await startServer(config, { logger, tracer: tracing?.tracer }).catch(fail);
  greet(running, config, logger);

  const stop = async (signal: string) => {
    if (!running.isReady()) process.exit(1);
    logger.info({ signal }, 'finishing what is under way; another signal ends it at once');
    setTimeout(() => process.exit(1), graceMs).unref();
    await running.close();
    await tracing?.shutdown();
    process.exit(0);
  };
  const die = (error: unknown) => {
    logger.fatal({ err: error }, 'unexpected error; the process ends');
    process.exit(1);
  };
  // A process that has lost track of itself must not go on half alive.
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  process.on('SIGTERM', (signal) => void stop(signal));
  process.on('SIGINT', (signal) => void stop(signal));
}

/** Its library is loaded where somebody wants it. */
async function trace(logger: Logger) {
  const { startTracing } = await import('../observe/tracing.ts');
  return startTracing(version(), logger);
}

/**
 * The first lines that a person reads; without a terminal one line for whatever collects the log, with the
 * same in it. Either is there at every level, so that whoever starts this can wait for it.
 */
function greet({ url, twin }: RunningServer, config: Config, logger: Logger): void {
  const { freshness, komet, store } = config;
  const source = twin
    ? `an embedded twin of Komet with ${twin.company.customers.length} invented customers, since KOMET_TOKEN is not set`
    : `${komet.baseUrl.href} with the token in KOMET_TOKEN`;
  const place = twin ? 'memory' : placeOf(store);
  if (!process.stdout.isTTY) {
    const maxStalenessMs = freshness.maxStalenessMs;
    const facts = { url: `${url}/graphql`, version: version(), customersFrom: source, keptIn: place };
    logger
      .child({}, { level: 'info' })
      .info({ ...facts, maxStalenessMs, dailyQuota: komet.dailyQuota }, 'listening');
    return;
  }
  process.stdout.write(`komet-graphql ${version()}

  GraphQL and GraphiQL   ${url}/graphql
  how it is doing        ${url}/status
  customers from         ${source}
  answers at most        ${inWords(freshness.maxStalenessMs)} old, within ${komet.dailyQuota} calls to Komet a day
  kept in                ${place}

`);
}

/** Without credentials. */
function placeOf(store: Config['store']): string {
  switch (store.kind) {
    case 'memory':
      return 'memory';
    case 'file':
      return store.folder;
    case 'redis':
      return `Redis at ${new URL(store.url).host}`;
  }
}

function inWords(ms: number): string {
  const [size, unit] =
    ms >= 3_600_000 ? [3_600_000, 'hours'] : ms >= 60_000 ? [60_000, 'minutes'] : [1_000, 'seconds'];
  return `${Number((ms / size).toFixed(1))} ${unit}`;
}

function settingsTable(): string {
  const widest = Math.max(...Object.keys(settings).map(({ length }) => length));
  return Object.entries(settings)
    .map(
      ([name, { help, default: value }]) => `  ${name.padEnd(widest)}  ${help}${value ? ` (${value})` : ''}`,
    )
    .join('\n');
}
