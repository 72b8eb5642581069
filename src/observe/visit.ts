import { randomBytes } from 'node:crypto';
import type { AnswerSource } from '../customers/customers.ts';

/** An operation by what it is called; its literals and variables are nobody's business here. */
export type Operation = {
  /** As the client has it; at most 100 characters of it are shown. */
  readonly name: string | undefined;
  /** Where the document could be read. */
  readonly type: 'query' | 'mutation' | 'subscription' | undefined;
  /** SHA-256 of the document, in hex; made only where somebody wants it. */
  readonly hash: () => string;
};

/** What answering took. */
export type Effort = {
  readonly upstreamCalls: number;
  readonly source: AnswerSource;
  /** Ms since 1970; `null` where no rows were needed. */
  readonly asOf: number | null;
};

/** What is seen of one request, from its arrival until its answer is out. */
export type Visit = {
  /** Goes out as `x-request-id`, and stands in every line of the log about it. */
  readonly id: string;
  /** By `performance.now()`. */
  readonly startedAt: number;
  /** The name of the key or the subject that it came with. */
  caller: string | undefined;
  operation: Operation | undefined;
  effort: Effort | undefined;
  /** Whether its answer had been given before, and was kept. */
  isKnown: boolean;
  /** Of the errors in its answer. */
  codes: readonly string[];
  /** Of unexpected errors, which the log has in full under them. */
  references: readonly string[];
  /** Whether it stays open for changes; its duration says nothing then. */
  isSubscription: boolean;
  /** Where it is traced. */
  traceId: string | undefined;
};

/** An id that can stand in a header and a line of the log as it is. */
const plainId = /^[\w.:-]{1,128}$/;

/**
 * Opens a visit for each request, under the id that its sender gave it or else one of our own: no two of this
 * process are the same, nor those of two processes.
 */
export function createReception(): (givenId: string | string[] | null | undefined) => Visit {
  const process = randomBytes(5).toString('hex');
  let count = 0;
  return (givenId) => {
    count += 1;
    return {
      id: typeof givenId === 'string' && plainId.test(givenId) ? givenId : `${process}-${count.toString(36)}`,
      startedAt: performance.now(),
      caller: undefined,
      operation: undefined,
      effort: undefined,
      isKnown: false,
      codes: none,
      references: none,
      isSubscription: false,
      traceId: undefined,
    };
  };
}

const none: readonly string[] = [];
