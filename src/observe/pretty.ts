import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { DestinationStream } from 'pino';

type Style = Parameters<typeof styleText>[0];

const styles: Record<string, Style> = {
  trace: 'dim',
  debug: 'dim',
  info: 'green',
  warn: 'yellow',
  error: 'red',
  fatal: ['bold', 'red'],
};

/** Long and of no use to somebody who reads along. */
const hidden = new Set(['hash', 'type']);

/** Turns lines of JSON into lines for a person: `14:03:07 info  list refreshed  kind=FULL rows=459`. */
export function createPrettyStream(terminal: Writable): DestinationStream {
  const paint = (style: Style, text: string) =>
    styleText(style, text, { stream: terminal, validateStream: true });
  return {
    write(line) {
      const { level = 'info', time = '', msg = '', err, ...facts } = JSON.parse(line) as Line;
      const details = Object.entries(facts)
        .filter(([name]) => !hidden.has(name))
        .map(([name, value]) => `${paint('dim', `${name}=`)}${inWords(value)}`);
      const clock = paint('dim', new Date(time).toTimeString().slice(0, 8));
      const words = [clock, paint(styles[level] ?? 'green', level.padEnd(5)), msg, ...details];
      terminal.write(`${words.join(' ')}\n${err ? `${err.stack ?? err.message}\n` : ''}`);
    },
  };
}

type Line = {
  readonly level?: string;
  readonly time?: string;
  readonly msg?: string;
  readonly err?: { readonly message: string; readonly stack?: string };
};

function inWords(value: unknown): string {
  if (typeof value === 'string' && /^[^\s"=]+$/.test(value)) return value;
  return Array.isArray(value) && value.every((each) => /^\w+$/.test(String(each)))
    ? value.join(',')
    : JSON.stringify(value);
}
