import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, dirname, join } from 'node:path';
import { parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../schema/schema.ts';
import { startTwin } from '../src/twin/twin.ts';
import { findFreePort } from './harness/listening.ts';
import { type Block, readBlocks, toPattern } from './harness/pages.ts';
import { type Program, startProgram } from './harness/program.ts';
import { hasTools } from './harness/tools.ts';
import { until } from './harness/until.ts';

/**
 * Runs the pages as somebody would who copies each of their blocks: `sh` into a terminal (`sh server=PORT` into one
 * of its own, until another takes its port), `ts file=NAME` into a file, and what follows as `text` or `json`
 * is what must be printed. A block with `needs=TOOL` is left out, loudly, where the tool is not; one that is
 * `elsewhere=PLACE` is run there.
 */
const root = join(import.meta.dirname, '..');
const pages = ['README.md', ...(await readdir(join(root, 'docs'))).map((name) => `docs/${name}`)];
const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { scripts: object };
const languages = ['sh', 'ts', 'json', 'text', 'graphql', 'conf'];

describe.for(pages)('%s', (page) => {
  test('does what it says, block by block', { timeout: 180_000 }, async () => {
    await using reader = await startReader();
    let printed = '';
    let followed = 0;
    for (const block of await readBlocks(join(root, page))) {
      const at = `${page}:${block.line}`;
      expect(languages, at).toContain(block.language);
      const { needs, elsewhere } = readMarks(block.marks);
      if (elsewhere !== undefined) continue;
      if (needs !== undefined && !hasTools([needs], at)) continue;
      try {
        if (block.language === 'text' || block.language === 'json') {
          expect(printed).toMatch(toPattern(block.text));
        } else printed = await reader.follow(block);
      } catch (error) {
        throw new Error(`${at}:\n${block.text}\n${error}`, { cause: error });
      }
      followed += 1;
    }
    // What that page tells to run takes an hour.
    if (page !== 'docs/performance.md') expect(followed).toBeGreaterThan(2);
  });

  test('names scripts of npm that exist', async () => {
    const text = await readFile(join(root, page), 'utf8');
    for (const [, name = ''] of text.matchAll(/npm run ([\w:]+)/g))
      expect(Object.keys(scripts)).toContain(name);
  });

  test('leads to files and headings that exist', async () => {
    const text = await readFile(join(root, page), 'utf8');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(
      (found) => found[1] ?? found[2] ?? '',
    );
    expect(links.length).toBeGreaterThan(0);
    for (const link of links.filter((each) => !/^https?:/.test(each))) {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? join(root, page) : join(root, dirname(page), path);
      expect(existsSync(target), `${page}: ${link}`).toBe(true);
      if (heading === undefined) continue;
      expect(anchorsOf(await readFile(target, 'utf8')), `${page}: ${link}`).toContain(heading);
    }
  });
});

const anchorsOf = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

/** Somebody with a clone, a terminal or two, and a token for a twin of Komet. */
async function startReader() {
  const twin = await startTwin();
  // Below the clone, as packages are found from there.
  const output = join(root, 'test', 'output');
  await mkdir(output, { recursive: true });
  const folder = await mkdtemp(join(output, 'docs-'));
  await mkdir(join(folder, 'bin'));
  const program = `#!/bin/sh\nexec node ${join(root, 'src', 'main.ts')} "$@"\n`;
  await writeFile(join(folder, 'bin', 'komet-graphql'), program, { mode: 0o755 });
  const servers = new Map<string, Program>();
  const ports = new Map<string, string>();

  /** A free port in the place of one that a page names, the same one each time. */
  async function freePort(named: string): Promise<string> {
    const port = ports.get(named) ?? `${await findFreePort()}`;
    ports.set(named, port);
    return port;
  }

  async function withFreePorts(text: string): Promise<string> {
    for (const [, named = ''] of text.matchAll(/(?:localhost:|--port |listen\()(\d{4})\b/g)) {
      await freePort(named);
    }
    return text.replaceAll(/\b\d{4}\b/g, (number) => ports.get(number) ?? number);
  }

  async function start(script: string): Promise<Program> {
    const isInClone = /\bnpm (start|run)\b|\bnode src\//.test(script);
    return startProgram(['-c', `set -euo pipefail\n${script}`], {
      command: ['bash'],
      folder: isInClone ? root : folder,
      env: {
        PATH: [join(folder, 'bin'), join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter),
        HOME: folder,
        KOMET_BASE_URL: twin.url,
        PORT: await freePort('4000'),
        NODE_OPTIONS: `--import=${join(root, 'test', 'harness', 'as-installed.ts')}`,
      },
    });
  }

  async function serve(script: string, named: string): Promise<void> {
    await servers.get(named)?.[Symbol.asyncDispose]();
    const server = await start(script);
    servers.set(named, server);
    const port = Number(await freePort(named));
    let hasEnded = false;
    void server.ended.then(() => {
      hasEnded = true;
    });
    await until('the server listens', async () => hasEnded || (await isListening(port)), 60_000);
    if (hasEnded) throw new Error(`it ended:\n${server.output}${server.errors}`);
  }

  return {
    /** Does what a block says; what a command has printed, and nothing for others. */
    async follow({ language, marks, text }: Block): Promise<string> {
      if (language === 'graphql') expect(validate(schema, parse(text))).toEqual([]);
      // A clone that runs its tests is installed.
      const script = (await withFreePorts(text)).replace('npm ci && ', '');
      const { file, server } = readMarks(marks);
      if (file !== undefined) await writeFile(join(folder, file), script);
      if (language !== 'sh') return '';
      if (server !== undefined) {
        await serve(script, server);
        return '';
      }
      await using program = await start(script);
      const code = await program.ended;
      if (code !== 0) throw new Error(`exit ${code}\n${program.output}${program.errors}`);
      return program.output;
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers.values()) await server[Symbol.asyncDispose]();
      await twin[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const readMarks = (marks: readonly string[]): Readonly<Partial<Record<string, string>>> =>
  Object.fromEntries(marks.map((mark) => mark.split('=')));

const isListening = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, 'localhost');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
