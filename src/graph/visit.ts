import { type ExecutionArgs, getOperationAST } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { Observer } from '../observe/observer.ts';
import type { Visit } from '../observe/visit.ts';
import { hashDocument } from './documents.ts';

/** What this plugin needs of whoever serves a request; a page has no visit. */
export type VisitContext = { readonly visit?: Visit };

/** Notes what is asked and how it ends on the request's visit: names and codes, never a value. */
export function useVisit(observer: Observer): Plugin<VisitContext, VisitContext> {
  function name({ document, operationName, contextValue }: ExecutionArgs): Visit | undefined {
    const { visit } = contextValue as VisitContext;
    const operation = getOperationAST(document, operationName);
    if (!visit?.operation || !operation) return undefined;
    visit.operation = { ...visit.operation, name: operation.name?.value, type: operation.operation };
    return visit;
  }

  return {
    onParams({ params, context: { visit } }) {
      const { query } = params;
      // The name beside it can be any text; that in the document is a name.
      if (visit && query)
        visit.operation = { name: undefined, type: undefined, hash: () => hashDocument(query) };
    },
    onExecute({ args }) {
      name(args);
    },
    onSubscribe({ args }) {
      const visit = name(args);
      return {
        onSubscribeResult({ result }) {
          if (!visit || !(Symbol.asyncIterator in result)) return undefined;
          return { onEnd: observer.subscribed(visit) };
        },
      };
    },
    onResultProcess({ result, serverContext: { visit } }) {
      const { errors } = result as { readonly errors?: readonly GraphQLFailure[] };
      if (!visit || !errors) return;
      visit.codes = errors.map(({ extensions }) => extensions?.code ?? 'OTHER');
      visit.references = errors.flatMap(({ extensions }) => extensions?.reference ?? []);
    },
  };
}

type GraphQLFailure = { readonly extensions?: { readonly code?: string; readonly reference?: string } };
