import type { Customer } from '../komet/customer.ts';
import { KometError, type KometErrorCode } from '../komet/errors.ts';
import { seal, unseal } from '../store/seal.ts';
import { type Lease, type Store, StoreAway } from '../store/store.ts';
import { type Findings, findingsNameOf, readFindings } from './findings.ts';
import { createPace } from './pace.ts';
import { createSnapshot } from './snapshot.ts';
import type { SyncState } from './sync.ts';
import type { Latch } from './upstream-block.ts';

/** What is kept of one token beside its rows. */
type Head = Omit<SyncState, 'snapshot'> & { readonly format: 1; readonly version: string };

/** A {@link Latch} as it is kept. */
type KeptLatch = {
  readonly format: 2;
  readonly at: number;
  readonly block: null | {
    readonly until: number;
    readonly failures: number;
    readonly code: KometErrorCode;
    readonly message: string;
    readonly kometMessage?: string;
  };
};

export type Archive = {
  /** What was last saved; `null` where there is nothing that can be read. */
  loadState(): Promise<SyncState | null>;
  loadLatch(): Promise<Latch | null>;
  /** What the `doctor` command saved. */
  loadFindings(): Promise<Findings | null>;
  /** What another process has saved since; `null` where that is not newer. */
  loadNewer(than: SyncState | null): Promise<SyncState | null>;
  /** Whether a blob of this name tells of a newer state. */
  isHead(name: string): boolean;
  isLatch(name: string): boolean;
  isFindings(name: string): boolean;
  /** What was saved may be gone: the next time all of it is. */
  forgetSaved(): void;
  /**
   * Saves in the background: one write at a time, the newest state wins. Failures are logged, unless the store is
   * away. Under a lease, where several processes save.
   */
  saveState(state: SyncState, lease?: Lease): void;
  saveLatch(latch: Latch): void;
  /** Resolves once all that was given to save is written. */
  settle(): Promise<void>;
};

/**
 * Keeps what is known of one token in a store, sealed: the rows under `NAME.snapshot`, written when they
 * change, their dates under `NAME.head`, written after every sync, and why Komet must not be called under
 * `NAME.block`. A head of other rows than those found counts for nothing: the rows carry their own.
 */
export function createArchive(options: {
  readonly store: Store;
  readonly token: string;
  readonly name: string;
  readonly log: (event: string, facts: Record<string, unknown>) => void;
}): Archive {
  const { store, token, log } = options;
  const snapshotName = `${options.name}.snapshot`;
  const headName = `${options.name}.head`;
  const latchName = `${options.name}.block`;
  let savedVersion: string | undefined;
  let waiting: { state?: SyncState; lease?: Lease | undefined; latch?: Latch } = {};
  let writing: Promise<void> | undefined;

  /** A store that is away says so itself. */
  function warn(event: string, error: unknown, facts: Record<string, unknown> = {}) {
    if (!(error instanceof StoreAway)) log(event, { ...facts, reason: reasonOf(error) });
  }

  async function load<Content>(
    name: string,
    read: (content: Buffer) => Promise<Content>,
  ): Promise<Content | null> {
    const blob = await store.read(name).catch((error: unknown) => {
      warn('a stored file cannot be read', error, { file: name });
      return undefined;
    });
    if (!blob) return null;
    try {
      return await read(Buffer.from(await unseal(token, name, blob)));
    } catch (error) {
      warn('a stored file cannot be used and was set aside', error, { file: name });
      await store.setAside(name).catch((failure) => warn('a stored file cannot be set aside', failure));
      return null;
    }
  }

  const write = async (
    name: string,
    content: Iterable<string> | AsyncIterable<string>,
    to: Pick<Store, 'write'> = store,
  ) => to.write(name, await seal(token, name, content));

  async function writeState(state: SyncState, lease: Lease | undefined) {
    if (state.snapshot.version !== savedVersion) {
      await write(snapshotName, encode(state), lease);
      savedVersion = state.snapshot.version;
    }
    await write(headName, [JSON.stringify(headOf(state))], lease);
  }

  async function drain() {
    while (waiting.state || waiting.latch) {
      const { state, lease, latch } = waiting;
      waiting = {};
      try {
        if (state) await writeState(state, lease);
        if (latch) await write(latchName, [JSON.stringify(keptLatch(latch))]);
      } catch (error) {
        warn('what is known could not be saved', error);
      }
    }
    writing = undefined;
  }

  function save(part: typeof waiting) {
    if (!store.outlivesProcess) return;
    waiting = { ...waiting, ...part };
    writing ??= drain();
  }

  const loadHead = () => load(headName, async (content) => readHead(content.toString()));

  async function loadState(): Promise<SyncState | null> {
    const kept = await load(snapshotName, decode);
    if (!kept) return null;
    savedVersion = kept.head.version;
    const newer = await loadHead();
    const { format: _, version, ...dates } = newer?.version === savedVersion ? newer : kept.head;
    return { ...dates, snapshot: await createSnapshot(kept.rows, version) };
  }

  return {
    loadState,
    async loadNewer(than) {
      const head = await loadHead();
      if (!head || (than && head.asOf <= than.asOf)) return null;
      if (head.version !== than?.snapshot.version) return loadState();
      const { format: _, version: _same, ...dates } = head;
      return { ...dates, snapshot: than.snapshot };
    },
    isHead: (name) => name === headName,
    isLatch: (name) => name === latchName,
    isFindings: (name) => name === findingsNameOf(options.name),
    forgetSaved() {
      savedVersion = undefined;
    },
    loadLatch: () => load(latchName, async (content) => readLatch(content.toString())),
    loadFindings: () =>
      load(findingsNameOf(options.name), async (content) => readFindings(content.toString())),
    saveState: (state, lease) => save({ state, lease }),
    saveLatch: (latch) => save({ latch }),
    settle: async () => writing,
  };
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : 'unknown');

function keptLatch({ at, block }: Latch): KeptLatch {
  if (!block) return { format: 2, at, block };
  const { until, failures, error } = block;
  const { code, message, kometMessage } = error;
  const kept = { until, failures, code, message, ...(kometMessage !== undefined && { kometMessage }) };
  return { format: 2, at, block: kept };
}

function readLatch(text: string): Latch {
  const kept = JSON.parse(text) as KeptLatch | null;
  if (kept?.format !== 2) throw new Error('it is of another format');
  if (!kept.block) return { at: kept.at, block: null };
  const { until, failures, code, message, kometMessage } = kept.block;
  const error = new KometError(code, message, {
    retryAt: until,
    ...(kometMessage !== undefined && { kometMessage }),
  });
  return { at: kept.at, block: { until, failures, error } };
}

function headOf({ snapshot, ...dates }: SyncState): Head {
  return { format: 1, version: snapshot.version, ...dates };
}

function readHead(text: string): Head {
  const head = JSON.parse(text) as Head;
  if (head.format !== 1) throw new Error('it is of another format');
  return head;
}

const rowsPerLine = 512;

/** The head on the first line, then rows in batches of a line each, so that neither way holds the event loop. */
async function* encode(state: SyncState): AsyncGenerator<string> {
  const pace = createPace();
  yield JSON.stringify(headOf(state));
  const { customers } = state.snapshot;
  for (let from = 0; from < customers.length; from += rowsPerLine) {
    yield `\n${JSON.stringify(customers.slice(from, from + rowsPerLine))}`;
    await pace();
  }
}

async function decode(content: Buffer): Promise<{ head: Head; rows: Customer[] }> {
  const pace = createPace();
  const rows: Customer[] = [];
  let head: Head | undefined;
  for (let start = 0; start < content.length; ) {
    const newline = content.indexOf(10, start);
    const end = newline < 0 ? content.length : newline;
    const line = content.toString('utf8', start, end);
    if (head) for (const row of JSON.parse(line) as Customer[]) rows.push(row);
    else head = readHead(line);
    start = end + 1;
    await pace();
  }
  if (!head) throw new Error('it is empty');
  return { head, rows };
}
