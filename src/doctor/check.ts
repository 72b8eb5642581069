import type { Findings } from '../customers/findings.ts';
import type { Evidence } from './evidence.ts';
import type { Interview } from './interview.ts';

/** Whether the endpoint is as the gateway takes it to be. */
export type Verdict = 'ok' | 'differs' | 'unknown';

/** One line of the report. */
export type Check = {
  readonly verdict: Verdict;
  /** Whether the gateway would answer wrongly because of it. */
  readonly isWrong: boolean;
  /** What the endpoint did. */
  readonly seen: string;
  /** What it means for the gateway; blank where nothing follows. */
  readonly meaning: string;
  /** The same for machines. */
  readonly facts: Readonly<Record<string, unknown>>;
};

export type CheckName =
  | 'token'
  | 'list'
  | 'wireTypes'
  | 'fields'
  | 'includeInactive'
  | 'updateAsOf'
  | 'nameFilter'
  | 'emptyResult'
  | 'inactiveById'
  | 'clock';

/** What a check may look at. */
export type Visit = {
  readonly evidence: Evidence;
  readonly interview: Interview;
  /** The findings by which the gateway asks. */
  readonly inForce: Findings;
  readonly timeoutMs: number;
};

export function ok(seen: string, meaning = '', facts: Check['facts'] = {}): Check {
  return { verdict: 'ok', isWrong: false, seen, meaning, facts };
}

/** The gateway copes. */
export function differs(seen: string, meaning: string, facts: Check['facts'] = {}): Check {
  return { verdict: 'differs', isWrong: false, seen, meaning, facts };
}

/** The gateway does not cope. */
export function wrong(seen: string, meaning: string, facts: Check['facts'] = {}): Check {
  return { verdict: 'differs', isWrong: true, seen, meaning, facts };
}

export function unknown(seen: string, meaning = '', facts: Check['facts'] = {}): Check {
  return { verdict: 'unknown', isWrong: false, seen, meaning, facts };
}

/** The call was not made: an earlier one showed that it could not bring anything. */
export function notAsked(): Check {
  return unknown('not asked');
}

export const wasAsked = ({ seen }: Check) => seen !== notAsked().seen;

const grouping = new Intl.NumberFormat('en');

/** `2,300`. */
export const group = (number: number) => grouping.format(number);

/** `1 customer`, `2,300 customers`. */
export function count(number: number, noun: string): string {
  return `${group(number)} ${noun}${number === 1 ? '' : 's'}`;
}
