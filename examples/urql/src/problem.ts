import type { CombinedError } from 'urql';
import { gatewayDown, type Problem } from './ui/problems.ts';

/** urql's errors in the terms of this app: those of the graph have a code, all others are of the way to it. */
export function problemOf(error: CombinedError | undefined): Problem | undefined {
  if (!error) return undefined;
  const [first] = error.graphQLErrors;
  if (!first) return gatewayDown;
  return { code: String(first.extensions['code'] ?? 'UNKNOWN'), message: first.message };
}
