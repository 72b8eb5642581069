import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';
import { describe, expect, test } from 'vitest';
import { schema } from '../schema/schema.ts';
import { startTwin } from '../src/twin/twin.ts';
import { post, startGateway } from './harness/gateway.ts';
import { createFolder, runProgram, startProgram } from './harness/program.ts';

const endpoint = /(http:\/\/\S+\/graphql)/;
const names = '{ customers { name } }';

describe('komet-graphql', () => {
  test('--help lists commands, and each has a help of its own with an example', async () => {
    const { code, output } = await runProgram(['--help']);
    expect(code).toBe(0);
    const commands = [...output.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => `${name}`);
    expect(commands).toEqual(expect.arrayContaining(['start', 'twin', 'schema']));
    const helps = await Promise.all(commands.map((name) => runProgram([name, '--help'])));
    for (const [index, name] of commands.entries()) {
      const help = helps[index];
      expect(help).toMatchObject({ code: 0, errors: '' });
      expect(help?.output).toMatch(new RegExp(`^komet-graphql ${name}\\b`));
      expect(help?.output).toMatch(new RegExp(`^Example\n {2}.*komet-graphql ${name}`, 'm'));
    }
  });

  test('--version prints that of the package', async () => {
    expect(await runProgram(['--version'])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  test.for([
    [[], 'which command?'],
    [['strat'], 'there is no command "strat"'],
    [['constructor'], 'there is no command "constructor"'],
    [['start', 'now'], "Unexpected argument 'now'"],
    [['start', '--prot', '1'], "Unknown option '--prot'"],
    [['start', '--port'], "'--port <value>' argument missing"],
    [['start', '--port', '65536'], '--port wants a whole number from 0 to 65535; got "65536"'],
    [['start', '--port', '4e3'], '--port wants a whole number from 0 to 65535; got "4e3"'],
    [['twin', '--customers', '-1'], '--customers'],
    [['twin', '--customers=-1'], '--customers wants a whole number from 0 to 2000000; got "-1"'],
    [['twin', '--profile', 'v8'], '--profile wants one of current, v9'],
    [['twin', '--fault', 'flood'], '--fault does not know "flood"; it knows slow, error-500,'],
    [['schema', '--format', 'xml'], '--format wants one of graphql'],
  ] as const)('%j is wrong usage: one line that says what, and exit code 2', async ([args, words]) => {
    const { code, output, errors } = await runProgram(args);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toContain(words);
    expect(errors).toMatch(/^komet-graphql: .+\nSee komet-graphql --help\.\n$/);
  });
});

describe('start', () => {
  test('without a token says in its first lines that a twin answers, and answers', async () => {
    await using program = startProgram(['start', '--port', '0']);
    const url = await program.printed(endpoint);
    expect(program.output.split('\n').slice(0, 5).join('\n')).toMatch(
      /embedded twin of Komet with 500 invented customers, since KOMET_TOKEN is not set/,
    );
    const { data } = await post(url, { query: '{ customerByCode(code: "abc") { name } }' });
    expect(data).toEqual({ customerByCode: { name: 'ABC Wholesale' } });
  });

  test('with a token asks the Komet that it is told, and never prints the token', async () => {
    await using twin = await startTwin({ customers: 2 });
    await using program = startProgram(['start', '--port', '0'], {
      env: {
        KOMET_TOKEN: 'a-secret-of-ours',
        KOMET_BASE_URL: twin.url,
        STORE_URL: 'memory:',
        LOG_LEVEL: 'trace',
      },
    });
    const { data } = await post(await program.printed(endpoint), { query: names });
    expect(data.customers).toEqual([{ name: 'ABC Wholesale' }, { name: 'DEF Retailer Best' }]);
    expect(twin.calls).toHaveLength(1);
    program.send('SIGTERM');
    expect(await program.ended).toBe(0);
    expect(program.output).toContain(twin.url);
    expect(program.output + program.errors).not.toContain('a-secret-of-ours');
  });

  test('keeps what it knows in STORE_URL, so that a restart costs no call', async () => {
    await using folder = await createFolder();
    await using twin = await startTwin({ customers: 2 });
    const env = { KOMET_TOKEN: 'any', KOMET_BASE_URL: twin.url, STORE_URL: `file:${folder.path}` };
    for (const _start of ['first', 'second']) {
      await using program = startProgram(['start', '--port', '0'], { env });
      const { data } = await post(await program.printed(endpoint), { query: names });
      expect(data.customers).toHaveLength(2);
      program.send('SIGTERM');
      expect(await program.ended).toBe(0);
    }
    expect(twin.calls).toHaveLength(1);
  });

  test('listens where --host and --port say, which win over HOST and PORT', async () => {
    await using program = startProgram(['start', '--host=127.0.0.1', '--port=0'], {
      env: { HOST: 'no.such.host.invalid', PORT: '1' },
    });
    expect(await program.printed(endpoint)).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/graphql$/);
  });

  test('answers from memory where Redis cannot be reached, says so once and names no password', async () => {
    await using twin = await startTwin({ customers: 2 });
    await using program = startProgram(['start', '--port', '0'], {
      env: {
        KOMET_TOKEN: 'any',
        KOMET_BASE_URL: twin.url,
        STORE_URL: 'redis://user:secret-of-redis@127.0.0.1:1/2',
      },
    });
    const url = await program.printed(/(http:\/\/\S+\/graphql)/);
    for (let turn = 0; turn < 2; turn++) {
      const { data } = await post(url, { query: '{ customer(id: "23423") { name } }' });
      expect(data).toEqual({ customer: { name: 'ABC Wholesale' } });
    }
    expect(twin.calls).toHaveLength(1);
    expect(program.output).toContain('Redis at 127.0.0.1:1');
    expect(program.output.split('Redis cannot be used')).toHaveLength(2);
    expect(program.output + program.errors).not.toContain('secret-of-redis');
  });

  test('reads .env in the current folder; variables that are set win over it', async () => {
    await using folder = await createFolder();
    await writeFile(join(folder.path, '.env'), 'PORT=0\nHOST=127.0.0.1\nKOMET_MAX_STALENESS=90s\n');
    await using program = startProgram(['start'], {
      folder: folder.path,
      env: { KOMET_MAX_STALENESS: '2h' },
    });
    expect(await program.printed(endpoint)).toContain('http://127.0.0.1:');
    expect(program.output).toContain('"maxStalenessMs":7200000');
  });

  test('lists every wrong setting at once, with no value of a secret, and exits 2', async () => {
    const { code, output, errors } = await runProgram(['start'], {
      env: {
        PORT: '70000',
        KOMET_TOKEN: 'swordfish with blanks',
        KOMET_BASE_URL: 'https://user:swordfish@api.example/?authenticationToken=swordfish',
        KOMET_MAX_STALENESS: '5 minutes',
        KOMET_TIMEOUT: '-1s',
        KOMET_DAILY_QUOTA: '0',
        LOG_LEVEL: 'loud',
        STORE_URL: 'mysql://root:swordfish@db/x',
      },
    });
    expect({ code, output }).toEqual({ code: 2, output: '' });
    const [heading, ...problems] = errors.trimEnd().split('\n');
    expect(heading).toBe('These settings cannot be used:');
    expect(problems.map((line) => line.trim().split(' ')[0]).sort()).toEqual([
      'KOMET_BASE_URL',
      'KOMET_DAILY_QUOTA',
      'KOMET_MAX_STALENESS',
      'KOMET_TIMEOUT',
      'KOMET_TOKEN',
      'LOG_LEVEL',
      'PORT',
      'STORE_URL',
    ]);
    expect(errors).not.toContain('swordfish');
  });

  test.for(['http://api.kometsales.com/api', 'http://10.0.0.7/api', 'http://localhost.evil.example/api'])(
    'refuses to send the token to %s in the clear',
    async (url) => {
      const { code, errors } = await runProgram(['start'], {
        env: { KOMET_TOKEN: 'any', KOMET_BASE_URL: url, PORT: '0' },
      });
      expect(code).toBe(2);
      expect(errors).toContain('KOMET_BASE_URL must begin with https:');
    },
  );

  test('says in one line that its port is taken, and exits 1', async () => {
    await using other = await startGateway();
    const { port } = new URL(other.url);
    const { code, output, errors } = await runProgram(['start', '--host', '127.0.0.1', '--port', port]);
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toBe(
      `Port ${port} on 127.0.0.1 is taken. Stop what uses it, or choose another with PORT or --port.\n`,
    );
  });

  test('says in one line that its host is not known, and exits 1', async () => {
    const { code, errors } = await runProgram(['start', '--host', '192.0.2.1', '--port', '0']);
    expect(code).toBe(1);
    expect(errors).toBe('This machine has no address 192.0.2.1. Set HOST or --host to one of its own.\n');
  });

  test('says in one line that its store cannot be written, and exits 1', async () => {
    await using folder = await createFolder();
    await writeFile(join(folder.path, 'a-file'), '');
    const { code, output, errors } = await runProgram(['start', '--port', '0'], {
      env: { KOMET_TOKEN: 'any', STORE_URL: `file:${folder.path}/a-file/store` },
    });
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors).toMatch(
      /^The store folder .*\/a-file\/store cannot be written to \(\w+\)\. Set STORE_URL .+\n$/,
    );
  });

  test.for(['SIGTERM', 'SIGINT'] as const)(
    'lets a running request finish on %s and exits 0',
    async (signal) => {
      await using twin = await startTwin({ customers: 2, latencyMs: 400 });
      await using program = startProgram(['start', '--port', '0'], {
        env: { KOMET_TOKEN: 'any', KOMET_BASE_URL: twin.url, STORE_URL: 'memory:' },
      });
      const answer = post(await program.printed(endpoint), { query: names });
      await expect.poll(() => twin.calls.length).toBe(1);
      program.send(signal);
      expect((await answer).data.customers).toHaveLength(2);
      expect(await program.ended).toBe(0);
      expect(program.errors).toBe('');
    },
  );
});

describe('twin', () => {
  const place = /(http:\/\/\S+\/customer\.list)/;
  const ask = (url: string, query = '') => fetch(`${url}?authenticationToken=any${query}`);

  test('serves invented customers as its options say', async () => {
    await using program = startProgram([
      'twin',
      '--port',
      '0',
      '--customers',
      '7',
      '--quota',
      '2',
      '--seed',
      '9',
    ]);
    const url = await program.printed(place);
    expect(program.output).toContain('7 invented customers');
    const first = (await (await ask(url, '&includeInactive=1')).json()) as { customers: unknown[] };
    expect(first.customers).toHaveLength(7);
    await ask(url);
    expect(await (await ask(url)).text()).toMatch(/limit|quota/i);
    program.send('SIGTERM');
    expect(await program.ended).toBe(0);
  });

  test('invents the same customers for the same seed and others for another', async () => {
    const customersOf = async (seed: string) => {
      await using program = startProgram(['twin', '--port', '0', '--customers', '9', '--seed', seed]);
      return (await ask(await program.printed(place))).text();
    };
    const [one, same, other] = await Promise.all(['1', '1', '2'].map(customersOf));
    expect(one).toBe(same);
    expect(one).not.toBe(other);
  });

  test('imitates version 9 with --profile v9', async () => {
    await using program = startProgram(['twin', '--port', '0', '--profile', 'v9', '--customers', '2']);
    const body = await (await ask(await program.printed(place))).text();
    expect(body).toContain('ABC Wholesale');
    expect(body).not.toContain('updatedOn');
  });

  test('takes its time with --latency', async () => {
    await using program = startProgram(['twin', '--port', '0', '--latency', '300']);
    const url = await program.printed(place);
    const started = performance.now();
    await (await ask(url)).text();
    expect(performance.now() - started).toBeGreaterThanOrEqual(290);
  });

  test.for([
    ['--fault', 'error-503', 'set-cookie'],
    ['--fault', 'error-503', '--fault=set-cookie'],
  ])('is faulty as told by %j, and a gateway before it says so', async (faults) => {
    await using program = startProgram(['twin', ...faults, '--port', '0']);
    const url = await program.printed(place);
    expect((await ask(url)).status).toBe(503);
    await using gateway = await startGateway({ settings: { KOMET_BASE_URL: new URL('.', url).href } });
    const { errors } = await gateway.query(names);
    expect(errors).toMatchObject([{ extensions: { code: 'KOMET_UNAVAILABLE' } }]);
  });

  test('says in one line that its port is taken, and exits 1', async () => {
    await using other = await startTwin();
    const { code, errors } = await runProgram(['twin', '--host', '127.0.0.1', '--port', `${other.port}`]);
    expect(code).toBe(1);
    expect(errors).toBe(`Port ${other.port} on 127.0.0.1 is taken. Choose another with --port.\n`);
  });
});

describe('schema', () => {
  test('prints the SDL of the graph, descriptions included', async () => {
    const { code, output, errors } = await runProgram(['schema']);
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(printSchema(lexicographicSortSchema(buildSchema(output)))).toBe(
      printSchema(lexicographicSortSchema(schema)),
    );
    expect((await runProgram(['schema', '--format', 'graphql'])).output).toBe(output);
  });
});
