import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { type Config, ConfigError, readConfig } from '../config.ts';
import type { Report } from '../doctor/doctor.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { loadEnvFile } from './env-file.ts';
import { type Command, CommandFailure, readOptions, UsageError } from './usage.ts';

export const doctor: Command = {
  summary: 'find out with at most 8 calls what the Komet endpoint really does',
  help: () => `komet-graphql doctor [--yes] [--save] [--json]

Asks the endpoint in KOMET_BASE_URL, with the token in KOMET_TOKEN, at most 8 questions and says where it
does something else than the gateway takes it to do: how LIKE, includeInactive and updateAsOf are meant,
which fields and types there are, how large and slow the list is. The calls count in the gateway's quota
ledger in STORE_URL.

Options
  --yes   make the calls without asking first
  --save  keep what was found in STORE_URL: from its next start on the gateway asks this endpoint accordingly
  --json  print the report for machines

Exits 1 when the gateway would answer wrongly, 2 on wrong usage.

Example
  KOMET_TOKEN=… komet-graphql doctor --save
`,
  async run(args) {
    const options = readOptions(args, {
      yes: { type: 'boolean' },
      save: { type: 'boolean' },
      json: { type: 'boolean' },
    });
    loadEnvFile();
    const config = readConfig(process.env);
    const { token } = config.komet;
    if (token === undefined) {
      throw new ConfigError(
        'KOMET_TOKEN is not set, and doctor asks Komet with it. Set it in the environment or in .env.',
      );
    }
    if (options.save && config.store.kind === 'memory') {
      throw new UsageError('--save needs a STORE_URL that outlives this command; it is memory:');
    }
    const asked = { ...config, komet: { ...config.komet, token } };
    if (!(await isAgreed(asked, options.yes ?? false))) throw new CommandFailure('Nothing was asked.');
    await withStore(asked, (store) => run(asked, store, options));
  },
};

type AskedConfig = Config & { readonly komet: { readonly token: string } };

/** Says on standard error what it will cost, before anything is spent. */
async function isAgreed({ komet, store }: AskedConfig, yes: boolean): Promise<boolean> {
  const { mostCalls } = await import('../doctor/interview.ts');
  const place = store.kind === 'file' ? `, counted in ${store.folder}` : '';
  process.stderr.write(
    `This makes at most ${mostCalls} calls of ${komet.baseUrl.href.replace(/\/+$/, '')}/customer.list${place}.\n`,
  );
  if (yes) return true;
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new UsageError('there is no terminal to ask whether to go on; agree with --yes');
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Ctrl-C and Ctrl-D close it; some versions of Node then reject, others never answer.
  const closed = once(terminal, 'close').then(() => '\n');
  const answer = terminal.question('Go on? [y/N] ').catch(() => '\n');
  try {
    return /^\s*y(es)?\s*$/i.test(await Promise.race([answer, closed]));
  } finally {
    terminal.close();
  }
}

async function withStore(config: AskedConfig, work: (store: Store) => Promise<void>): Promise<void> {
  const store = await openStore(config.store, () => {}).catch((error: unknown) => {
    throw new CommandFailure(error instanceof Error ? error.message : String(error));
  });
  try {
    await work(store);
  } finally {
    await store.close();
  }
}

async function run(
  { komet }: AskedConfig,
  store: Store,
  { save = false, json = false }: { readonly save?: boolean; readonly json?: boolean },
): Promise<void> {
  const { examineEndpoint } = await import('../doctor/doctor.ts');
  const { printReport } = await import('../doctor/print-report.ts');
  const progress = createProgress();
  const report = await examineEndpoint({ komet, store, save, onAsk: progress.show }).finally(progress.clear);
  process.stdout.write(json ? printJson(report) : printReport(report, process.stdout));
  if (!report.isFit) process.exitCode = 1;
}

/** Komet's words are in it, and must not steer a terminal. */
function printJson(report: Report): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(report, null, 2).replace(/[\u007f-\u009f]/g, escaped)}\n`;
}

/** One line on a terminal that says which call is under way. */
function createProgress() {
  const { stderr } = process;
  const write = (text: string) => void (stderr.isTTY && stderr.write(`\r\u001b[K${text}`));
  return { show: (call: number) => write(`Call ${call} …`), clear: () => write('') };
}
