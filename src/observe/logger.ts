import { type DestinationStream, type Logger, pino } from 'pino';
import { createPrettyStream } from './pretty.ts';

/**
 * The program's log on standard output: one JSON line an event, or lines for a person where that is a terminal.
 *
 * @param level one of pino's
 */
export function createLogger(level: string, terminal = process.stdout.isTTY === true): Logger {
  return createJsonLogger(level, terminal ? createPrettyStream(process.stdout) : pino.destination(1));
}

/** One JSON line an event, to wherever it is told. */
export function createJsonLogger(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (name) => ({ level: name }) },
    },
    destination,
  );
}
