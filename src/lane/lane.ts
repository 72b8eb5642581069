import { type DocumentNode, type GraphQLSchema, getOperationAST, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Customers, FreshView } from '../customers/customers.ts';
import { readId } from '../customers/filter.ts';
import { answerQuery, type CustomerKeys, findCustomers } from '../customers/query.ts';
import { foldCode } from '../customers/text.ts';
import { createCustomerSource, only } from '../graph/customer-source.ts';
import { hashDocument } from '../graph/documents.ts';
import { checkCost, checkDocument, checkText, type Limits } from '../graph/limits.ts';
import type { Operation } from '../observe/visit.ts';
import { type CompiledOperation, compileOperation, LeaveLane } from './compile.ts';
import { type Body, createKnownAnswers } from './known-answers.ts';
import { createRowTexts } from './row-texts.ts';

/** A GraphQL request in the plain form that the lane takes. */
export type PlainRequest = {
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
};

/** The body of an answer, when its rows were read (ms since 1970), and whether it had been given before. */
export type LaneAnswer = { readonly body: Body; readonly asOf: number; readonly isKnown: boolean };

export type Lane = {
  /** What is known to be the answer to the same bytes from the same snapshot. */
  recall(tenant: Customers, tenantName: string, request: string): LaneAnswer | undefined;
  /**
   * Answers a request, or leaves it to the engine: `undefined` for everything but a complete success from a
   * fresh snapshot.
   */
  answer(
    tenant: Customers,
    tenantName: string,
    request: string,
    plain: PlainRequest,
  ): Promise<LaneAnswer | undefined>;
};

type NamedOperation = CompiledOperation & { readonly operation: Operation };

/** Bytes of answers, and characters of documents (compiled, some 90 bytes each), that are kept. */
const mostAnswerBytes = 64_000_000;
const mostDocumentCharacters = 400_000;

/**
 * The short way from a plain request to its answer, for what most requests are: a query over customers that a
 * fresh snapshot answers without an error. An answer is a pure function of request and snapshot, so it is
 * kept until the snapshot changes. All else is the engine's.
 */
export function createLane(options: {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  /** Whether a document may be executed at all. */
  readonly isAllowed: (query: string) => boolean;
}): Lane {
  const { schema, limits, isAllowed } = options;
  const rowTexts = createRowTexts();
  const answers = createKnownAnswers(mostAnswerBytes);
  const operations = new LRUCache<string, NamedOperation | 'not for the lane'>({
    maxSize: mostDocumentCharacters,
    sizeCalculation: (_operation, key) => key.length + 300,
  });

  function prepare({ query, operationName }: PlainRequest): NamedOperation | 'not for the lane' {
    const key = operationName === undefined ? query : `${operationName}\n${query}`;
    const known = operations.get(key);
    if (known) return known;
    const compiled = compile(query, operationName);
    operations.set(key, compiled);
    return compiled;
  }

  function compile(query: string, operationName: string | undefined): NamedOperation | 'not for the lane' {
    try {
      checkText(query, limits);
      const document: DocumentNode = parse(query, { maxTokens: limits.tokens, noLocation: true });
      checkDocument(document, limits, true);
      if (!isAllowed(query) || validate(schema, document).length > 0) return 'not for the lane';
      const compiled = compileOperation(schema, document, operationName, rowTexts);
      return { ...compiled, operation: nameOperation(query, document, operationName) };
    } catch {
      // Whatever is wrong with it, the engine says so.
      return 'not for the lane';
    }
  }

  return {
    recall(tenant, tenantName, request) {
      const view = tenant.fresh();
      if (!view) return undefined;
      const body = answers.recall(tenantName, view.snapshot.version, request);
      return body && { body, asOf: view.asOf, isKnown: true };
    },
    async answer(tenant, tenantName, request, plain) {
      const view = tenant.fresh();
      const compiled = view && prepare(plain);
      if (!compiled || compiled === 'not for the lane') return undefined;
      try {
        const { document, operationName, operation } = compiled;
        const execution = { document, operationName, variableValues: plain.variables };
        checkCost(execution, limits, view.snapshot.customers.length);
        const source = createSource(view);
        const pieces = await compiled.run({ customers: source.customers }, plain.variables);
        // What asked for no rows has no age.
        if (!source.wasAsked()) return undefined;
        const body = createBody(pieces, operation);
        answers.remember(tenantName, view.snapshot.version, request, body);
        return { body, asOf: view.asOf, isKnown: false };
      } catch {
        // An error in a field, a limit, a variable that does not fit: the engine says it.
        return undefined;
      }
    },
  };
}

/** Up to this length (bytes) node joins a text with its head into one write; longer ones are made bytes once. */
const mostJoined = 16_384;

function createBody(data: string[], operation: Operation): Body {
  data[0] = `{"data":${data[0]}`;
  data.push('}');
  const text = data.join('');
  const bytes = text.length;
  return { content: bytes <= mostJoined ? text : Buffer.from(text, 'latin1'), bytes, operation };
}

/** What those who watch call it. */
function nameOperation(query: string, document: DocumentNode, operationName: string | undefined): Operation {
  let hash: string | undefined;
  return {
    name: getOperationAST(document, operationName)?.name?.value,
    type: 'query',
    hash() {
      hash ??= hashDocument(query);
      return hash;
    },
  };
}

/** Rows of a view for one request. */
function createSource(view: FreshView) {
  let asked = false;
  const customers = createCustomerSource({
    async load(query) {
      if (!view.isLocal(query)) throw new LeaveLane();
      asked = true;
      return answerQuery(view.snapshot, query, () => undefined);
    },
    changes() {
      throw new LeaveLane();
    },
  });
  const lookUp = (keys: CustomerKeys) => {
    asked = true;
    return only(findCustomers(view.snapshot, keys));
  };
  // At once: where twenty are asked for, waiting for each would be most of the work.
  customers.byId = (id) => lookUp({ by: 'id', ids: [readId(id, 'id')] });
  customers.byCode = (code) => lookUp({ by: 'code', codes: [foldCode(code)] });
  return { customers, wasAsked: () => asked };
}
