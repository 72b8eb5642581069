import type { CustomerList, CustomerListParameters, KometClient } from '../komet/client.ts';
import { KometError } from '../komet/errors.ts';
import type { Ledger } from '../komet/quota.ts';

/** The most that a visit may cost. */
export const mostCalls = 8;

/** What came of a question: the rows, why not, or nothing where it was not asked. */
export type Reply = CustomerList | KometError | null;

export const isList = (reply: Reply): reply is CustomerList =>
  reply !== null && !(reply instanceof KometError);

export const isRefusal = (reply: Reply): reply is KometError =>
  reply instanceof KometError && reply.code === 'KOMET_REJECTED';

export type Interview = {
  /** Asks Komet once, as long as asking makes sense and the number stated is not reached. */
  ask(parameters: CustomerListParameters, includeInactiveSpelling: '1' | 'true'): Promise<Reply>;
  /** Calls that were sent. */
  calls(): number;
  /** Every list that came, in order. */
  readonly lists: readonly CustomerList[];
};

/** After as many failures of this kind the others would only cost calls and time. */
const patience = {
  KOMET_UNAUTHORIZED: 1,
  KOMET_QUOTA_EXHAUSTED: 1,
  KOMET_UNAVAILABLE: 2,
  KOMET_TIMEOUT: 2,
  KOMET_BAD_RESPONSE: 3,
  KOMET_REJECTED: mostCalls,
} as const;

/** Counts every call in the token's ledger before it is sent, as the gateway does. */
export function createInterview(options: {
  readonly client: KometClient;
  readonly ledger: Ledger;
  readonly onAsk: (call: number) => void;
}): Interview {
  const { client, ledger, onAsk } = options;
  const lists: CustomerList[] = [];
  const failures = new Map<string, number>();
  let calls = 0;
  let isOver = false;

  function remember(failure: unknown): KometError {
    if (!(failure instanceof KometError)) throw failure;
    const count = (failures.get(failure.code) ?? 0) + 1;
    failures.set(failure.code, count);
    if (count >= patience[failure.code]) isOver = true;
    return failure;
  }

  return {
    lists,
    calls: () => calls,
    async ask(parameters, includeInactiveSpelling) {
      if (isOver || calls === mostCalls) return null;
      try {
        await ledger.spend('interactive');
        calls += 1;
        onAsk(calls);
        const list = await client.listCustomers(parameters, { includeInactiveSpelling });
        lists.push(list);
        return list;
      } catch (failure) {
        return remember(failure);
      }
    },
  };
}
