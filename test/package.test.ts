import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { post } from './harness/gateway.ts';
import { createFolder, runProgram, startProgram } from './harness/program.ts';

const root = join(import.meta.dirname, '..');
const run = promisify(execFile);

/** npm and what it starts use the Node that runs the tests; settings of an npm around them are not theirs. */
const env = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD)/i.test(name))),
  PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH']}`,
};

describe('the package', { timeout: 120_000 }, () => {
  let folder: Awaited<ReturnType<typeof createFolder>>;
  let tarball: string;
  let files: readonly string[];

  beforeAll(async () => {
    folder = await createFolder();
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder.path], {
      cwd: root,
      env,
    });
    const [packed] = JSON.parse(stdout) as { filename: string; files: { path: string }[] }[];
    if (!packed) throw new Error('npm packed nothing');
    tarball = join(folder.path, packed.filename);
    files = packed.files.map(({ path }) => path);
    await writeFile(join(folder.path, 'package.json'), '{ "private": true, "type": "module" }');
    const quick = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'];
    await run('npm', ['install', ...quick, tarball], { cwd: folder.path, env });
  }, 300_000);
  afterAll(() => folder[Symbol.asyncDispose]());

  test('holds the compiled library and its types, the program in a few files, and nothing else', async () => {
    const compiled: string[] = [];
    for await (const path of glob('{src,schema}/**/*.ts', { cwd: root })) {
      const name = `dist/${path.replaceAll('\\', '/').replace(/\.ts$/, '')}`;
      compiled.push(`${name}.js`, `${name}.d.ts`);
    }
    const bundled = files.filter((path) => /^dist\/bin\/[a-z-]+\.js$/.test(path));
    expect(bundled).toContain('dist/bin/main.js');
    expect(bundled.length).toBeLessThan(30);
    compiled.push(...bundled, 'dist/bin/NOTICES.txt');
    const besides = ['LICENSE', 'README.md', 'package.json'].filter((name) => existsSync(join(root, name)));
    expect([...files].sort()).toEqual([...compiled, ...besides].sort());
  });

  test('says whose code is within the program', async () => {
    const notices = await readFile(
      join(folder.path, 'node_modules', 'komet-graphql', 'dist', 'bin', 'NOTICES.txt'),
      'utf8',
    );
    for (const name of ['graphql-yoga', '@pothos/core', 'undici', 'zod', 'dataloader']) {
      expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\((MIT|ISC)\\)\n\n\\S`, 'm'));
    }
  });

  test('is put together as resolvers and bundlers expect it', async () => {
    const bytes = await readFile(tarball);
    const packed = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: packed as ArrayBuffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test('runs no script when it is installed', async () => {
    const installed = join(folder.path, 'node_modules', 'komet-graphql', 'package.json');
    const { scripts } = JSON.parse(await readFile(installed, 'utf8')) as { scripts: object };
    expect(Object.keys(scripts).filter((name) => /^(pre|post)?install$/.test(name))).toEqual([]);
  });

  test('installs a program that starts with npx and answers', async () => {
    await using program = startProgram(['--no', 'komet-graphql', 'start', '--port', '0'], {
      command: ['npx'],
      folder: folder.path,
      env: { PATH: env.PATH, HOME: folder.path },
    });
    const url = await program.printed(/(http:\/\/\S+\/graphql)/);
    expect(program.output).toContain('embedded twin');
    const { data } = await post(url, { query: '{ customerByCode(code: "def") { name } }' });
    expect(data).toEqual({ customerByCode: { name: 'DEF Retailer Best' } });
    const page = await fetch(url, { headers: { accept: 'text/html' } });
    expect(await page.text()).toContain('<title>komet-graphql</title>');
  });

  test('installs a program that helps, and exits 2 on wrong usage', async () => {
    const command = [join(folder.path, 'node_modules', '.bin', 'komet-graphql')] as const;
    const options = { command, env: { PATH: env.PATH }, folder: folder.path };
    const [help, version, wrong] = await Promise.all(
      ['--help', '--version', '--halp'].map((word) =>
        runProgram([word], { ...options, command: [...command] }),
      ),
    );
    expect(help).toMatchObject({ code: 0, output: expect.stringContaining('komet-graphql start') });
    const { version: expected } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(version).toMatchObject({ code: 0, output: `${expected}\n` });
    expect(wrong).toMatchObject({ code: 2, errors: expect.stringContaining('"--halp"') });
  });

  test('can be used as a library: gateway, stores, client and twin', async () => {
    await writeFile(
      join(folder.path, 'library.mjs'),
      `import { createGateway } from 'komet-graphql';
       import { createKometClient } from 'komet-graphql/client';
       import { createFileStore } from 'komet-graphql/store/file';
       import { createMemoryStore } from 'komet-graphql/store/memory';
       import { createRedisStore } from 'komet-graphql/store/redis';
       import { startTwin } from 'komet-graphql/twin';

       await using twin = await startTwin({ customers: 2 });
       const komet = { baseUrl: twin.url, token: 'any' };
       const query = encodeURIComponent('{ customer(id: "23423") { name } }');
       const away = await createRedisStore({ url: 'redis://127.0.0.1:1' });
       for (const store of [createMemoryStore(), await createFileStore('store'), away, undefined]) {
         const gateway = createGateway({ komet, store });
         const response = await gateway(new Request('http://localhost/graphql?query=' + query));
         console.log(await response.text());
         await gateway.dispose();
         await store?.close();
       }
       const client = createKometClient({ ...komet, baseUrl: new URL(twin.url), timeoutMs: 5000 });
       console.log((await client.listCustomers({ code: 'ABC' })).customers.length);
       await client.close();`,
    );
    const { stdout } = await run(process.execPath, ['library.mjs'], { cwd: folder.path, env });
    expect(stdout.trimEnd().split('\n')).toEqual([
      ...Array(4).fill('{"data":{"customer":{"name":"ABC Wholesale"}}}'),
      '1',
    ]);
  });

  test('has types that a program with strict settings compiles against', async () => {
    await writeFile(
      join(folder.path, 'consumer.ts'),
      `import { createGateway, type GatewayOptions } from 'komet-graphql';
       import { createKometClient } from 'komet-graphql/client';
       import { createFileStore } from 'komet-graphql/store/file';
       import { createMemoryStore } from 'komet-graphql/store/memory';
       import { createRedisStore } from 'komet-graphql/store/redis';
       import { startTwin } from 'komet-graphql/twin';

       export const options: GatewayOptions = { komet: { token: 'any' }, store: createMemoryStore() };
       export const answer: Promise<Response> = createGateway(options)(new Request('http://localhost/graphql'));
       export const other: GatewayOptions = { komet: { token: 'any' }, store: await createFileStore('.') };
       export const shared: GatewayOptions = {
         komet: { token: 'any' },
         store: await createRedisStore({ url: 'redis://localhost' }),
       };
       export const twin = await startTwin({ faults: ['slow'] });
       export const client = createKometClient({ baseUrl: new URL(twin.url), token: 'any', timeoutMs: 1 });
       export const list = await client.listCustomers({ code: 'ABC' });
       export const name: string | undefined = list.customers[0]?.name;

       // @ts-expect-error a store is more than that
       export const noStore: GatewayOptions = { komet: { token: 'any' }, store: { read: async () => undefined } };
       // @ts-expect-error there is no such fault
       export const noTwin = startTwin({ faults: ['flood'] });
       // @ts-expect-error ids are no numbers
       export const noList = client.listCustomers({ id: 23423 });`,
    );
    await writeFile(
      join(folder.path, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'es2024',
          lib: ['es2024', 'esnext.disposable'],
          strict: true,
          noEmit: true,
          skipLibCheck: false,
          types: ['node'],
          typeRoots: [join(root, 'node_modules', '@types')],
        },
        files: ['consumer.ts'],
      }),
    );
    const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const { stdout } = await run(process.execPath, [compiler, '-p', folder.path], { env }).catch(
      ({ stdout }: { stdout: string }) => ({ stdout }),
    );
    // Types of other packages are checked too, and are not ours to mend: GraphQL Yoga's lru-cache has such errors.
    const ours = stdout
      .split('\n')
      .filter((line) => /^\S.*(consumer\.ts|node_modules\/komet-graphql\/dist\/.*)\(/.test(line));
    expect(ours).toEqual([]);
  });
});
