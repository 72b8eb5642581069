import type { Logger } from 'pino';
import { createJsonLogger } from '../../src/observe/logger.ts';

export type LogLine = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** A logger that keeps its lines as they would be printed. */
export function createLog(level = 'trace'): {
  readonly logger: Logger;
  readonly text: string;
  /** Those with this message. */
  lines(message?: string): LogLine[];
} {
  let text = '';
  const logger = createJsonLogger(level, {
    write(line) {
      text += line;
    },
  });
  return {
    logger,
    get text() {
      return text;
    },
    lines: (message) =>
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine)
        .filter(({ msg }) => message === undefined || msg === message),
  };
}
