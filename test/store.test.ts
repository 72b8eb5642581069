import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { createArchive } from '../src/customers/archive.ts';
import { startServer } from '../src/server.ts';
import { createFileStore } from '../src/store/file-store.ts';
import { seal } from '../src/store/seal.ts';
import { startTwin } from '../src/twin/twin.ts';
import { createClock, post } from './harness/gateway.ts';

const minute = 60_000;
const token = 'a-token-of-some-length';
const all = '{ customers(filter: { includeInactive: true }) { id name updatedOn } }';

async function makeFolder() {
  const path = await mkdtemp(join(tmpdir(), 'komet-store-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** A twin, a clock and a folder that outlive the gateways started on them. */
async function startHouse() {
  const folder = await makeFolder();
  const clock = createClock();
  const twin = await startTwin({ customers: 300, now: clock.now });
  const logged: { msg: string; file?: string; reason?: string }[] = [];
  /** Lines about stored files; Komet's failures have lines of their own. */
  const keep = (line: { msg: string; file?: string }) => line.file !== undefined && logged.push(line);
  const logger = pino({ level: 'warn' }, { write: (line: string) => void keep(JSON.parse(line)) });

  async function start(changed: Record<string, string> = {}) {
    const config = readConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      KOMET_TOKEN: token,
      KOMET_BASE_URL: twin.url,
      STORE_URL: `file:${folder.path}`,
      ...changed,
    });
    const server = await startServer(config, { logger, now: clock.now });
    return {
      ask: (query = all) => post(`${server.url}/graphql`, { query }, { 'x-komet-explain': '1' }),
      [Symbol.asyncDispose]: server.close,
    };
  }

  /** One life of a gateway that answers one query. */
  async function answerOnce(changed: Record<string, string> = {}) {
    await using gateway = await start(changed);
    return await gateway.ask();
  }

  const fileOf = async (kind: string) => {
    const names = await readdir(folder.path);
    const name = names.find((each) => each.endsWith(`.${kind}`)) ?? '';
    return { name, path: join(folder.path, name) };
  };

  return {
    clock,
    twin,
    logged,
    folder: folder.path,
    start,
    answerOnce,
    fileOf,
    async [Symbol.asyncDispose]() {
      await twin.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe('a restart', () => {
  test('answers its first query from disk, without a call, while the promise holds', async () => {
    await using house = await startHouse();
    const first = await house.answerOnce();
    house.clock.advance(4 * minute);
    const second = await house.answerOnce();
    expect(second.data).toEqual(first.data);
    expect(second.headers.get('age')).toBe('240');
    expect(second.extensions?.['komet']).toMatchObject({ upstreamCalls: 0, source: 'snapshot' });
    expect(house.twin.calls).toHaveLength(1);
  });

  test('reads only what changed once the promise is used up', async () => {
    await using house = await startHouse();
    await house.answerOnce();
    house.clock.advance(10 * minute);
    house.twin.company.update('23423', { name: 'Renamed' });
    const { data } = await house.answerOnce();
    expect(data.customers).toContainEqual(expect.objectContaining({ id: '23423', name: 'Renamed' }));
    expect(house.twin.calls.map(({ parameters }) => 'updateAsOf' in parameters)).toEqual([false, true]);
  });

  test('keeps what the last sync saw although no row had changed', async () => {
    await using house = await startHouse();
    {
      await using gateway = await house.start();
      await gateway.ask();
      house.clock.advance(10 * minute);
      await gateway.ask();
    }
    house.clock.advance(4 * minute);
    expect((await house.answerOnce()).headers.get('age')).toBe('240');
    expect(house.twin.calls).toHaveLength(2);
  });

  test('answers from disk while Komet is down', async () => {
    await using house = await startHouse();
    const first = await house.answerOnce();
    house.twin.faults.turnOn('reset');
    house.clock.advance(20 * 60 * minute);
    const second = await house.answerOnce();
    expect(second.data).toEqual(first.data);
    expect(second.extensions?.['komet']).toMatchObject({ source: 'stale' });
  });

  test('knows nothing of what another token or another Komet has', async () => {
    await using house = await startHouse();
    await house.answerOnce();
    await house.answerOnce({ KOMET_TOKEN: 'another-token' });
    await house.answerOnce({ KOMET_BASE_URL: house.twin.url.replace('127.0.0.1', 'localhost') });
    expect(house.twin.calls).toHaveLength(3);
    expect(house.logged).toEqual([]);
  });
});

describe('a stored file', () => {
  test('holds neither token nor customers, and nobody else may read it', async () => {
    await using house = await startHouse();
    house.twin.company.add({ name: 'Unmistakable Orchids', code: 'UNMISTAKE' });
    await house.answerOnce();
    house.twin.faults.turnOn('echo-token');
    house.clock.advance(10 * minute);
    await house.answerOnce();
    const names = await readdir(house.folder);
    expect(names.map((name) => name.split('.')[1]?.split('-')[0]).sort()).toEqual([
      'block',
      'calls',
      'head',
      'snapshot',
    ]);
    for (const name of names) {
      const path = join(house.folder, name);
      const text = `${name} ${(await readFile(path)).toString('latin1')}`;
      for (const secret of [token, 'Unmistakable', 'UNMISTAKE', 'Petals', 'customers', '127.0.0.1']) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, -2));
      }
      expect((await stat(path)).mode & 0o077).toBe(0);
    }
  });

  const damages: [string, (path: string, name: string) => Promise<void>][] = [
    ['is empty', (path) => writeFile(path, '')],
    ['is cut off', async (path) => writeFile(path, (await readFile(path)).subarray(0, -5))],
    [
      'has one bit changed',
      async (path) => {
        const bytes = await readFile(path);
        const at = bytes.length - 3;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        await writeFile(path, bytes);
      },
    ],
    [
      'is something else',
      (path) => writeFile(path, 'PNG\r\n and so on, long enough to be looked at. '.repeat(9)),
    ],
    [
      'has the mark of an older format',
      async (path) =>
        writeFile(path, Buffer.concat([Buffer.from('KGS0'), (await readFile(path)).subarray(4)])),
    ],
    [
      'is sealed well but of an older content',
      async (path, name) => writeFile(path, await seal(token, name, ['{"format":0,"rows":[]}'])),
    ],
    ['is sealed by another token', async (path, name) => writeFile(path, await seal('else', name, ['{}']))],
    ['is sealed under another name', async (path) => writeFile(path, await seal(token, 'else', ['{}']))],
  ];

  test.each(damages)(
    'that %s is set aside with one line in the log, and reading goes on',
    async (_what, damage) => {
      for (const kind of ['snapshot', 'head', 'block']) {
        await using house = await startHouse();
        const { data } = await house.answerOnce();
        if (kind === 'block') {
          house.twin.faults.next('error-500');
          house.clock.advance(6 * minute);
          await house.answerOnce();
        }
        const { name, path } = await house.fileOf(kind);
        await damage(path, name);
        const after = await house.answerOnce();
        expect(after.data).toEqual(data);
        expect(house.logged).toMatchObject([{ msg: expect.stringContaining('set aside'), file: name }]);
        expect(await readdir(house.folder)).toContain(`${name}.set-aside`);
        expect((await house.answerOnce()).data).toEqual(data);
        expect(house.logged).toHaveLength(1);
        expect(JSON.stringify(house.logged)).not.toContain(token);
      }
    },
  );

  test('that cannot be read costs a call and nothing else', async () => {
    await using house = await startHouse();
    const { data } = await house.answerOnce();
    const { path } = await house.fileOf('snapshot');
    await rename(path, `${path}.moved`);
    await mkdir(path);
    expect((await house.answerOnce()).data).toEqual(data);
    expect(house.logged[0]).toMatchObject({ msg: 'a stored file cannot be read' });
    expect(house.twin.calls).toHaveLength(2);
  });
});

describe('stores in one folder', () => {
  test('do not disturb each other, however often one is opened while another writes', async () => {
    await using folder = await makeFolder();
    const stores = await Promise.all(Array.from({ length: 4 }, () => createFileStore(folder.path)));
    const blobOf = (index: number) => Buffer.alloc(50_000, index);
    await Promise.all(
      Array.from({ length: 80 }, async (_, index) => {
        if (index % 4 === 0) await createFileStore(folder.path);
        await stores[index % 4]?.write('blob', blobOf(index));
      }),
    );
    const left = await stores[0]?.read('blob');
    expect(left).toHaveLength(50_000);
    expect(new Set(left).size).toBe(1);
    expect(await readdir(folder.path)).toEqual(['blob']);
  });
});

describe('kill -9', () => {
  const kills = 200;

  test(`at ${kills} random moments leaves a complete snapshot each time, and no scraps`, async () => {
    const lanes = await Promise.all([killAgainAndAgain(kills / 2), killAgainAndAgain(kills / 2)]);
    const interrupted = lanes.reduce((sum, each) => sum + each, 0);
    // Else the kills all fell between two writes and have shown nothing.
    expect(interrupted).toBeGreaterThan(kills / 20);
  }, 240_000);
});

/** How many of the kills left a draft behind. */
async function killAgainAndAgain(kills: number): Promise<number> {
  await using folder = await makeFolder();
  await using compiled = await makeFolder();
  let last = 0;
  let interrupted = 0;
  for (let count = 0; count < kills; count++) {
    const saved = await writeUntilKilled(folder.path, last + 1, compiled.path);
    if ((await readdir(folder.path)).some((name) => name.endsWith('.draft'))) interrupted++;
    const log = (event: string) => expect.unreachable(event);
    const store = await createFileStore(folder.path);
    const state = await createArchive({ store, token: 'token', name: 'tenant', log }).loadState();
    last = state?.asOf ?? 0;
    expect(last).toBeGreaterThanOrEqual(saved);
    expect(state?.snapshot.version).toBe(`version-${last}`);
    expect(state?.snapshot.customers).toHaveLength(800);
    expect(new Set(state?.snapshot.customers.map(({ name }) => name))).toEqual(new Set([`${last}`]));
    expect((await readdir(folder.path)).sort()).toEqual(['tenant.head', 'tenant.snapshot']);
  }
  return interrupted;
}

/** The number of the last snapshot that the writer said was saved. */
async function writeUntilKilled(folder: string, start: number, compiled: string): Promise<number> {
  const script = join(import.meta.dirname, 'harness', 'write-forever.ts');
  const child = spawn(process.execPath, [script, folder, `${start}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
  });
  const exited = once(child, 'exit');
  let saved = 0;
  const lines = createInterface(child.stdout).on('line', (line) => {
    saved = Number(line);
  });
  await once(lines, 'line');
  await wait(Math.random() * 30);
  child.kill('SIGKILL');
  await exited;
  return saved;
}
