import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  getVariableValues,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { CustomerSource } from '../../schema/context.ts';
import type { RowTexts } from './row-texts.ts';

/** The lane cannot take this any further; whatever it is, the engine has the right answer for it. */
export class LeaveLane extends Error {
  override readonly name = 'LeaveLane';
}

/** UTF-8 with a character a byte. */
const asBytes = (text: string) => (/[^\0-\x7f]/.test(text) ? Buffer.from(text).toString('latin1') : text);

type Variables = Readonly<Record<string, unknown>>;

/** A variable may have the name of what every object inherits. */
const ownOf = (variables: Variables, name: string) =>
  Object.hasOwn(variables, name) ? variables[name] : undefined;

/** What resolvers in the lane may use. */
export type LaneContext = { readonly customers: CustomerSource };

/**
 * An operation, ready to run: the JSON text of `data`, exactly as graphql-js and JSON.stringify would give it,
 * in pieces, with a character for each of its bytes: such texts are copied, where others have to be encoded.
 * @throws {LeaveLane} for everything but a complete success
 */
export type CompiledOperation = {
  readonly document: DocumentNode;
  readonly operationName: string | undefined;
  readonly run: (context: LaneContext, variables: Variables) => Promise<string[]>;
};

/** Fields at the root that the lane knows how to answer. */
const knownFields = new Set([
  'customer',
  'customerByCode',
  'customers',
  'customersById',
  'customersByCode',
  'customerConnection',
]);

/**
 * Adds a value's text to `out`. In pieces, since a text that was added up is a tree, to be walked through whenever
 * it is read.
 */
export type Write = (value: unknown, out: string[]) => void;

/**
 * Turns a valid document's operation into functions that write its answer, or leaves it to the engine where
 * it has directives, introspection, abstract types or anything else out of the plain.
 *
 * @throws {LeaveLane} where it cannot
 */
export function compileOperation(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  rowTexts: RowTexts,
): CompiledOperation {
  const operation = findOperation(document, operationName);
  const query = schema.getQueryType();
  if (!query || operation.operation !== 'query' || operation.directives?.length) throw new LeaveLane();
  const fragments = new Map(
    document.definitions
      .filter((each) => each.kind === 'FragmentDefinition')
      .map((fragment) => [fragment.name.value, fragment]),
  );
  const roots = [...collectFields(query, [operation.selectionSet], fragments)].map(([name, nodes]) =>
    compileRoot(query, name, nodes, fragments, rowTexts),
  );
  const readVariables = compileVariables(schema, operation.variableDefinitions ?? []);
  return {
    document,
    operationName,
    async run(context, given) {
      const coerced = readVariables(given);
      const begun = roots.map((root) => root.resolve(context, coerced));
      const values = begun.some((each) => each instanceof Promise) ? await Promise.all(begun) : begun;
      const out = ['{'];
      for (const [index, root] of roots.entries()) {
        if (index > 0) out.push(',');
        root.write(values[index], out);
      }
      out.push('}');
      return out;
    },
  };
}

function findOperation(document: DocumentNode, name: string | undefined): OperationDefinitionNode {
  const operations = document.definitions.filter((each) => each.kind === 'OperationDefinition');
  const [found, another] = operations.filter((each) => name === undefined || each.name?.value === name);
  if (!found || another) throw new LeaveLane();
  return found;
}

type Root = {
  readonly resolve: (context: LaneContext, variables: Variables) => unknown;
  readonly write: Write;
};

function compileRoot(
  query: GraphQLObjectType,
  responseName: string,
  nodes: readonly FieldNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rowTexts: RowTexts,
): Root {
  const node = nodes[0] as FieldNode;
  const label = `${JSON.stringify(responseName)}:`;
  if (node.name.value === '__typename') {
    return { resolve: () => undefined, write: (_value, out) => void out.push(`${label}"${query.name}"`) };
  }
  const field = query.getFields()[node.name.value];
  if (!field?.resolve || !knownFields.has(field.name)) throw new LeaveLane();
  const { resolve } = field;
  const write = compileType(field.type, nodes, fragments, rowTexts);
  const info = undefined as never;
  const readArguments = compileArguments(field, node);
  return {
    resolve(context, variables) {
      try {
        return resolve(undefined, readArguments(variables), context, info);
      } catch (error) {
        // Thrown, it would leave what the fields before it have begun to fail unheard, and end the process.
        return Promise.reject(error);
      }
    },
    write(value, out) {
      out.push(label);
      write(value, out);
    },
  };
}

/** Whether a value is one of a scalar's own, as JSON has it, and stays as it is. */
const isPlain: Readonly<Record<string, (value: unknown) => boolean>> = {
  ID: (value) => typeof value === 'string',
  String: (value) => typeof value === 'string',
  Boolean: (value) => typeof value === 'boolean',
  Int: (value) => Number.isInteger(value) && (value as number) === ((value as number) | 0),
};

/**
 * Variables as getVariableValues gives them, without it where all are given and plain.
 * @throws {LeaveLane} where they do not fit
 */
function compileVariables(schema: GraphQLSchema, definitions: readonly VariableDefinitionNode[]) {
  const all = definitions.map(({ variable, type }) => {
    const named = type.kind === 'NonNullType' ? type.type : type;
    const fits = named.kind === 'NamedType' ? isPlain[named.name.value] : undefined;
    return { name: variable.name.value, fits };
  });
  return (given: Variables): Variables => {
    const plain: Record<string, unknown> = {};
    for (const { name, fits } of all) {
      const value = ownOf(given, name);
      if (!fits?.(value)) {
        const { coerced } = getVariableValues(schema, definitions, given);
        if (!coerced) throw new LeaveLane();
        return coerced;
      }
      plain[name] = value;
    }
    return plain;
  };
}

/**
 * A field's arguments as getArgumentValues gives them, without it where all are variables that have a value.
 * @throws {LeaveLane} where they do not fit
 */
function compileArguments(field: GraphQLField<unknown, unknown>, node: FieldNode) {
  const given = node.arguments ?? [];
  if (!JSON.stringify(given).includes('"Variable"')) {
    const constant = getArgumentValues(field, node);
    return () => constant;
  }
  const sources = given.map(({ name, value }) => ({
    name: name.value,
    variable: value.kind === 'Variable' ? value.name.value : undefined,
  }));
  const isPlainly =
    sources.every(({ variable }) => variable !== undefined) &&
    field.args.every(
      ({ name, defaultValue }) => defaultValue === undefined || sources.some((each) => each.name === name),
    );
  return (variables: Variables): Record<string, unknown> => {
    const plain: Record<string, unknown> = {};
    if (isPlainly)
      for (const { name, variable } of sources) plain[name] = ownOf(variables, variable as string);
    if (isPlainly && sources.every(({ name }) => plain[name] != null)) return plain;
    try {
      return getArgumentValues(field, node, variables);
    } catch {
      throw new LeaveLane();
    }
  };
}

function compileType(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rowTexts: RowTexts,
): Write {
  const write = compileNullable(getNullableType(type) as GraphQLOutputType, nodes, fragments, rowTexts);
  const isRequired = isNonNullType(type);
  return (value, out) => {
    if (value != null) return write(value, out);
    if (isRequired) throw new LeaveLane();
    out.push('null');
  };
}

function compileNullable(
  type: GraphQLOutputType,
  nodes: readonly FieldNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rowTexts: RowTexts,
): Write {
  if (isListType(type)) {
    const write = compileType(type.ofType, nodes, fragments, rowTexts);
    return (value, out) => {
      if (!Array.isArray(value)) throw new LeaveLane();
      out.push('[');
      for (let index = 0; index < value.length; index++) {
        if (index > 0) out.push(',');
        write(value[index], out);
      }
      out.push(']');
    };
  }
  if (isLeafType(type)) {
    return (value, out) => {
      const serialized: unknown = type.serialize(value);
      if (serialized == null) throw new LeaveLane();
      out.push(asBytes(JSON.stringify(serialized)));
    };
  }
  if (!isObjectType(type)) throw new LeaveLane();
  const write = compileObject(type, nodes, fragments, rowTexts);
  return type.name === 'Customer' ? rowTexts.remember(write) : write;
}

function compileObject(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rowTexts: RowTexts,
): Write {
  const selections = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
  const fields = [...collectFields(type, selections, fragments)].map(([name, own]) =>
    compileField(type, name, own, fragments, rowTexts),
  );
  return (value, out) => {
    if (typeof value !== 'object' || value instanceof Error || value instanceof Promise)
      throw new LeaveLane();
    out.push('{');
    for (let index = 0; index < fields.length; index++) {
      if (index > 0) out.push(',');
      (fields[index] as Write)(value, out);
    }
    out.push('}');
  };
}

function compileField(
  type: GraphQLObjectType,
  responseName: string,
  nodes: readonly FieldNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  rowTexts: RowTexts,
): Write {
  const node = nodes[0] as FieldNode;
  const label = `${JSON.stringify(responseName)}:`;
  if (node.name.value === '__typename') {
    const text = `${label}"${type.name}"`;
    return (_value, out) => void out.push(text);
  }
  const field = type.getFields()[node.name.value];
  if (!field || field.args.length > 0) throw new LeaveLane();
  const write = compileType(field.type, nodes, fragments, rowTexts);
  const { resolve, name } = field;
  const nothing = undefined as never;
  const read = resolve
    ? (value: unknown) => resolve(value, {}, nothing, nothing)
    : (value: unknown) => (value as Record<string, unknown>)[name];
  return (value, out) => {
    out.push(label);
    write(read(value), out);
  };
}

/** The fields of a selection by their name in the answer, in its order (GraphQL, 6.3.2). */
function collectFields(
  type: GraphQLObjectType,
  selections: readonly SelectionSetNode[],
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  collected: Map<string, FieldNode[]> = new Map(),
  spread: Set<string> = new Set(),
): Map<string, FieldNode[]> {
  for (const selection of selections.flatMap((each) => each.selections)) {
    if (selection.directives?.length) throw new LeaveLane();
    if (selection.kind === 'Field') {
      const name = selection.alias?.value ?? selection.name.value;
      collected.set(name, [...(collected.get(name) ?? []), selection]);
      continue;
    }
    const fragment = selection.kind === 'InlineFragment' ? selection : fragments.get(selection.name.value);
    if (selection.kind === 'FragmentSpread') {
      if (spread.has(selection.name.value)) continue;
      spread.add(selection.name.value);
    }
    const condition = fragment?.typeCondition?.name.value ?? type.name;
    if (!fragment || condition !== type.name || fragment.directives?.length) throw new LeaveLane();
    collectFields(type, [fragment.selectionSet], fragments, collected, spread);
  }
  return collected;
}
