import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type BrowserContextOptions, chromium, type LaunchOptions, type Page } from 'playwright-core';

/** A page with all that it loaded and complained about. */
export type WatchedPage = {
  readonly page: Page;
  /** Addresses of everything that was asked for, pictures, fonts and workers included. */
  readonly requests: readonly string[];
  /** Errors and warnings of the console, uncaught errors, loads that failed. */
  readonly complaints: readonly string[];
};

export type TestBrowser = {
  /** Opens an empty page in a profile of its own. */
  open(options?: BrowserContextOptions): Promise<WatchedPage>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Keeps the browser from talking to anybody on its own behalf. */
const silence = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/**
 * A browser that came with `npm ci`; or that of CHROMIUM_PATH; or, where the one of npm does not run, the
 * Chrome of this machine.
 */
export async function startBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ args: silence, ...(await findBrowser()) });
  return {
    async open(options) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
      return watch(await context.newPage());
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

function watch(page: Page): WatchedPage {
  const requests: string[] = [];
  const complaints: string[] = [];
  page.context().on('request', (request) => void requests.push(request.url()));
  page.on('requestfailed', (request) => {
    // A page may change its mind about a load; that is not a failure.
    const reason = request.failure()?.errorText ?? 'failed';
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${reason}: ${request.url().slice(0, 200)}`);
  });
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      complaints.push(`${message.type()}: ${message.text()}`);
  });
  return { page, requests, complaints };
}

async function findBrowser(): Promise<LaunchOptions> {
  const given = process.env['CHROMIUM_PATH'];
  if (given) return { executablePath: given };
  if (process.platform !== 'linux' || process.arch !== 'x64') return { channel: 'chrome' };
  const folder = await unpackBrowser();
  return {
    executablePath: join(folder, 'chromium'),
    env: {
      ...process.env,
      // Its own libraries and fonts, so that it runs, and looks the same, where the system has none.
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  };
}

/**
 * Unpacks @sparticuz/chromium once per version. It unpacks into the folder for temporary files and takes
 * what lies there for whole, so each process gives it a folder of its own; the first to finish wins.
 */
async function unpackBrowser(): Promise<string> {
  const packed = join(root, 'node_modules', '@sparticuz', 'chromium');
  const { version } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8')) as { version: string };
  const cache = join(root, 'node_modules', '.cache', 'komet-graphql');
  const folder = join(cache, `chromium-${version}`);
  if (await stat(folder).catch(() => undefined)) return folder;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(`${folder}.`);
  const script = `
    import chromium, { inflate } from '@sparticuz/chromium';
    await chromium.executablePath();
    await inflate(${JSON.stringify(join(packed, 'bin', 'al2023.tar.br'))});`;
  await run(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    env: { ...process.env, TMPDIR: draft },
  });
  await writeFile(join(draft, 'fonts.conf'), fontSettings(folder));
  await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  return folder;
}

/** The package's own settings look for its fonts in fixed places only. */
function fontSettings(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'font-cache')}</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;
}
