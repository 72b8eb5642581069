import { CombinedGraphQLErrors } from '@apollo/client/errors';
import { gatewayDown, type Problem } from './ui/problems.ts';

/** Apollo's errors in the terms of this app: those of the graph have a code, all others are of the way to it. */
export function problemOf(error: unknown): Problem | undefined {
  if (!error) return undefined;
  if (!CombinedGraphQLErrors.is(error)) return gatewayDown;
  const [first] = error.errors;
  return { code: String(first?.extensions?.['code'] ?? 'UNKNOWN'), message: first?.message ?? error.message };
}
