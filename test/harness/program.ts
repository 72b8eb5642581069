import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type ProgramOptions = {
  /** Settings; nothing of this process's own reaches the program but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** What is run instead of `node src/main.ts`. */
  readonly command?: readonly [string, ...string[]];
};

export type Program = {
  /** What went to standard output and standard error so far. */
  readonly output: string;
  readonly errors: string;
  /**
   * The first group of a pattern, once it was printed on standard output.
   * @throws when the program ends without having printed it
   */
  printed(pattern: RegExp): Promise<string>;
  /** The exit code, once it has ended; a signal's name where one ended it. */
  readonly ended: Promise<number | string | null>;
  send(signal: NodeJS.Signals): void;
  [Symbol.asyncDispose](): Promise<void>;
};

const main = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

/** Starts the program as a process of its own. */
export function startProgram(args: readonly string[], options: ProgramOptions = {}): Program {
  const [file, ...words] = options.command ?? [process.execPath, main];
  const child = spawn(file, [...words, ...args], {
    cwd: options.folder ?? tmpdir(),
    env: { PATH: process.env['PATH'], ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what it starts ends with it.
    detached: true,
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text;
  });
  let hasEnded = false;
  const ended = once(child, 'close').then(([code, signal]: (number | string | null)[]) => {
    hasEnded = true;
    return code ?? signal ?? null;
  });
  const send = (signal: NodeJS.Signals) => {
    if (!hasEnded && child.pid !== undefined) process.kill(-child.pid, signal);
  };
  return {
    get output() {
      return output;
    },
    get errors() {
      return errors;
    },
    async printed(pattern) {
      for (;;) {
        const found = pattern.exec(output);
        if (found) return found[1] ?? found[0];
        if (hasEnded) throw new Error(`it ended without having printed ${pattern}:\n${output}${errors}`);
        await Promise.race([once(child.stdout, 'data'), ended]);
      }
    },
    ended,
    send,
    async [Symbol.asyncDispose]() {
      send('SIGKILL');
      await ended;
    },
  };
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], options?: ProgramOptions) {
  await using program = startProgram(args, options);
  const code = await program.ended;
  return { code, output: program.output, errors: program.errors };
}

/** An empty folder that is gone afterwards. */
export async function createFolder() {
  const path = await mkdtemp(join(tmpdir(), 'komet-graphql-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
