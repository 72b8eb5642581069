import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** The command line was wrong; the message says what to do instead. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that was asked for could not be done, in one clear line. Exit code 1. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
}

/** A command of the program. */
export type Command = {
  /** In one line, for the list of commands. */
  readonly summary: string;
  /** What `--help` prints; ends with an example. */
  readonly help: () => string;
  /** @throws {UsageError | CommandFailure} */
  readonly run: (args: readonly string[]) => Promise<void>;
};

/**
 * Reads a command's options, all of the form `--name value`, `--name=value` or `--flag`.
 * @throws {UsageError} for an unknown option or a stray word
 */
export function readOptions<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split(/\.\s/);
    throw new UsageError(sentence);
  }
}

/** @throws {UsageError} naming the option, unless it is a whole number in the range */
export function readWhole(
  text: string | undefined,
  option: string,
  { least, most }: { readonly least: number; readonly most: number },
): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(
    `${option} wants a whole number from ${least} to ${most}; got ${JSON.stringify(text)}`,
  );
}
