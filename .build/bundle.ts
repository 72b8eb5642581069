import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Puts the program and what it needs at every start into a few files in `dist/bin`: most of the time from start
 * to first answer is Node finding and reading hundreds of modules. The library stays as tsc builds it.
 */
const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist', 'bin');

/**
 * GraphiQL's page is 9 MB and loaded with the first browser that asks; OpenTelemetry's SDK is 40 MB, and there only
 * where somebody installed it.
 */
const external = [/^node:/, '@graphql-yoga/render-graphiql', '@opentelemetry/sdk-node'];

const bundle = await rolldown({ input: join(root, 'src', 'main.ts'), platform: 'node', external });
const { output } = await bundle.write({
  dir: folder,
  format: 'esm',
  minify: true,
  entryFileNames: 'main.js',
  chunkFileNames: '[name].js',
});
await bundle.close();

const modules = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
const packages = new Set(
  modules.flatMap((path) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
);
const notices = await Promise.all([...packages].sort().map(readNotice));
await writeFile(join(folder, 'NOTICES.txt'), notices.join(`\n${'-'.repeat(80)}\n`));

/** What the licence of a package that is within asks to be said. */
async function readNotice(path: string): Promise<string> {
  const { name, version, license } = JSON.parse(await readFile(join(path, 'package.json'), 'utf8')) as Record<
    string,
    string
  >;
  const file = (await readdir(path)).find((each) => /^licen[cs]e/i.test(each));
  const text = file ? await readFile(join(path, file), 'utf8') : '';
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
