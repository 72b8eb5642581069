import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from './store.ts';

/**
 * Keeps blobs and counters as files in one folder, readable by their owner only.
 *
 * A blob is written beside its place and renamed into it. A counter is a file that grows by one byte for
 * each increment: appending is atomic, also between processes, and no kill can leave half a number. Within a
 * process increments take turns; two processes at the same moment may both be told the larger value.
 *
 * @throws {Error} with a plain sentence, when the folder cannot be written to
 */
export async function createFileStore(folder: string): Promise<Store> {
  await assertWritable(folder);
  const pathOf = (name: string) => join(folder, name);
  let counting: Promise<unknown> = Promise.resolve();

  async function append(name: string, by: number, known: number): Promise<number> {
    const file = await open(pathOf(name), 'a', 0o600);
    try {
      const lost = known === 0 ? 0 : Math.max(0, known - (await file.stat()).size);
      await file.appendFile('+'.repeat(lost + by));
      return (await file.stat()).size;
    } finally {
      await file.close();
    }
  }

  return {
    outlivesProcess: true,
    read: (name) => readIfPresent(pathOf(name)),
    async write(name, blob) {
      const draft = draftOf(pathOf(name));
      try {
        await writeDurably(draft, blob);
        await rename(draft, pathOf(name));
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    async setAside(name) {
      await rename(pathOf(name), `${pathOf(name)}.set-aside`).catch(ignoreMissing);
    },
    increment(name, by = 1, known = 0) {
      const counted = counting.then(() => append(name, by, known));
      counting = counted.catch(() => {});
      return counted;
    },
    async count(name) {
      return (await stat(pathOf(name)).catch(ignoreMissing))?.size ?? 0;
    },
    async forgetCounters(prefix, keep) {
      const names = (await readdir(folder)).filter(
        (name) => name.startsWith(prefix) && !name.startsWith(keep),
      );
      await Promise.all(names.map((name) => rm(pathOf(name), { force: true })));
    },
    close: async () => {},
  };
}

/** Tells this process from an earlier one of the same id, which in a container is the rule. */
const run = randomUUID().slice(0, 8);
let drafts = 0;

const draftOf = (path: string) => `${path}.${process.pid}-${run}-${++drafts}.draft`;

async function assertWritable(folder: string): Promise<void> {
  const probe = draftOf(join(folder, 'probe'));
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeDurably(probe, new Uint8Array());
    await rm(probe);
    await removeDrafts(folder);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new Error(
      `The store folder ${folder} cannot be written to (${reason}). Set STORE_URL to file:PATH with a folder that can, or to memory:.`,
    );
  }
}

/** Drafts of processes that ended while writing. */
async function removeDrafts(folder: string): Promise<void> {
  const drafts = (await readdir(folder)).filter((name) => name.endsWith('.draft') && !isAlive(name));
  await Promise.all(drafts.map((name) => rm(join(folder, name), { force: true })));
}

function isAlive(draft: string): boolean {
  const [, pid, of] = /\.(\d+)-(\w+)-\d+\.draft$/.exec(draft) ?? [];
  if (of === run) return true;
  try {
    return Number(pid) !== process.pid && process.kill(Number(pid), 0);
  } catch {
    return false;
  }
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function readIfPresent(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
  throw error;
}
