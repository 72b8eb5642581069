import { type Logger, pino } from 'pino';

/** One JSON line an event, on standard output. */
export function createLogger(level: string): Logger {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
}
