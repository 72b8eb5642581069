import {
  type DocumentNode,
  type ExecutionArgs,
  type FieldNode,
  Lexer,
  type OperationDefinitionNode,
  type SelectionSetNode,
  Source,
  TokenKind,
} from 'graphql';
import { createGraphQLError, type Plugin } from 'graphql-yoga';
import { endless, type Measurement, measureDocument, readArguments } from './measure.ts';

/** The most that one request may ask for. */
export type Limits = {
  /** Of a request's body. */
  readonly bodyBytes: number;
  /** Characters of a document. */
  readonly characters: number;
  readonly tokens: number;
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly fields: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  readonly fragments: number;
  readonly operations: number;
  /** How often one name may stand in one selection. */
  readonly repeats: number;
  /** Ids, codes or representations in one list. */
  readonly listLength: number;
  /** Values in the answer, as rows × fields say beforehand. */
  readonly cost: number;
};

/** Room for every query that a person writes and for lists of 100,000 customers, but not for many of those. */
export const defaultLimits: Limits = {
  bodyBytes: 1_048_576,
  characters: 100_000,
  tokens: 10_000,
  depth: 10,
  introspectionDepth: 20,
  fields: 3_000,
  rootFields: 1_000,
  aliases: 1_000,
  directives: 100,
  fragments: 100,
  operations: 20,
  repeats: 100,
  listLength: 10_000,
  cost: 2_000_000,
};

/** What the limits need of a request's context. */
export type LimitsContext = {
  readonly mostRows: () => number;
  /** Set where the first check knew of no rows: to be called once there are, and before they are answered with. */
  checkAgain?: () => void;
};

/**
 * Refuses what is too large before anything is spent on it: the text before it is parsed, the document before
 * it is validated, the operation before it is executed.
 */
export function useLimits(limits: Limits, introspection: boolean): Plugin<{ readonly cost: LimitsContext }> {
  return {
    onParse({ parseFn, setParseFn }) {
      setParseFn((source, options) => {
        checkText(String(typeof source === 'string' ? source : source.body), limits);
        const document: DocumentNode = parseFn(source, { ...options, maxTokens: limits.tokens });
        checkDocument(document, limits, introspection);
        return document;
      });
    },
    onValidate({ validateFn, setValidationFn }) {
      // Who may not ask for the schema shall not guess it from what misspelt names are near to.
      if (introspection) return;
      setValidationFn((schema, document, rules, options, typeInfo) =>
        validateFn(schema, document, rules, { ...options, hideSuggestions: true }, typeInfo),
      );
    },
    onExecute: ({ args }) => check(args),
    onSubscribe: ({ args }) => check(args),
  };

  function check(args: ExecutionArgs) {
    const { cost } = args.contextValue as { readonly cost: LimitsContext };
    const rows = cost.mostRows();
    checkCost(args, limits, rows);
    if (rows === 0) cost.checkAgain = () => checkCost(args, limits, cost.mostRows());
  }
}

/**
 * By length and nesting: a parser that calls itself for each level must not get thousands of them. Brackets are
 * counted as the parser sees them, since those in comments and texts would balance others out.
 */
export function checkText(text: string, limits: Limits): void {
  if (text.length > limits.characters) {
    throw tooComplex(`The document has ${text.length} characters; the most is ${limits.characters}.`);
  }
  const most = 4 * Math.max(limits.depth, limits.introspectionDepth);
  let depth = 0;
  for (const kind of tokensOf(text, limits.tokens)) {
    depth += steps[kind] ?? 0;
    if (depth > most) throw tooComplex(`The document nests more than ${most} brackets.`);
  }
}

const steps: Partial<Record<TokenKind, 1 | -1>> = {
  [TokenKind.BRACE_L]: 1,
  [TokenKind.BRACKET_L]: 1,
  [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1,
  [TokenKind.BRACKET_R]: -1,
  [TokenKind.PAREN_R]: -1,
};

/** Up to what is no token: the parser will come no further, and says why. */
function* tokensOf(text: string, most: number): Generator<TokenKind> {
  const lexer = new Lexer(new Source(text));
  try {
    for (let count = 0; count <= most && lexer.advance().kind !== TokenKind.EOF; count++) {
      yield lexer.token.kind;
    }
  } catch {
    return;
  }
}

const counted = [
  ['depth', 'levels'],
  ['introspectionDepth', 'levels of introspection'],
  ['fields', 'fields, fragments expanded'],
  ['rootFields', 'fields at the root'],
  ['aliases', 'aliases'],
  ['directives', 'directives'],
  ['fragments', 'fragments'],
  ['operations', 'operations'],
  ['repeats', 'fields of one name in one place'],
] as const satisfies readonly [keyof Measurement & keyof Limits, string][];

/** @throws a GraphQL error that says which limit, and how far over it */
export function checkDocument(document: DocumentNode, limits: Limits, introspection: boolean): void {
  const measured = measureDocument(document);
  for (const [name, what] of counted) {
    if (measured[name] > limits[name]) {
      const count = measured[name] >= endless ? 'endlessly many' : measured[name];
      throw tooComplex(`The document has ${count} ${what}; the most is ${limits[name]}.`);
    }
  }
  if (!introspection && measured.introspectionDepth > 0) {
    throw createGraphQLError('Introspection is off; ask whoever runs this gateway for its schema.', {
      extensions: { code: 'FORBIDDEN' },
    });
  }
}

type Execution = {
  readonly document: DocumentNode;
  readonly operationName?: string | null;
  readonly variableValues?: Readonly<Record<string, unknown>> | null;
};

/** @throws a GraphQL error that says which list is too long, or how large the answer would be */
export function checkCost(
  { document, operationName, variableValues }: Execution,
  limits: Limits,
  mostRows: number,
): void {
  let cost = 0;
  for (const { field, values, facets } of costsOf(document, operationName ?? '')) {
    const { rows, looking } = reachOf(field, variableValues ?? {}, mostRows, limits);
    cost += rows * values + looking * (1 + facets);
  }
  cost = Math.ceil(cost);
  if (cost > limits.cost) {
    throw tooComplex(
      `The answer could cost ${cost} values (rows × fields, and a tenth of a value or more for each row that is looked at); the most is ${limits.cost}. Ask for fewer rows with limit or first.`,
    );
  }
}

/** A field at the root, how many values each of its rows has, and how often they are counted by value. */
type FieldCost = { readonly field: FieldNode; readonly values: number; readonly facets: number };

/** What does not depend on variables is counted once a document: documents are kept by those who parse them. */
const knownCosts = new WeakMap<DocumentNode, Map<string, readonly FieldCost[]>>();

function costsOf(document: DocumentNode, operationName: string): readonly FieldCost[] {
  const known = knownCosts.get(document) ?? new Map<string, readonly FieldCost[]>();
  knownCosts.set(document, known);
  const costs = known.get(operationName) ?? countCosts(document, operationName);
  known.set(operationName, costs);
  return costs;
}

function countCosts(document: DocumentNode, operationName: string): FieldCost[] {
  const operations = document.definitions.filter((each) => each.kind === 'OperationDefinition');
  const operation = operationName
    ? operations.find(({ name }) => name?.value === operationName)
    : operations[0];
  return (operation ? rootFieldsOf(operation, document) : []).map((field) => ({
    field,
    values: field.selectionSet ? countFields(field.selectionSet, document) : 1,
    facets: field.selectionSet ? countFields(field.selectionSet, document, 'facets') : 0,
  }));
}

function rootFieldsOf(operation: OperationDefinitionNode, document: DocumentNode): FieldNode[] {
  const fields: FieldNode[] = [];
  walkFields(operation.selectionSet, document, (field) => void fields.push(field));
  return fields;
}

/** How many rows a field at the root can answer with, and what looking for them costs, in values. */
type Reach = { readonly rows: number; readonly looking: number };

const one: Reach = { rows: 1, looking: 0 };
/** Whatever their arguments are. */
const single = new Set(['customer', 'customerByCode']);

function reachOf(
  field: FieldNode,
  variables: Readonly<Record<string, unknown>>,
  mostRows: number,
  limits: Limits,
): Reach {
  if (single.has(field.name.value)) return one;
  const given = readArguments(field, variables);
  switch (field.name.value) {
    case 'customers':
      return {
        rows: Math.min(numberOr(given['limit'], mostRows), mostRows),
        looking: readFilter(given['filter'], mostRows, limits),
      };
    case 'customerConnection':
      return {
        rows: Math.min(numberOr(given['first'] ?? given['last'], 100), mostRows),
        looking: readFilter(given['filter'], mostRows, limits),
      };
    case 'customersById':
      return { rows: lengthOf(given['ids'], 'ids', limits), looking: 0 };
    case 'customersByCode':
      return { rows: lengthOf(given['codes'], 'codes', limits), looking: 0 };
    case '_entities':
      return { rows: lengthOf(given['representations'], 'representations', limits), looking: 0 };
    default:
      return one;
  }
}

/**
 * What it costs to find a filter's rows. As measured, a value takes about 1 µs, a look at a row a tenth of that,
 * and half of it where a name is compared character by character; ids and codes are found in an index.
 */
function readFilter(filter: unknown, rows: number, limits: Limits): number {
  const { id, ids, code, codes, name } = (filter ?? {}) as Record<string, unknown>;
  const listed = lengthOf(ids, 'filter.ids', limits) + lengthOf(codes, 'filter.codes', limits);
  if ((id ?? ids ?? code ?? codes ?? null) !== null) return listed / 10;
  return rows / (typeof name === 'string' && name.includes('_') ? 2 : 10);
}

const numberOr = (value: unknown, otherwise: number) =>
  typeof value === 'number' ? Math.max(0, value) : otherwise;

function lengthOf(list: unknown, name: string, limits: Limits): number {
  const length = Array.isArray(list) ? list.length : 1;
  if (length > limits.listLength) {
    throw tooComplex(`${name} has ${length} entries; the most is ${limits.listLength}.`);
  }
  return length;
}

/** Fields below, or those of one name, fragments expanded; a document that got here has not many. */
function countFields(selections: SelectionSetNode, document: DocumentNode, name?: string): number {
  let count = 0;
  walkFields(selections, document, (field) => {
    if (name === undefined || name === field.name.value) count += 1;
    if (field.selectionSet) count += countFields(field.selectionSet, document, name);
  });
  return count;
}

function walkFields(
  selections: SelectionSetNode,
  document: DocumentNode,
  visit: (field: FieldNode) => void,
  spread: ReadonlySet<string> = new Set(),
): void {
  for (const selection of selections.selections) {
    if (selection.kind === 'Field') visit(selection);
    else if (selection.kind === 'InlineFragment') walkFields(selection.selectionSet, document, visit, spread);
    else if (!spread.has(selection.name.value)) {
      const fragment = document.definitions.find(
        (each) => each.kind === 'FragmentDefinition' && each.name.value === selection.name.value,
      );
      if (fragment?.kind === 'FragmentDefinition') {
        walkFields(fragment.selectionSet, document, visit, new Set([...spread, selection.name.value]));
      }
    }
  }
}

function tooComplex(message: string) {
  return createGraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX', http: { status: 400 } } });
}
