import { randomUUID } from 'node:crypto';
import type { GraphQLError } from 'graphql';
import { createGraphQLError, type MaskError } from 'graphql-yoga';
import { InvalidInput } from '../customers/invalid-input.ts';
import { KometError, type KometErrorCode } from '../komet/errors.ts';

/** What a caller reads; a code without a sentence does not compile. */
const sentences: Record<KometErrorCode, string> = {
  KOMET_REJECTED: 'Komet Sales refused the request; extensions.komet.message has its words.',
  KOMET_UNAUTHORIZED: 'Komet Sales does not accept the token, or does not allow it to read customers.',
  KOMET_UNAVAILABLE: 'Komet Sales cannot be reached.',
  KOMET_TIMEOUT: 'Komet Sales did not answer in time.',
  KOMET_BAD_RESPONSE: 'Komet Sales sent something that is not a customer list.',
  KOMET_QUOTA_EXHAUSTED: "Today's quota of calls to Komet Sales is spent.",
};

/**
 * The one place that decides what a client sees of an error. What is not meant for clients becomes a reference
 * that the log has too.
 *
 * @param tellsSchema whether what is misspelt may be answered with the names that it is near to
 */
export function createMaskError(
  log: (reference: string, error: unknown) => void,
  tellsSchema: boolean,
): MaskError {
  return (error) => {
    const { originalError = error, path, nodes } = error as Partial<GraphQLError>;
    const place = { path, nodes };
    if (originalError instanceof KometError) {
      return createGraphQLError(sentenceFor(originalError), {
        ...place,
        extensions: extensionsOf(originalError),
      });
    }
    if (originalError instanceof InvalidInput) {
      return createGraphQLError(originalError.message, { ...place, extensions: { code: 'BAD_USER_INPUT' } });
    }
    if (isGraphQLError(originalError)) {
      const shown = withCode(error as GraphQLError);
      if (!tellsSchema) shown.message = shown.message.replace(/ Did you mean .*\?$/s, '');
      return shown;
    }
    const reference = randomUUID();
    log(reference, originalError);
    return createGraphQLError(`Unexpected error. The server's log has it as ${reference}.`, {
      ...place,
      extensions: { code: 'INTERNAL_SERVER_ERROR', reference },
    });
  };
}

function sentenceFor({ code, retryAt }: KometError): string {
  if (code !== 'KOMET_QUOTA_EXHAUSTED' || retryAt === undefined) return sentences[code];
  return `${sentences[code]} It is asked again after ${new Date(retryAt).toISOString()}.`;
}

function extensionsOf({ code, kometMessage, retryAt }: KometError): Record<string, unknown> {
  return {
    code,
    ...((kometMessage !== undefined || retryAt !== undefined) && {
      komet: {
        ...(kometMessage !== undefined && { message: kometMessage }),
        ...(retryAt !== undefined && { retryAt: new Date(retryAt).toISOString() }),
      },
    }),
  };
}

/** GraphQL's own errors are written for clients. By name, since graphql may be in the process twice. */
function isGraphQLError(error: unknown): boolean {
  return error instanceof Error && error.name === 'GraphQLError';
}

/** Those without a code are about what the caller sent: variables of a wrong type, an unknown operation name. */
function withCode(error: GraphQLError): GraphQLError {
  if (!error.extensions['code']) error.extensions['code'] = 'BAD_USER_INPUT';
  return error;
}
