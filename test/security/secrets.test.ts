import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type FaultName, faultDescriptions, startTwin } from '../../src/twin/twin.ts';
import { startCollector } from '../harness/collector.ts';
import { createFolder, type Program, runProgram, startProgram } from '../harness/program.ts';

/** Easily found, and with characters that each encoding writes otherwise. */
const canary = {
  token: 'Kanari/1+envogel=T&7%',
  key: 'Kanari/1+envogel=K&7%',
  vendor: 'Kanari-envogel-V',
};
const endpoint = /(http:\/\/\S+\/graphql)/;
const root = join(import.meta.dirname, '..', '..');

/** Every way in which a secret may be written, also as a part of something longer. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const once = encodeURIComponent(secret);
  const inBase64 = [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    // The characters at the ends depend on what stands beside.
    const middle = text.slice(shift === 0 ? 0 : 4, -4);
    return [middle, middle.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [
    secret,
    secret.toLowerCase(),
    once,
    encodeURIComponent(once),
    new URLSearchParams({ secret }).toString().slice('secret='.length),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString('hex'),
    ...inBase64,
  ];
}

const forms = Object.values(canary).flatMap(formsOf);

function expectNoSecret(where: string, text: string) {
  const found = forms.filter((form) => text.includes(form));
  expect({ where, found }).toEqual({ where, found: [] });
}

test('a secret is found however it is written', () => {
  for (const text of [
    `x${canary.token}y`,
    `/api/customer.list?${new URLSearchParams({ authenticationToken: canary.token })}`,
    Buffer.from(`x${canary.key}y`).toString('base64'),
    Buffer.from(`xy${canary.key}`).toString('base64url'),
    Buffer.from(canary.key).toString('hex'),
  ]) {
    expect(() => expectNoSecret('here', text)).toThrow();
  }
});

/** All that a client can see of an answer. */
async function readAll(url: string, init: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  return `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`;
}

const query = '{ customers { id name } kometStatus { lastError { code message } quota { used } } }';

function askInAllWays(url: string, headers: Record<string, string>): Promise<string[]> {
  const json = { 'content-type': 'application/json', ...headers };
  const post = (body: object, more: Record<string, string> = {}) =>
    readAll(url, { method: 'POST', headers: { ...json, ...more }, body: JSON.stringify(body) });
  return Promise.all([
    post({ query }),
    post({ query }, { 'x-komet-explain': '1', 'cache-control': 'no-cache' }),
    readAll(`${url}?query=${encodeURIComponent(query)}`, { headers: { ...headers, accept: '*/*' } }),
    post({ query: '{ customers(filter: { locationId: "7" }) { id } }' }),
    post({ query: '{ nonsense }' }),
    post({ query: '{' }),
    readAll(url, { method: 'POST', headers, body: 'x' }),
    readAll(url, { method: 'PUT', headers }),
  ]);
}

async function expectNoSecretIn(program: Program) {
  program.send('SIGTERM');
  await program.ended;
  expectNoSecret('standard output', program.output);
  expectNoSecret('standard error', program.errors);
}

describe('a Komet token and an API key', () => {
  const names = Object.keys(faultDescriptions) as FaultName[];

  test('are in no answer, no header, no log, metric, span, status page and file, however Komet fails', async () => {
    await using folder = await createFolder();
    await using collector = await startCollector();
    await using twin = await startTwin({ customers: 30 });
    await using program = startProgram(['start', '--port', '0'], {
      env: {
        KOMET_TOKEN_FROM: 'client',
        GATEWAY_API_KEYS: `web:${canary.key}`,
        GATEWAY_NEW_TOKENS: 'off',
        KOMET_BASE_URL: twin.url,
        KOMET_TIMEOUT: '400ms',
        STORE_URL: `file:${folder.path}`,
        LOG_LEVEL: 'trace',
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: `x-vendor-key=${canary.vendor}`,
      },
    });
    const url = await program.printed(endpoint);
    let seen = '';
    // A token for each, since one that has failed is left alone for a while.
    for (const name of [undefined, ...names]) {
      twin.faults.turnOff();
      if (name) twin.faults.turnOn(name, { delayMs: 100 });
      const headers = { authorization: `Bearer ${canary.key}`, 'x-komet-token': `${canary.token}${name}` };
      for (const text of await askInAllWays(url, headers)) {
        expectNoSecret(`an answer with ${name}`, text);
        seen += text;
      }
      const login = Buffer.from(`${canary.key}:${headers['x-komet-token']}`).toString('base64');
      const pages = await Promise.all([
        readAll(new URL('/status', url).href, { headers }),
        readAll(new URL('/status', url).href, {
          headers: { authorization: `Basic ${login}`, accept: 'text/html' },
        }),
        readAll(new URL('/metrics', url).href, { headers }),
      ]);
      for (const page of pages) {
        expect(page).toMatch(/^200 /);
        expectNoSecret(`a page with ${name}`, page);
      }
    }
    // Komet has said it to the gateway, and the gateway has passed on the rest of the sentence.
    expect(seen).toContain('[redacted]');
    expect(seen).toContain('customers');
    expect(new Set(twin.calls.map(({ outcome }) => outcome)).size).toBeGreaterThan(25);
    await expectNoSecretIn(program);
    expect(collector.spans.filter(({ name }) => name === 'GET customer.list').length).toBeGreaterThan(25);
    expectNoSecret('spans', collector.received.text);
    expect(collector.received.headers).toContain(canary.vendor);
    const files = await readdir(folder.path);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) {
      expectNoSecret(file, `${file} ${await readFile(join(folder.path, file), 'latin1')}`);
    }
  }, 90_000);

  test('are in no answer to who is turned away, nor in the log of it', async () => {
    await using twin = await startTwin({ customers: 2 });
    await using program = startProgram(['start', '--port', '0'], {
      env: {
        KOMET_TOKEN: canary.token,
        GATEWAY_API_KEYS: canary.key,
        KOMET_BASE_URL: twin.url,
        STORE_URL: 'memory:',
        LOG_LEVEL: 'trace',
      },
    });
    const url = await program.printed(endpoint);
    for (const authorization of [`Bearer ${canary.key}x`, `Basic ${canary.key}`, canary.key, 'Bearer none']) {
      for (const text of await askInAllWays(url, { authorization, 'x-komet-token': canary.token })) {
        expect(text).toMatch(/^4\d\d /);
        expectNoSecret('a refusal', text);
      }
    }
    await expectNoSecretIn(program);
  });

  test('are in no help, no complaint about settings and no complaint about a port', async () => {
    const env = { KOMET_TOKEN: canary.token, GATEWAY_API_KEYS: canary.key, STORE_URL: 'memory:' };
    await using twin = await startTwin();
    const runs = await Promise.all([
      runProgram(['start', '--help'], { env }),
      runProgram(['start'], { env: { ...env, PORT: '70000', LOG_LEVEL: 'loud' } }),
      runProgram(['start', '--port', '0'], { env: { ...env, KOMET_TOKEN: `${canary.token} x` } }),
      runProgram(['start', '--port', '0'], { env: { ...env, GATEWAY_API_KEYS: `${canary.key},short` } }),
      runProgram(['start', '--port', '0', '--host', '0.0.0.0'], {
        env: { ...env, GATEWAY_API_KEYS: '', STORE_URL: 'memory:' },
      }),
      runProgram(['start', '--host', '127.0.0.1', '--port', `${twin.port}`], { env }),
      runProgram(['start', '--port', '0'], { env: { ...env, STORE_URL: `redis+${canary.key}:` } }),
      runProgram(['start', '--port', '0'], {
        env: { ...env, GATEWAY_JWKS_URL: `http://me:${encodeURIComponent(canary.key)}@id.example` },
      }),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([0, 2, 2, 2, 2, 1, 2, 2]);
    for (const { output, errors } of runs) expectNoSecret('what it printed', output + errors);
  });

  test("are not in Node's diagnostic report, which prints the environment", async () => {
    await using folder = await createFolder();
    await using program = startProgram(['start', '--port', '0'], {
      folder: folder.path,
      env: {
        KOMET_TOKEN: canary.token,
        GATEWAY_API_KEYS: canary.key,
        KOMET_BASE_URL: 'http://127.0.0.1:9/api',
        STORE_URL: 'memory:',
        LOG_LEVEL: 'trace',
      },
      command: [
        process.execPath,
        '--report-on-signal',
        `--report-directory=${folder.path}`,
        join(root, 'src', 'main.ts'),
      ],
    });
    await program.printed(endpoint);
    program.send('SIGUSR2');
    await expect.poll(() => /Node\.js report completed/.test(program.errors), { timeout: 10_000 }).toBe(true);
    const [report = ''] = (await readdir(folder.path)).filter((file) => file.endsWith('.json'));
    const text = await readFile(join(folder.path, report), 'utf8');
    expect(text).toContain('"LOG_LEVEL": "trace"');
    expectNoSecret('the report', text);
    await expectNoSecretIn(program);
  });

  test('are in no error that the client throws, in no depth of it, nor in what Node prints of one', async () => {
    await using twin = await startTwin({ customers: 3 });
    const client = pathToFileURL(join(root, 'src', 'komet', 'client.ts'));
    const script = `
      import { inspect } from 'node:util';
      import { createKometClient } from '${client}';
      const [url, token, calls] = process.argv.slice(1);
      const show = (error) => console.log(
        inspect(error, { depth: 20, showHidden: true, getters: true }), JSON.stringify(error), error.stack);
      const create = (baseUrl) => createKometClient({ token, timeoutMs: 300, baseUrl: new URL(baseUrl) });
      const client = create(url);
      for (let call = 0; call < Number(calls); call++) await client.listCustomers({ name: 'rose' }).catch(show);
      await client.destroy();
      await client.listCustomers({}).catch(show);
      const nowhere = create('http://127.0.0.1:9/api');
      await nowhere.listCustomers({}, { signal: AbortSignal.abort() }).catch(show);
      await nowhere.listCustomers({});
    `;
    for (const name of names) twin.faults.next(name, { delayMs: 20 });
    const { code, output, errors } = await runProgram([twin.url, canary.token, `${names.length}`], {
      command: [process.execPath, '--input-type=module', '--eval', script],
    });
    expect(code).toBe(1);
    expect(errors).toMatch(/KometError: The connection to Komet failed/);
    expect(output.match(/KometError/g)?.length).toBeGreaterThan(40);
    expect(output).toContain('[redacted]');
    expectNoSecret('what was printed', output + errors);
  });
});
